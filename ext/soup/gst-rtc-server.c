/* gst-rtc: gst-rtc-server, a signaling server on a machine of its own
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <glib-unix.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "rtcserver.h"

#define DEFAULT_MAX_CLIENTS 1024
#define TOKEN_VARIABLE "GST_RTC_TOKEN"

typedef struct
{
  gchar *host, *certificate, *private_key, *token, *allowed_origin;
  gchar **ice_servers;
  gint port, max_clients, room_limit;
  gboolean shows_version;
} Options;

static gboolean
add_ice_server (const gchar * option, const gchar * value, gpointer data, GError ** error)
{
  Options *options = data;
  GStrvBuilder *builder = g_strv_builder_new ();

  if (options->ice_servers != NULL)
    g_strv_builder_addv (builder, (const char **) options->ice_servers);
  g_strv_builder_add (builder, value);
  g_strfreev (options->ice_servers);
  options->ice_servers = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return TRUE;
}

static const gchar summary[] =
    "Lets pipelines (rtcwebsocketsignaller) and browsers find each other: they log in, join a room, and\n"
    "exchange what a WebRTC session needs. Media does not pass through here.";

static const gchar description[] =
    "Examples:\n"
    "  gst-rtc-server\n"
    "      for this machine only: open http://127.0.0.1:8080/?room=garage\n"
    "  gst-rtc-server --host=0.0.0.0 --port=443 --certificate=chain.pem --private-key=key.pem\n"
    "      for everybody, with TLS\n"
    "  gst-launch-1.0 videotestsrc ! rtcsink \\\n"
    "      signaller=\"rtcwebsocketsignaller uri=ws://127.0.0.1:8080/ws room=garage name=camera1\"\n"
    "\n"
    "The token can also be given in the environment, where other users do not see it: " TOKEN_VARIABLE ".\n"
    "SIGINT and SIGTERM end the server; media between its clients goes on, and they come back when it does.\n"
    "docs/signaling.md of gst-rtc describes the protocol.";

static GOptionContext *
describe_options (Options * options)
{
  const GOptionEntry entries[] = {
    {"host", 'h', 0, G_OPTION_ARG_STRING, &options->host,
        "Address to listen on: 127.0.0.1 (default) for this machine only, 0.0.0.0 for everybody", "ADDRESS"},
    {"port", 'p', 0, G_OPTION_ARG_INT, &options->port, "Port to listen on, 0 for a free one (8080)", "PORT"},
    {"certificate", 0, 0, G_OPTION_ARG_FILENAME, &options->certificate,
        "PEM file with the certificate chain: serve https and wss", "FILE"},
    {"private-key", 0, 0, G_OPTION_ARG_FILENAME, &options->private_key,
        "PEM file with its private key, if that file does not hold it", "FILE"},
    {"token", 0, 0, G_OPTION_ARG_STRING, &options->token, "Secret that every client must send with its login",
        "TEXT"},
    {"allowed-origin", 0, 0, G_OPTION_ARG_STRING, &options->allowed_origin,
        "Another web origin whose pages may connect, such as https://example.org, or * for any", "ORIGIN"},
    {"max-clients", 0, 0, G_OPTION_ARG_INT, &options->max_clients,
        "Most clients at the same time, 0 for any number (1024)", "NUMBER"},
    {"room-limit", 0, 0, G_OPTION_ARG_INT, &options->room_limit,
        "Most members of a room, 0 for any number (0)", "NUMBER"},
    {"stun-server", 0, 0, G_OPTION_ARG_CALLBACK, add_ice_server,
        "STUN server that browsers are told about: stun://host:port; may be given several times", "URI"},
    {"turn-server", 0, 0, G_OPTION_ARG_CALLBACK, add_ice_server,
        "The same for a TURN server: turn://user:password@host:port?transport=udp|tcp", "URI"},
    {"version", 0, 0, G_OPTION_ARG_NONE, &options->shows_version, "Say which version this is", NULL},
    {NULL}
  };
  GOptionContext *context = g_option_context_new (NULL);
  GOptionGroup *group = g_option_group_new ("main", NULL, NULL, options, NULL);

  g_option_group_add_entries (group, entries);
  g_option_context_set_main_group (context, group);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, description);
  g_option_context_add_group (context, gst_init_get_option_group ());
  return context;
}

static gboolean
check_options (const Options * options, gint argc, char **argv, GError ** error)
{
  const gchar *wrong = NULL;

  if (argc > 1)
    wrong = "there are no arguments but options";
  else if (options->port < 0 || options->port > G_MAXUINT16)
    wrong = "--port must be 0 to 65535";
  else if (options->max_clients < 0 || options->room_limit < 0)
    wrong = "--max-clients and --room-limit must be 0 or more";
  else if (options->private_key != NULL && options->certificate == NULL)
    wrong = "--private-key is of no use without --certificate";
  else if (options->token != NULL && *options->token == '\0')
    wrong = "--token must not be empty";
  if (wrong != NULL)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s", wrong);
  return wrong == NULL;
}

static gboolean
read_options (Options * options, gint argc, char **argv, GError ** error)
{
  g_autoptr (GOptionContext) context = describe_options (options);

  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (options->host == NULL)
    options->host = g_strdup (RTC_SERVER_HOST);
  if (options->token == NULL)
    options->token = g_strdup (g_getenv (TOKEN_VARIABLE));
  return check_options (options, argc, argv, error);
}

static RtcServer *
listen_with (const Options * options, GError ** error)
{
  const RtcServerConfig config = {
    .http = {
        .host = options->host,
        .port = options->port,
        .path = RTC_SERVER_PATH,
        .certificate = options->certificate,
        .private_key = options->private_key,
        .allowed_origin = options->allowed_origin,
        .max_message_size = RTC_SERVER_MAX_MESSAGE_SIZE,
      },
    .hub = {
        .token = options->token,
        .max_clients = options->max_clients,
        .max_room = options->room_limit,
      },
    .ice_servers = (const gchar * const *) options->ice_servers,
  };

  return rtc_server_new (&config, error);
}

/* Every client is a descriptor, and systems give 1024 to those who do not ask */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static void
serve (RtcServer * server)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autofree gchar *address = rtc_server_get_address (server);
  guint interrupt = g_unix_signal_add (SIGINT, on_signal, loop);
  guint terminate = g_unix_signal_add (SIGTERM, on_signal, loop);

  g_print ("Listening: open %s\n", address);
  g_main_loop_run (loop);
  g_source_remove (interrupt);
  g_source_remove (terminate);
}

static void
options_clear (Options * options)
{
  g_free (options->host);
  g_free (options->certificate);
  g_free (options->private_key);
  g_free (options->token);
  g_free (options->allowed_origin);
  g_strfreev (options->ice_servers);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

int
main (int argc, char **argv)
{
  g_auto (Options) options = {.port = RTC_SERVER_PORT,.max_clients = DEFAULT_MAX_CLIENTS };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtcServer) server = NULL;

  setlocale (LC_ALL, "");
  if (read_options (&options, argc, argv, &error)) {
    if (options.shows_version) {
      g_print ("gst-rtc-server %s\n", VERSION);
      return EXIT_SUCCESS;
    }
    raise_descriptor_limit ();
    server = listen_with (&options, &error);
  }
  if (server == NULL) {
    g_printerr ("gst-rtc-server: %s\n", error->message);
    return EXIT_FAILURE;
  }
  serve (server);
  return EXIT_SUCCESS;
}
