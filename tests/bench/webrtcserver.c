/* gst-rtc: a webrtcbin for each client of a WebSocket, in the project's signaling
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "webrtcserver.h"

#include <gst/sdp/sdp.h>
#include <json-glib/json-glib.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

static const BenchPeerFuncs *funcs;

static BenchPeer *
peer_ref (BenchPeer * peer)
{
  g_atomic_int_inc (&peer->ref_count);
  return peer;
}

static void
peer_unref (gpointer data)
{
  BenchPeer *peer = data;

  if (g_atomic_int_dec_and_test (&peer->ref_count)) {
    g_clear_object (&peer->socket);
    g_free (peer);
  }
}

/* The socket belongs to the main thread; webrtcbin's callbacks come on others. */
typedef struct
{
  BenchPeer *peer;
  gchar *text;
} Outgoing;

static gboolean
send_outgoing (gpointer data)
{
  Outgoing *outgoing = data;
  SoupWebsocketConnection *socket = outgoing->peer->socket;

  if (socket && soup_websocket_connection_get_state (socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (socket, outgoing->text);
  peer_unref (outgoing->peer);
  g_free (outgoing->text);
  g_free (outgoing);
  return G_SOURCE_REMOVE;
}

static void
send_object (BenchPeer * peer, JsonObject * object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  Outgoing *outgoing = g_new0 (Outgoing, 1);

  outgoing->peer = peer_ref (peer);
  outgoing->text = json_to_string (node, FALSE);
  json_object_unref (object);
  g_idle_add_full (G_PRIORITY_DEFAULT, send_outgoing, outgoing, NULL);
}

static JsonObject *
new_message (const gchar * type)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "type", type);
  json_object_set_string_member (object, "name", "server");
  return object;
}

/* type: offer or answer */
static void
take_created (BenchPeer * peer, GstPromise * promise, const gchar * type)
{
  GstWebRTCSessionDescription *created = NULL;
  JsonObject *message = new_message (type), *description = json_object_new ();
  gchar *sdp;

  gst_structure_get (gst_promise_get_reply (promise), type, GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &created, NULL);
  gst_promise_unref (promise);
  g_signal_emit_by_name (peer->webrtc, "set-local-description", created, NULL);
  sdp = gst_sdp_message_as_text (created->sdp);
  json_object_set_string_member (description, "type", type);
  json_object_set_string_member (description, "sdp", sdp);
  json_object_set_object_member (message, type, description);
  send_object (peer, message);
  g_free (sdp);
  gst_webrtc_session_description_free (created);
}

static void
on_offer_created (GstPromise * promise, gpointer data)
{
  take_created (data, promise, "offer");
}

static void
on_answer_created (GstPromise * promise, gpointer data)
{
  take_created (data, promise, "answer");
}

static void
on_negotiation_needed (GstElement * webrtc, gpointer data)
{
  g_signal_emit_by_name (webrtc, "create-offer", NULL,
      gst_promise_new_with_change_func (on_offer_created, peer_ref (data), peer_unref));
}

static void
on_ice_candidate (GstElement * webrtc, guint line, const gchar * candidate, gpointer data)
{
  JsonObject *message = new_message ("candidate"), *inner = json_object_new ();

  json_object_set_string_member (inner, "candidate", candidate);
  json_object_set_int_member (inner, "sdpMLineIndex", line);
  json_object_set_object_member (message, "candidate", inner);
  send_object (data, message);
}

static gboolean
has_address (void)
{
  struct ifaddrs *all = NULL;
  gboolean found = FALSE;

  getifaddrs (&all);
  for (struct ifaddrs *one = all; one; one = one->ifa_next)
    found |= one->ifa_addr && one->ifa_addr->sa_family == AF_INET && !(one->ifa_flags & IFF_LOOPBACK);
  freeifaddrs (all);
  return found;
}

static void
configure_ice (GstElement * webrtc)
{
  g_autoptr (GObject) ice = NULL, agent = NULL;
  gboolean added;

  g_object_get (webrtc, "ice-agent", &ice, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  g_object_set (agent, "ice-tcp", FALSE, "upnp", FALSE, NULL);
  /* left to itself, libnice gathers none where there is only loopback */
  if (!has_address ())
    g_signal_emit_by_name (ice, "add-local-ip-address", "127.0.0.1", &added);
  gst_webrtc_ice_set_is_controller (GST_WEBRTC_ICE (ice), !funcs->answers);
}

static void
start_peer (BenchPeer * peer)
{
  peer->webrtc = gst_element_factory_make ("webrtcbin", NULL);
  g_object_set (peer->webrtc, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, NULL);
  configure_ice (peer->webrtc);
  if (!funcs->answers)
    g_signal_connect_data (peer->webrtc, "on-negotiation-needed", G_CALLBACK (on_negotiation_needed),
        peer_ref (peer), (GClosureNotify) (gpointer) peer_unref, 0);
  g_signal_connect_data (peer->webrtc, "on-ice-candidate", G_CALLBACK (on_ice_candidate),
      peer_ref (peer), (GClosureNotify) (gpointer) peer_unref, 0);
  funcs->start (peer);
}

static void
set_remote (BenchPeer * peer, GstWebRTCSDPType type, const gchar * text)
{
  GstWebRTCSessionDescription *remote;
  GstSDPMessage *sdp;

  gst_sdp_message_new_from_text (text, &sdp);
  remote = gst_webrtc_session_description_new (type, sdp);
  g_signal_emit_by_name (peer->webrtc, "set-remote-description", remote, NULL);
  gst_webrtc_session_description_free (remote);
}

static void
take_offer (BenchPeer * peer, const gchar * text)
{
  set_remote (peer, GST_WEBRTC_SDP_TYPE_OFFER, text);
  g_signal_emit_by_name (peer->webrtc, "create-answer", NULL,
      gst_promise_new_with_change_func (on_answer_created, peer_ref (peer), peer_unref));
}

static const gchar *
get_sdp (JsonObject * message, const gchar * type)
{
  return json_object_get_string_member (json_object_get_object_member (message, type), "sdp");
}

static void
on_message (SoupWebsocketConnection * socket, gint kind, GBytes * bytes, gpointer data)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  gsize size;
  const gchar *text = g_bytes_get_data (bytes, &size);
  BenchPeer *peer = data;
  JsonObject *message;
  const gchar *type;

  if (!json_parser_load_from_data (parser, text, size, NULL))
    return;
  message = json_node_get_object (json_parser_get_root (parser));
  type = json_object_get_string_member_with_default (message, "type", "");
  if (!strcmp (type, "login") && !peer->webrtc) {
    JsonObject *reply = new_message ("login");

    json_object_set_boolean_member (reply, "success", TRUE);
    send_object (peer, reply);
    start_peer (peer);
  } else if (!strcmp (type, "answer") && peer->webrtc) {
    set_remote (peer, GST_WEBRTC_SDP_TYPE_ANSWER, get_sdp (message, "answer"));
  } else if (!strcmp (type, "offer") && peer->webrtc) {
    take_offer (peer, get_sdp (message, "offer"));
  } else if (!strcmp (type, "candidate") && peer->webrtc) {
    JsonObject *candidate = json_object_get_object_member (message, "candidate");

    g_signal_emit_by_name (peer->webrtc, "add-ice-candidate",
        (guint) json_object_get_int_member_with_default (candidate, "sdpMLineIndex", 0),
        json_object_get_string_member_with_default (candidate, "candidate", ""));
  }
}

static void
on_closed (SoupWebsocketConnection * socket, gpointer data)
{
  BenchPeer *peer = data;

  if (peer->webrtc)
    funcs->stop (peer);
  peer->webrtc = NULL;
  g_clear_object (&peer->socket);
  peer_unref (peer);
}

static void
on_websocket (SoupServer * server, SoupServerMessage * message, const char *path,
    SoupWebsocketConnection * socket, gpointer data)
{
  BenchPeer *peer = g_new0 (BenchPeer, 1);

  peer->ref_count = 1;
  peer->socket = g_object_ref (socket);
  g_signal_connect (socket, "message", G_CALLBACK (on_message), peer);
  g_signal_connect (socket, "closed", G_CALLBACK (on_closed), peer);
}

gboolean
bench_webrtc_serve (guint port, const BenchPeerFuncs * peer_funcs, GError ** error)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  SoupServer *server = soup_server_new (NULL, NULL);

  funcs = peer_funcs;
  /* no origin to keep to: only this machine reaches it */
  soup_server_add_websocket_handler (server, "/ws", NULL, NULL, on_websocket, NULL, NULL);
  return soup_server_listen (server, address, 0, error);
}
