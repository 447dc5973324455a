/* gst-rtc: a signaller within the process, for tests
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "testsignaller.h"

typedef struct
{
  const TestPeerFuncs *funcs;
  gpointer peer;
} Peer;

struct _TestSignaller
{
  GstElement parent;
  GRecMutex lock;
  GHashTable *peers;            /* id → Peer */
  guint n_starts;
  gboolean started;
};

static void test_signaller_iface_init (GstRtcSignallerInterface * iface);

G_DEFINE_TYPE_WITH_CODE (TestSignaller, test_signaller, GST_TYPE_ELEMENT,
    G_IMPLEMENT_INTERFACE (GST_TYPE_RTC_SIGNALLER, test_signaller_iface_init));

static gboolean
test_signaller_start (GstRtcSignaller * signaller, const gchar * const *ice_servers, GError ** error)
{
  TestSignaller *self = TEST_SIGNALLER (signaller);

  g_assert_false (self->started);
  self->started = TRUE;
  self->n_starts++;
  return TRUE;
}

static void
test_signaller_stop (GstRtcSignaller * signaller)
{
  TestSignaller *self = TEST_SIGNALLER (signaller);

  g_assert_true (self->started);
  self->started = FALSE;
}

static void
test_signaller_send_description (GstRtcSignaller * signaller, const gchar * id, GstRtcSdpType type, const gchar * sdp)
{
  TestSignaller *self = TEST_SIGNALLER (signaller);
  Peer *peer;

  g_rec_mutex_lock (&self->lock);
  peer = g_hash_table_lookup (self->peers, id);
  if (peer)
    peer->funcs->description (peer->peer, type, sdp);
  g_rec_mutex_unlock (&self->lock);
}

static void
test_signaller_send_candidate (GstRtcSignaller * signaller, const gchar * id, const gchar * candidate,
    const gchar * mid, guint m_line)
{
  TestSignaller *self = TEST_SIGNALLER (signaller);
  Peer *peer;

  g_rec_mutex_lock (&self->lock);
  peer = g_hash_table_lookup (self->peers, id);
  if (peer)
    peer->funcs->candidate (peer->peer, candidate);
  g_rec_mutex_unlock (&self->lock);
}

static void
test_signaller_end_session (GstRtcSignaller * signaller, const gchar * id, const GError * reason)
{
  TestSignaller *self = TEST_SIGNALLER (signaller);
  Peer *peer;

  g_rec_mutex_lock (&self->lock);
  peer = g_hash_table_lookup (self->peers, id);
  if (peer)
    peer->funcs->ended (peer->peer, reason);
  g_rec_mutex_unlock (&self->lock);
}

static void
test_signaller_iface_init (GstRtcSignallerInterface * iface)
{
  iface->start = test_signaller_start;
  iface->stop = test_signaller_stop;
  iface->send_description = test_signaller_send_description;
  iface->send_candidate = test_signaller_send_candidate;
  iface->end_session = test_signaller_end_session;
}

static void
test_signaller_finalize (GObject * object)
{
  TestSignaller *self = TEST_SIGNALLER (object);

  g_hash_table_unref (self->peers);
  g_rec_mutex_clear (&self->lock);
  G_OBJECT_CLASS (test_signaller_parent_class)->finalize (object);
}

static void
test_signaller_class_init (TestSignallerClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_signaller_finalize;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Test signaller", "Network", "In a test", "Tests");
}

static void
test_signaller_init (TestSignaller * self)
{
  g_rec_mutex_init (&self->lock);
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

TestSignaller *
test_signaller_new (void)
{
  return g_object_new (TEST_TYPE_SIGNALLER, NULL);
}

void
test_signaller_add (TestSignaller * self, const gchar * id, const TestPeerFuncs * funcs, gpointer data)
{
  Peer *peer = g_new (Peer, 1);

  peer->funcs = funcs;
  peer->peer = data;
  g_rec_mutex_lock (&self->lock);
  g_hash_table_insert (self->peers, g_strdup (id), peer);
  g_rec_mutex_unlock (&self->lock);
}

void
test_signaller_remove (TestSignaller * self, const gchar * id)
{
  g_rec_mutex_lock (&self->lock);
  g_hash_table_remove (self->peers, id);
  g_rec_mutex_unlock (&self->lock);
}

guint
test_signaller_get_n_starts (TestSignaller * self)
{
  return self->n_starts;
}
