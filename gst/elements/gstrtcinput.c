/* gst-rtc: one stream of media on its way in
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 *   sink ! clocksync ! tee ┬ anchor           keeps the stream flowing, and sees its end
 *                          ├ branch (H264)    raw media: one for each codec that some viewer takes,
 *                          └ branch (VP8)     made with its first viewer, removed a while after its last
 *
 * Encoded media and RTP have one branch, always. Branches of raw media are made and removed on the
 * control thread, that one on the streaming thread before its first packet. The tee lets pads come
 * and go while it pushes, so neither has to wait for the other.
 *
 * `lock` protects what the struct lists behind it; nothing is called out of this file while it is held.
 */
#include "gstrtcinput.h"

#include <gst/pbutils/pbutils.h>
#include "gstrtcencoder.h"
#include "gstrtctap.h"

GST_DEBUG_CATEGORY_STATIC (rtc_input_debug);
#define GST_CAT_DEFAULT rtc_input_debug

/* A branch and where its frames go */
typedef struct
{
  GstRtcInput *input;
  const GstRtcCodec *codec;
  GstRtcBranch *branch;
  GstPad *tee_pad;
  gpointer outlet;
  guint viewers;
  GSource *linger;
} Route;

struct _GstRtcInput
{
  GstBin parent;

  RtcMediaKind kind;
  GstRtcInputConfig config;
  GstElement *clocksync, *tee;
  GstPad *sink_pad;

  /* Only the streaming thread */
  GstRtcMedia media;
  GstCaps *caps;
  gulong live_probe;

  GMutex lock;
  gboolean live;
  gchar *msid;
  GstCaps *raw_caps;            /* of raw media */
  GPtrArray *codecs;            /* of RtcCodec; NULL until known */
  GPtrArray *routes;            /* of Route */
};

G_DEFINE_TYPE_WITH_CODE (GstRtcInput, gst_rtc_input, GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (rtc_input_debug, "rtcinput", 0, "rtc: media on its way in"));

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS_ANY);

static void
lock (GstRtcInput * self)
{
  g_mutex_lock (&self->lock);
}

static void
unlock (GstRtcInput * self)
{
  g_mutex_unlock (&self->lock);
}

static GPtrArray *
new_codecs (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) rtc_codec_free);
}

/* codecs: (transfer full) (nullable) */
static void
set_codecs (GstRtcInput * self, GPtrArray * codecs)
{
  lock (self);
  g_clear_pointer (&self->codecs, g_ptr_array_unref);
  self->codecs = codecs;
  unlock (self);
  if (codecs && self->config.funcs)
    self->config.funcs->changed (self, self->config.user_data);
}

/* Routes */

static void
on_branch_frame (GstRtcBranch * branch, RtcFrame * frame, gpointer user_data)
{
  Route *route = user_data;

  route->input->config.funcs->push (route->outlet, frame);
}

static void
on_branch_described (GstRtcBranch * branch, RtcCodec * codec, gpointer user_data)
{
  Route *route = user_data;
  GPtrArray *codecs = new_codecs ();

  GST_INFO_OBJECT (route->input, "is %s %s", codec->name, codec->fmtp ? codec->fmtp : "");
  g_ptr_array_add (codecs, codec);
  set_codecs (route->input, codecs);
}

static void
on_branch_set_up (GstRtcBranch * branch, GstElement * element, gboolean encoder, gpointer user_data)
{
  Route *route = user_data;

  route->input->config.funcs->set_up (route->input, element, encoder, route->input->config.user_data);
}

static const GstRtcBranchFuncs branch_funcs = { on_branch_frame, on_branch_described, on_branch_set_up };

static void
cancel_linger (Route * route)
{
  if (route->linger) {
    g_source_destroy (route->linger);
    g_clear_pointer (&route->linger, g_source_unref);
  }
}

/* Not linked any more, or not yet */
static void
free_route (Route * route)
{
  GstRtcInput *self = route->input;

  cancel_linger (route);
  if (route->branch) {
    gst_element_set_locked_state (GST_ELEMENT (route->branch), TRUE);
    gst_element_set_state (GST_ELEMENT (route->branch), GST_STATE_NULL);
    if (route->outlet)
      self->config.funcs->close (route->outlet);
    gst_bin_remove (GST_BIN (self), GST_ELEMENT (route->branch));
    gst_object_unref (route->branch);
  }
  g_free (route);
}

/* A pad released from a tee that pushes on it counts as not linked, and what comes down there meets a flushing
 * pad. A new branch must not make upstream negotiate again: a camera would stop and start for every viewer. */
static gboolean
link_route (Route * route)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (GST_ELEMENT (route->branch), "sink");

  route->tee_pad = gst_element_request_pad_simple (route->input->tee, "src_%u");
  return gst_pad_link_full (route->tee_pad, sink,
      GST_PAD_LINK_CHECK_DEFAULT | GST_PAD_LINK_CHECK_NO_RECONFIGURE) == GST_PAD_LINK_OK;
}

static void
remove_route (GstRtcInput * self, Route * route)
{
  GST_INFO_OBJECT (self, "ending the branch of %s", route->codec->name);
  lock (self);
  g_ptr_array_remove (self->routes, route);
  unlock (self);
  gst_element_release_request_pad (self->tee, route->tee_pad);
  gst_clear_object (&route->tee_pad);
  free_route (route);
}

static Route *
add_route (GstRtcInput * self, const GstRtcCodec * codec, GstRtcMedia media, const GstCaps * caps, GError ** error)
{
  Route *route = g_new0 (Route, 1);
  GstRtcBranchConfig config = { codec, media, caps, self->live, self->config.bitrate, &branch_funcs, route };
  GstElement *branch;

  GST_INFO_OBJECT (self, "beginning a branch of %s for %" GST_PTR_FORMAT, codec->name, caps);
  route->input = self;
  route->codec = codec;
  branch = gst_rtc_branch_new (&config, GST_ELEMENT (self), error);
  if (!branch) {
    free_route (route);
    return NULL;
  }
  route->branch = GST_RTC_BRANCH (gst_object_ref (branch));
  gst_bin_add (GST_BIN (self), branch);
  route->outlet = self->config.funcs->open (self, route->branch, codec, media == GST_RTC_MEDIA_RAW,
      self->config.user_data);
  lock (self);
  g_ptr_array_add (self->routes, route);
  unlock (self);
  if (!gst_element_sync_state_with_parent (branch) || !link_route (route)) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE, "The %s branch does not start.", codec->name);
    remove_route (self, route);
    return NULL;
  }
  return route;
}

/* What comes in */

static gboolean
is_allowed (GstRtcInput * self, const GstRtcCodec * codec)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (codec->caps);

  return codec->kind == self->kind && (!self->config.allowed || gst_caps_can_intersect (self->config.allowed, caps));
}

static void
report_missing_encoder (GstRtcInput * self)
{
  g_autoptr (GString) packages = g_string_new (NULL);

  for (guint i = 0; gst_rtc_codec_get (i); i++) {
    const GstRtcCodec *codec = gst_rtc_codec_get (i);
    g_autoptr (GstCaps) caps = gst_caps_from_string (codec->caps);

    if (!is_allowed (self, codec))
      continue;
    gst_element_post_message (GST_ELEMENT (self), gst_missing_encoder_message_new (GST_ELEMENT (self), caps));
    g_string_append_printf (packages, "%s%s", packages->len ? " or " : "", codec->encoder_package);
  }
  if (packages->len == 0)
    GST_ELEMENT_ERROR (self, CORE, NEGOTIATION, ("No codec is allowed here."),
        ("video-caps or audio-caps names none that can be sent."));
  else
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("No encoder for this is installed."),
        ("Install %s.", packages->str));
}

static gboolean
find_encoders (GstRtcInput * self, const GstCaps * caps)
{
  GPtrArray *codecs = new_codecs ();

  for (guint i = 0; gst_rtc_codec_get (i); i++) {
    const GstRtcCodec *codec = gst_rtc_codec_get (i);

    if (is_allowed (self, codec) && gst_rtc_encoder_is_available (codec, caps))
      g_ptr_array_add (codecs, gst_rtc_codec_describe (codec, NULL, NULL));
  }
  if (codecs->len > 0) {
    set_codecs (self, codecs);
    return TRUE;
  }

  g_ptr_array_unref (codecs);
  if (gst_rtc_caps_are_system_memory (caps))
    report_missing_encoder (self);
  else
    GST_ELEMENT_ERROR (self, STREAM, NOT_IMPLEMENTED, ("No encoder takes this memory."),
        ("Bring %" GST_PTR_FORMAT " to system memory, for example by gldownload, cudadownload or vapostproc.", caps));
  return FALSE;
}

static gboolean
open_encoded (GstRtcInput * self, GstRtcMedia media, const GstCaps * caps)
{
  const GstRtcCodec *codec = gst_rtc_codec_from_caps (caps);
  g_autoptr (GError) error = NULL;

  if (!codec || !is_allowed (self, codec)) {
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE, ("This cannot be sent by WebRTC, or is not allowed here."),
        ("%" GST_PTR_FORMAT, caps));
    return FALSE;
  }
  if (!add_route (self, codec, media, caps, &error)) {
    if (g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN) && codec->parser_package)
      GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN, ("%s", error->message), ("Install %s.", codec->parser_package));
    else
      GST_ELEMENT_ERROR (self, CORE, FAILED, ("%s", error->message), (NULL));
    return FALSE;
  }
  return TRUE;
}

/* Metas come and go while caps are negotiated (text overlays offer theirs first); only the memory decides on
 * the encoder. */
static gboolean
is_same_media (GstRtcInput * self, GstRtcMedia media, const GstCaps * caps)
{
  if (media != self->media)
    return FALSE;
  if (media == GST_RTC_MEDIA_RAW)
    return (gst_rtc_caps_are_system_memory (caps) && gst_rtc_caps_are_system_memory (self->caps))
        || gst_caps_features_is_equal (gst_caps_get_features (caps, 0), gst_caps_get_features (self->caps, 0));
  return gst_rtc_codec_from_caps (caps) == gst_rtc_codec_from_caps (self->caps);
}

static void
update_live (GstRtcInput * self)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  gboolean live = FALSE;

  if (gst_pad_peer_query (self->sink_pad, query))
    gst_query_parse_latency (query, &live, NULL, NULL);
  lock (self);
  self->live = live;
  unlock (self);
  g_object_set (self->clocksync, "sync", !live, NULL);
}

static void
remember_caps (GstRtcInput * self, GstRtcMedia media, GstCaps * caps)
{
  self->media = media;
  gst_caps_replace (&self->caps, caps);
  lock (self);
  gst_caps_replace (&self->raw_caps, media == GST_RTC_MEDIA_RAW ? caps : NULL);
  unlock (self);
}

static gboolean
set_caps (GstRtcInput * self, GstCaps * caps)
{
  GstRtcMedia media = gst_rtc_media_from_caps (caps);

  if (!self->config.funcs)
    return FALSE;
  if (self->media != GST_RTC_MEDIA_NONE) {
    if (!is_same_media (self, media, caps)) {
      GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE,
          ("The media changed its type, which running sessions cannot follow."),
          ("From %" GST_PTR_FORMAT " to %" GST_PTR_FORMAT, self->caps, caps));
      return FALSE;
    }
    remember_caps (self, media, caps);
    return TRUE;
  }

  update_live (self);
  remember_caps (self, media, caps);
  if (media == GST_RTC_MEDIA_RAW ? find_encoders (self, caps) : open_encoded (self, media, caps))
    return TRUE;
  remember_caps (self, GST_RTC_MEDIA_NONE, NULL);
  return FALSE;
}

/* By then upstream surely knows whether it is live. */
static GstPadProbeReturn
on_first_buffer (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstRtcInput *self = user_data;

  self->live_probe = 0;
  update_live (self);
  GST_DEBUG_OBJECT (self, "input is %s", self->live ? "live: sent as it comes" : "not live: paced by the clock");
  return GST_PAD_PROBE_REMOVE;
}

static gboolean
on_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  GstRtcInput *self = GST_RTC_INPUT (parent);
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      if (!self->live_probe)
        self->live_probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
            on_first_buffer, self, NULL);
      break;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      if (!set_caps (self, caps)) {
        gst_event_unref (event);
        return FALSE;
      }
      break;
    default:
      break;
  }
  return gst_pad_event_default (pad, parent, event);
}

static gboolean
on_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  GstRtcInput *self = GST_RTC_INPUT (parent);
  g_autoptr (GstCaps) caps = NULL;
  GstCaps *asked;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      caps = gst_rtc_codecs_get_sink_caps (self->kind);
      gst_query_parse_caps (query, &asked);
      if (asked)
        gst_caps_take (&caps, gst_caps_intersect_full (caps, asked, GST_CAPS_INTERSECT_FIRST));
      gst_query_set_caps_result (query, caps);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      caps = gst_rtc_codecs_get_sink_caps (self->kind);
      gst_query_parse_accept_caps (query, &asked);
      gst_query_set_accept_caps_result (query, gst_caps_can_intersect (caps, asked));
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

/* Latency: upstream's, and the slowest branch's on top */

static GPtrArray *
ref_branches (GstRtcInput * self)
{
  GPtrArray *branches = g_ptr_array_new_with_free_func (gst_object_unref);

  lock (self);
  for (guint i = 0; i < self->routes->len; i++)
    g_ptr_array_add (branches, gst_object_ref (((Route *) self->routes->pdata[i])->branch));
  unlock (self);
  return branches;
}

static gboolean
query_latency (GstRtcInput * self, GstQuery * query)
{
  g_autoptr (GPtrArray) branches = ref_branches (self);
  GstClockTime min, max;
  gboolean live;

  if (!gst_pad_peer_query (self->sink_pad, query))
    return FALSE;
  gst_query_parse_latency (query, &live, &min, &max);
  for (guint i = 0; live && i < branches->len; i++) {
    GstClockTime branch_min, branch_max;
    gboolean branch_live;

    if (gst_rtc_branch_query_latency (branches->pdata[i], &branch_live, &branch_min, &branch_max)
        && branch_min > min) {
      min = branch_min;
      max = branch_max;
    }
  }
  gst_query_set_latency (query, live, live ? min : 0, live ? max : GST_CLOCK_TIME_NONE);
  return TRUE;
}

static gboolean
gst_rtc_input_query (GstElement * element, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY)
    return query_latency (GST_RTC_INPUT (element), query);
  return GST_ELEMENT_CLASS (gst_rtc_input_parent_class)->query (element, query);
}

/* Life */

static void
gst_rtc_input_dispose (GObject * object)
{
  gst_rtc_input_stop (GST_RTC_INPUT (object));
  G_OBJECT_CLASS (gst_rtc_input_parent_class)->dispose (object);
}

static void
gst_rtc_input_finalize (GObject * object)
{
  GstRtcInput *self = GST_RTC_INPUT (object);

  g_ptr_array_unref (self->routes);
  g_free (self->msid);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_rtc_input_parent_class)->finalize (object);
}

static void
gst_rtc_input_class_init (GstRtcInputClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gst_rtc_input_dispose;
  G_OBJECT_CLASS (klass)->finalize = gst_rtc_input_finalize;
  element_class->query = gst_rtc_input_query;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "RTC input", "Sink/Network/WebRTC",
      "Turns media into the frames that peers are sent", "The gst-rtc developers");
}

static void
gst_rtc_input_init (GstRtcInput * self)
{
  GstElement *anchor = gst_rtc_tap_new_anchor ();
  g_autoptr (GstPad) pad = NULL;

  g_mutex_init (&self->lock);
  self->routes = g_ptr_array_new ();
  self->clocksync = gst_element_factory_make ("clocksync", "pace");
  self->tee = gst_element_factory_make ("tee", "tee");
  g_assert (self->clocksync && self->tee);      /* coreelements has both */
  gst_bin_add_many (GST_BIN (self), self->clocksync, self->tee, anchor, NULL);
  gst_element_link_many (self->clocksync, self->tee, anchor, NULL);

  pad = gst_element_get_static_pad (self->clocksync, "sink");
  self->sink_pad = gst_ghost_pad_new ("sink", pad);
  gst_pad_set_event_function (self->sink_pad, on_event);
  gst_pad_set_query_function (self->sink_pad, on_query);
  gst_element_add_pad (GST_ELEMENT (self), self->sink_pad);
}

GstRtcInput *
gst_rtc_input_new (RtcMediaKind kind, const gchar * name)
{
  GstRtcInput *self = g_object_new (GST_TYPE_RTC_INPUT, "name", name, NULL);

  self->kind = kind;
  return self;
}

RtcMediaKind
gst_rtc_input_get_kind (GstRtcInput * self)
{
  return self->kind;
}

void
gst_rtc_input_start (GstRtcInput * self, const GstRtcInputConfig * config)
{
  gst_rtc_input_stop (self);
  self->config = *config;
  self->config.context = g_main_context_ref (config->context);
  self->config.allowed = config->allowed ? gst_caps_ref (config->allowed) : NULL;
}

void
gst_rtc_input_stop (GstRtcInput * self)
{
  while (self->routes->len > 0)
    remove_route (self, self->routes->pdata[self->routes->len - 1]);
  set_codecs (self, NULL);
  remember_caps (self, GST_RTC_MEDIA_NONE, NULL);
  g_clear_pointer (&self->config.context, g_main_context_unref);
  gst_clear_caps (&self->config.allowed);
  self->config.funcs = NULL;
}

void
gst_rtc_input_set_msid (GstRtcInput * self, const gchar * msid)
{
  lock (self);
  g_free (self->msid);
  self->msid = g_strdup (msid);
  unlock (self);
}

RtcTrackSpec *
gst_rtc_input_get_track_spec (GstRtcInput * self)
{
  RtcTrackSpec *spec = NULL;

  lock (self);
  if (self->codecs) {
    spec = rtc_track_spec_new (self->kind, self->msid);
    for (guint i = 0; i < self->codecs->len; i++)
      g_ptr_array_add (spec->codecs, rtc_codec_copy (self->codecs->pdata[i]));
  }
  unlock (self);
  return spec;
}

void
gst_rtc_input_set_bitrate (GstRtcInput * self, guint bitrate)
{
  g_autoptr (GPtrArray) branches = ref_branches (self);

  self->config.bitrate = bitrate;
  for (guint i = 0; self->kind == RTC_MEDIA_VIDEO && i < branches->len; i++)
    gst_rtc_branch_set_bitrate (branches->pdata[i], bitrate);
}

static Route *
find_route (GstRtcInput * self, const GstRtcCodec * codec, gpointer outlet)
{
  Route *found = NULL;

  lock (self);
  for (guint i = 0; i < self->routes->len && !found; i++) {
    Route *route = self->routes->pdata[i];

    if (codec ? route->codec == codec : route->outlet == outlet)
      found = route;
  }
  unlock (self);
  return found;
}

static Route *
begin_route (GstRtcInput * self, const GstRtcCodec * codec)
{
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GError) error = NULL;
  Route *route;

  lock (self);
  caps = self->raw_caps ? gst_caps_ref (self->raw_caps) : NULL;
  unlock (self);
  if (!caps)
    return NULL;
  route = add_route (self, codec, GST_RTC_MEDIA_RAW, caps, &error);
  if (!route)
    GST_ELEMENT_WARNING (self, STREAM, ENCODE, ("%s", error->message), ("Viewers that asked for %s see nothing.",
            codec->name));
  return route;
}

gpointer
gst_rtc_input_acquire (GstRtcInput * self, const RtcCodec * codec)
{
  const GstRtcCodec *known = gst_rtc_codec_from_name (codec->name);
  Route *route = NULL;

  if (known && self->config.funcs)
    route = find_route (self, known, NULL);
  if (!route && known && self->config.funcs)
    route = begin_route (self, known);
  if (!route)
    return NULL;
  cancel_linger (route);
  route->viewers++;
  return route->outlet;
}

static gboolean
on_linger_over (gpointer user_data)
{
  Route *route = user_data;

  remove_route (route->input, route);
  return G_SOURCE_REMOVE;
}

void
gst_rtc_input_release (GstRtcInput * self, gpointer outlet)
{
  Route *route = find_route (self, NULL, outlet);

  if (!route || --route->viewers > 0 || !gst_rtc_branch_get_encoder (route->branch))
    return;
  route->linger = g_timeout_source_new (self->config.linger);
  g_source_set_callback (route->linger, on_linger_over, route, NULL);
  g_source_attach (route->linger, self->config.context);
}

guint
gst_rtc_input_get_n_encoders (GstRtcInput * self)
{
  g_autoptr (GPtrArray) branches = ref_branches (self);
  guint n = 0;

  for (guint i = 0; i < branches->len; i++)
    n += gst_rtc_branch_get_encoder (branches->pdata[i]) != NULL;
  return n;
}
