/* gst-rtc: reading a session description (RFC 8866, RFC 8829 section 5.8)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The lines are read here and not by GstSDPMessage, since that skips what it does not understand
 * without a word, and has no line numbers to put into an error.
 *
 * Lines that decide what the session is (m=, mid, fingerprint, rtpmap, …) must be right; those that
 * only add to it (fmtp, rtcp-fb, ssrc, …) are ignored where they make no sense.
 * Of an attribute that is given twice the first one counts.
 */
#include "rtcdescription.h"

#include <string.h>

#define MAX_SIZE (64 * 1024)
#define MAX_SECTIONS 64
#define MAX_CANDIDATES 256
#define N_PAYLOAD_TYPES 128
#define MAX_EXTENSION_ID 14
#define MAX_QUOTE 60

/* RFC 8839 section 5.4 */
#define MIN_UFRAG_SIZE 4
#define MIN_PWD_SIZE 22
#define MAX_CREDENTIAL_SIZE 256

/* RFC 8841 section 6.1: where none is said */
#define DEFAULT_MAX_MESSAGE_SIZE 65536

/* What the attributes of one section say of one payload type */
typedef struct
{
  gboolean listed;
  gchar *name;
  guint clock_rate, channels;
  gchar *fmtp;
  guint feedback;
} Format;

typedef struct
{
  RtcDescription *description;
  RtcMediaSection *session;     /* the attributes before the first m= line */
  RtcMediaSection *section;     /* the current one, borrowed from description, or session */
  gboolean session_mixed, section_mixed;
  gboolean sized;               /* the current section has said its max-message-size */
  Format formats[N_PAYLOAD_TYPES];      /* of the current section */
  guint8 order[N_PAYLOAD_TYPES];
  guint n_formats;
  guint common_feedback;        /* rtcp-fb:* */
  const gchar *line;
  guint line_number;
} Reader;

static gboolean G_GNUC_PRINTF (3, 4)
fault (const Reader * reader, GError ** error, const gchar * format, ...)
{
  g_autofree gchar *what = NULL;
  g_autofree gchar *quote = g_utf8_substring (reader->line, 0,
      MIN (g_utf8_strlen (reader->line, -1), MAX_QUOTE));
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION, "line %u of the description, \"%s\": %s",
      reader->line_number, quote, what);
  return FALSE;
}

static gboolean
too_much (const Reader * reader, GError ** error, const gchar * what, guint limit)
{
  g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT,
      "line %u of the description is one too many: more than %u %s are not accepted",
      reader->line_number, limit, what);
  return FALSE;
}

/* Cuts the next word off the line at @cursor; never NULL, empty at the end */
static gchar *
next_word (gchar ** cursor)
{
  gchar *word, *end;

  for (word = *cursor; *word == ' ' || *word == '\t'; word++);
  for (end = word; *end && *end != ' ' && *end != '\t'; end++);
  *cursor = *end ? end + 1 : end;
  *end = '\0';
  return word;
}

static gboolean
parse_number (const gchar * text, guint64 max, guint64 * number)
{
  return g_ascii_string_to_unsigned (text, 10, 0, max, number, NULL);
}

/* Cuts a payload type off the line; NULL if there is none */
static Format *
next_format (Reader * reader, gchar ** cursor)
{
  guint64 payload_type;

  if (!parse_number (next_word (cursor), N_PAYLOAD_TYPES - 1, &payload_type))
    return NULL;
  return &reader->formats[payload_type];
}

static void
set_text (gchar ** field, const gchar * value)
{
  if (!*field && value && *value)
    *field = g_strdup (value);
}

static const struct
{
  guint8 payload_type;
  const gchar *name;
} static_formats[] = { {0, "PCMU"}, {8, "PCMA"}, {9, "G722"}, {13, "CN"} };

static void
name_static_format (Format * format, guint payload_type)
{
  for (guint i = 0; i < G_N_ELEMENTS (static_formats); i++) {
    if (static_formats[i].payload_type == payload_type) {
      format->name = g_strdup (static_formats[i].name);
      format->clock_rate = 8000;
    }
  }
}

static RtcCodec *
find_codec (GPtrArray * codecs, guint payload_type)
{
  for (guint i = 0; i < codecs->len; i++) {
    RtcCodec *codec = g_ptr_array_index (codecs, i);

    if (codec->payload_type == payload_type)
      return codec;
  }
  return NULL;
}

static gboolean
is_rtx (const Format * format)
{
  return format->name && !g_ascii_strcasecmp (format->name, "rtx");
}

static void
fold_rtx (RtcMediaSection * section, const Format * format, guint payload_type)
{
  /* beside apt there may be an rtx-time (RFC 4588, section 8.1) */
  const RtcCodec rtx = {.fmtp = format->fmtp };
  g_autofree gchar *text = rtc_codec_get_parameter (&rtx, "apt");
  RtcCodec *codec;
  guint64 apt;

  if (!text || !parse_number (text, N_PAYLOAD_TYPES - 1, &apt))
    return;
  codec = find_codec (section->codecs, apt);
  if (codec && codec->rtx_payload_type == RTC_PAYLOAD_TYPE_NONE)
    codec->rtx_payload_type = payload_type;
}

static void
add_codec (Reader * reader, Format * format, guint payload_type)
{
  RtcMediaSection *section = reader->section;
  RtcCodec *codec;

  if (!format->name && section->kind == RTC_MEDIA_AUDIO)
    name_static_format (format, payload_type);
  if (!format->name)
    return;
  codec = rtc_codec_new (section->kind, format->name, format->clock_rate, format->channels, format->fmtp);
  codec->payload_type = payload_type;
  codec->feedback = format->feedback | reader->common_feedback;
  g_ptr_array_add (section->codecs, codec);
}

static void
clear_formats (Reader * reader)
{
  for (guint i = 0; i < N_PAYLOAD_TYPES; i++) {
    g_free (reader->formats[i].name);
    g_free (reader->formats[i].fmtp);
  }
  memset (reader->formats, 0, sizeof reader->formats);
  reader->n_formats = 0;
  reader->common_feedback = 0;
}

static void
finish_section (Reader * reader)
{
  RtcMediaSection *section = reader->section;

  if (section != reader->session) {
    for (guint i = 0; i < reader->n_formats; i++) {
      if (!is_rtx (&reader->formats[reader->order[i]]))
        add_codec (reader, &reader->formats[reader->order[i]], reader->order[i]);
    }
    for (guint i = 0; i < reader->n_formats; i++) {
      if (is_rtx (&reader->formats[reader->order[i]]))
        fold_rtx (section, &reader->formats[reader->order[i]], reader->order[i]);
    }
    section->rejected = section->rejected && !section->bundle_only;
    reader->description->extmap_allow_mixed &= reader->session_mixed || reader->section_mixed;
    reader->section_mixed = FALSE;
  }
  clear_formats (reader);
}

static gboolean
is_rtp_protocol (const gchar * protocol)
{
  /* RFC 8829 section 5.1.2: what stands there does not matter, DTLS-SRTP is what is meant */
  static const gchar *const names[] = { "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF",
    "TCP/DTLS/RTP/SAVP", "TCP/TLS/RTP/SAVPF", "RTP/SAVPF", "RTP/SAVP", "RTP/AVPF", "RTP/AVP", NULL };

  return g_strv_contains (names, protocol);
}

static gboolean
is_sctp_protocol (const gchar * protocol)
{
  static const gchar *const names[] = { "UDP/DTLS/SCTP", "TCP/DTLS/SCTP", "DTLS/SCTP", NULL };

  return g_strv_contains (names, protocol);
}

/* A number is the SCTP port, and its a=sctpmap names the use */
static gboolean
is_data_format (const gchar * format)
{
  guint64 port;

  return g_str_equal (format, "webrtc-datachannel") || parse_number (format, G_MAXUINT16, &port);
}

static void
set_section_kind (RtcMediaSection * section)
{
  gboolean rtp = is_rtp_protocol (section->protocol);

  if (rtp && g_str_equal (section->media, "audio"))
    section->kind = RTC_MEDIA_AUDIO;
  else if (rtp && g_str_equal (section->media, "video"))
    section->kind = RTC_MEDIA_VIDEO;
  else if (g_str_equal (section->media, "application") && is_sctp_protocol (section->protocol)
      && is_data_format (section->formats))
    section->is_application = TRUE;
  else
    section->unknown = TRUE;
}

/* rtpmap and the like may come in any order after the m= line, so only listed payload types become codecs */
static void
list_formats (Reader * reader, gchar * cursor)
{
  while (*cursor) {
    guint64 payload_type;

    if (!parse_number (next_word (&cursor), N_PAYLOAD_TYPES - 1, &payload_type)
        || reader->formats[payload_type].listed)
      continue;
    reader->formats[payload_type].listed = TRUE;
    reader->order[reader->n_formats++] = payload_type;
  }
}

static gboolean
read_media (Reader * reader, gchar * value, GError ** error)
{
  RtcDescription *description = reader->description;
  RtcMediaSection *section;
  gchar *media, *port, *protocol;
  guint64 number;

  if (description->sections->len >= MAX_SECTIONS)
    return too_much (reader, error, "m= sections", MAX_SECTIONS);
  finish_section (reader);
  media = next_word (&value);
  port = next_word (&value);
  protocol = next_word (&value);
  g_strstrip (value);
  port[strcspn (port, "/")] = '\0';
  if (!*protocol || !*value || !parse_number (port, G_MAXUINT16, &number))
    return fault (reader, error, "expected \"m=<media> <port> <protocol> <formats>\"");

  section = rtc_media_section_new ();
  section->media = g_strdup (media);
  section->protocol = g_strdup (protocol);
  section->formats = g_strdup (value);
  section->rejected = number == 0;
  section->direction = reader->session->direction;
  section->end_of_candidates = reader->session->end_of_candidates;
  section->max_message_size = DEFAULT_MAX_MESSAGE_SIZE;
  set_section_kind (section);
  g_ptr_array_add (description->sections, section);
  reader->section = section;
  reader->sized = FALSE;
  if (!section->is_application && !section->unknown)
    list_formats (reader, value);
  return TRUE;
}

static gboolean
read_mid (Reader * reader, gchar * value, GError ** error)
{
  GPtrArray *sections = reader->description->sections;
  gchar *mid = next_word (&value);

  if (!*mid)
    return fault (reader, error, "a mid cannot be empty");
  if (reader->section->mid)
    return fault (reader, error, "this section already has the mid \"%s\"", reader->section->mid);
  for (guint i = 0; i < sections->len; i++) {
    RtcMediaSection *other = g_ptr_array_index (sections, i);

    if (!g_strcmp0 (other->mid, mid))
      return fault (reader, error, "two sections cannot have the same mid");
  }
  reader->section->mid = g_strdup (mid);
  return TRUE;
}

static gboolean
read_group (Reader * reader, gchar * value, GError ** error)
{
  RtcDescription *description = reader->description;

  /* a second BUNDLE group would be a second transport, and there is one */
  if (!g_str_equal (next_word (&value), "BUNDLE") || description->bundle->len)
    return TRUE;
  while (*value) {
    const gchar *mid = next_word (&value);

    if (*mid && description->bundle->len < MAX_SECTIONS)
      g_ptr_array_add (description->bundle, g_strdup (mid));
  }
  return TRUE;
}

static gboolean
read_credential (Reader * reader, gchar * value, gchar ** field, gsize min, GError ** error)
{
  const gchar *word = next_word (&value);
  gsize size = strlen (word);

  if (size < min || size > MAX_CREDENTIAL_SIZE)
    return fault (reader, error, "this must have %" G_GSIZE_FORMAT " to %d characters", min,
        MAX_CREDENTIAL_SIZE);
  set_text (field, word);
  return TRUE;
}

static gboolean
read_ice_ufrag (Reader * reader, gchar * value, GError ** error)
{
  return read_credential (reader, value, &reader->section->ice_ufrag, MIN_UFRAG_SIZE, error);
}

static gboolean
read_ice_pwd (Reader * reader, gchar * value, GError ** error)
{
  return read_credential (reader, value, &reader->section->ice_pwd, MIN_PWD_SIZE, error);
}

static gboolean
is_digest (const gchar * text, guint n_bytes)
{
  if (strlen (text) != n_bytes * 3 - 1)
    return FALSE;
  for (guint i = 0; text[i]; i++) {
    if (i % 3 == 2 ? text[i] != ':' : !g_ascii_isxdigit (text[i]))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_fingerprint (Reader * reader, gchar * value, GError ** error)
{
  static const struct
  {
    const gchar *name;
    guint n_bytes;
  } hashes[] = { {"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}, {"sha-224", 28}, {"sha-1", 20} };
  RtcMediaSection *section = reader->section;
  g_autofree gchar *hash = g_ascii_strdown (next_word (&value), -1);
  g_autofree gchar *digest = g_ascii_strup (next_word (&value), -1);

  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++) {
    if (!g_str_equal (hash, hashes[i].name))
      continue;
    if (!is_digest (digest, hashes[i].n_bytes))
      return fault (reader, error, "a %s fingerprint is %u bytes in hexadecimal, divided by colons", hash,
          hashes[i].n_bytes);
    if (section->fingerprint && (i > 0 || g_str_has_prefix (section->fingerprint, hash)))
      return TRUE;
    g_free (section->fingerprint);
    section->fingerprint = g_strdup_printf ("%s %s", hash, digest);
  }
  return TRUE;
}

static gboolean
read_setup (Reader * reader, gchar * value, GError ** error)
{
  static const struct
  {
    const gchar *name;
    RtcSetup setup;
  } setups[] = {
    {"actpass", RTC_SETUP_ACTPASS}, {"active", RTC_SETUP_ACTIVE}, {"passive", RTC_SETUP_PASSIVE},
  };
  const gchar *word = next_word (&value);

  for (guint i = 0; i < G_N_ELEMENTS (setups); i++) {
    if (!g_str_equal (word, setups[i].name))
      continue;
    if (reader->section->setup == RTC_SETUP_NONE)
      reader->section->setup = setups[i].setup;
    return TRUE;
  }
  return fault (reader, error, "expected actpass, active or passive");
}

static gboolean
read_extmap (Reader * reader, gchar * value, GError ** error)
{
  RtcExtensionMap *map = &reader->section->extensions;
  gchar *number = next_word (&value), *direction = strchr (number, '/');
  const gchar *uri = next_word (&value);
  RtcExtension extension;
  guint64 id;

  if (direction)
    *direction++ = '\0';
  if (!*uri || !parse_number (number, G_MAXUINT16, &id) || id == 0)
    return fault (reader, error, "expected \"a=extmap:<id> <URI>\"");
  if (id <= MAX_EXTENSION_ID)
    reader->section->extension_ids |= 1u << id;
  /* "sendonly" and "inactive" are about the peer: it will not take this extension from us */
  if (direction && !g_str_equal (direction, "recvonly") && !g_str_equal (direction, "sendrecv"))
    return TRUE;
  if (id > MAX_EXTENSION_ID || !rtc_extension_from_uri (uri, &extension) || map->id[extension])
    return TRUE;
  if (!memchr (map->id, (gint) id, RTC_N_EXTENSIONS))
    map->id[extension] = id;
  return TRUE;
}

static gboolean
read_rtpmap (Reader * reader, gchar * value, GError ** error)
{
  Format *format = next_format (reader, &value);
  g_auto (GStrv) parts = g_strsplit (next_word (&value), "/", 4);
  guint n_parts = g_strv_length (parts);
  guint64 rate, channels = 0;

  if (!format || n_parts < 2 || !*parts[0] || !parse_number (parts[1], G_MAXINT32, &rate) || rate == 0
      || (n_parts > 2 && !parse_number (parts[2], G_MAXUINT8, &channels)))
    return fault (reader, error, "expected \"a=rtpmap:<payload type> <name>/<clock rate>\"");
  if (format->name)
    return TRUE;
  format->name = g_strdup (parts[0]);
  format->clock_rate = rate;
  format->channels = channels;
  return TRUE;
}

static gboolean
read_fmtp (Reader * reader, gchar * value, GError ** error)
{
  Format *format = next_format (reader, &value);

  if (format)
    set_text (&format->fmtp, g_strstrip (value));
  return TRUE;
}

static gboolean
read_rtcp_fb (Reader * reader, gchar * value, GError ** error)
{
  static const struct
  {
    const gchar *text;
    guint flag;
  } names[] = { {"nack", RTC_FEEDBACK_NACK}, {"nack pli", RTC_FEEDBACK_PLI}, {"ccm fir", RTC_FEEDBACK_FIR},
    {"goog-remb", RTC_FEEDBACK_REMB}, {"transport-cc", RTC_FEEDBACK_TRANSPORT_CC},
    {"rrtr", RTC_FEEDBACK_RRTR} };
  gboolean all = g_str_has_prefix (value, "* ");
  Format *format = next_format (reader, &value);
  guint *feedback = all ? &reader->common_feedback : format ? &format->feedback : NULL;

  g_strstrip (value);
  for (guint i = 0; feedback && i < G_N_ELEMENTS (names); i++) {
    if (g_str_equal (value, names[i].text))
      *feedback |= names[i].flag;
  }
  return TRUE;
}

static gboolean
read_candidate (Reader * reader, gchar * value, GError ** error)
{
  GPtrArray *candidates = reader->description->candidates;
  guint n_sections = reader->description->sections->len;
  g_autofree gchar *text = NULL;

  if (reader->section == reader->session)
    return fault (reader, error, "a candidate must stand below the m= line it belongs to");
  if (candidates->len >= MAX_CANDIDATES)
    return too_much (reader, error, "candidates", MAX_CANDIDATES);
  text = g_strconcat ("candidate:", g_strstrip (value), NULL);
  g_ptr_array_add (candidates, rtc_candidate_new (text, NULL, n_sections - 1));
  return TRUE;
}

static gboolean
read_ssrc (Reader * reader, gchar * value, GError ** error)
{
  RtcMediaSection *section = reader->section;
  guint64 ssrc;

  if (!parse_number (next_word (&value), G_MAXUINT32, &ssrc))
    return TRUE;
  if (!section->ssrc)
    section->ssrc = ssrc;
  g_strstrip (value);
  if (g_str_has_prefix (value, "cname:"))
    set_text (&section->cname, value + strlen ("cname:"));
  /* as it was before a=msid (RFC 8830) */
  if (g_str_has_prefix (value, "msid:"))
    set_text (&section->msid, value + strlen ("msid:"));
  return TRUE;
}

static gboolean
read_ssrc_group (Reader * reader, gchar * value, GError ** error)
{
  RtcMediaSection *section = reader->section;
  guint64 ssrc, rtx_ssrc;

  if (g_str_equal (next_word (&value), "FID") && parse_number (next_word (&value), G_MAXUINT32, &ssrc)
      && parse_number (next_word (&value), G_MAXUINT32, &rtx_ssrc) && !section->rtx_ssrc
      && (!section->ssrc || section->ssrc == ssrc || section->ssrc == rtx_ssrc)) {
    section->ssrc = ssrc;
    section->rtx_ssrc = rtx_ssrc;
  }
  return TRUE;
}

static gboolean
read_msid (Reader * reader, gchar * value, GError ** error)
{
  set_text (&reader->section->msid, g_strstrip (value));
  return TRUE;
}

static gboolean
read_sctp_port (Reader * reader, gchar * value, GError ** error)
{
  RtcMediaSection *section = reader->section;
  guint64 port;

  if (!section->sctp_port && parse_number (next_word (&value), G_MAXUINT16, &port))
    section->sctp_port = port;
  return TRUE;
}

/* "5000 webrtc-datachannel 65535", as aiortc still offers it */
static gboolean
read_sctpmap (Reader * reader, gchar * value, GError ** error)
{
  RtcMediaSection *section = reader->section;
  const gchar *text = next_word (&value);
  guint64 port;

  if (!section->is_application || section->sctp_port || !g_str_equal (next_word (&value), "webrtc-datachannel")
      || !parse_number (text, G_MAXUINT16, &port))
    return TRUE;
  section->sctp_port = port;
  section->sctpmap = !g_str_equal (section->formats, "webrtc-datachannel");
  return TRUE;
}

static gboolean
read_max_message_size (Reader * reader, gchar * value, GError ** error)
{
  guint64 size;

  if (reader->sized || !parse_number (next_word (&value), G_MAXUINT64, &size))
    return TRUE;
  reader->section->max_message_size = size;
  reader->sized = TRUE;
  return TRUE;
}

static void
read_flag (Reader * reader, const gchar * name)
{
  RtcMediaSection *section = reader->section;

  if (g_str_equal (name, "sendrecv"))
    section->direction = RTC_DIRECTION_SENDRECV;
  else if (g_str_equal (name, "sendonly"))
    section->direction = RTC_DIRECTION_SENDONLY;
  else if (g_str_equal (name, "recvonly"))
    section->direction = RTC_DIRECTION_RECVONLY;
  else if (g_str_equal (name, "inactive"))
    section->direction = RTC_DIRECTION_INACTIVE;
  else if (g_str_equal (name, "rtcp-mux") || g_str_equal (name, "rtcp-mux-only"))
    section->rtcp_mux = TRUE;
  else if (g_str_equal (name, "rtcp-rsize"))
    section->rtcp_rsize = TRUE;
  else if (g_str_equal (name, "bundle-only"))
    section->bundle_only = TRUE;
  else if (g_str_equal (name, "end-of-candidates"))
    section->end_of_candidates = TRUE;
  else if (g_str_equal (name, "ice-lite"))
    reader->description->ice_lite = TRUE;
  else if (g_str_equal (name, "extmap-allow-mixed"))
    *(section == reader->session ? &reader->session_mixed : &reader->section_mixed) = TRUE;
}

static gboolean
read_attribute (Reader * reader, gchar * text, GError ** error)
{
  static const struct
  {
    const gchar *name;
    gboolean (*read) (Reader * reader, gchar * value, GError ** error);
  } attributes[] = {
    {"candidate", read_candidate}, {"rtpmap", read_rtpmap}, {"fmtp", read_fmtp}, {"rtcp-fb", read_rtcp_fb},
    {"ssrc", read_ssrc}, {"ssrc-group", read_ssrc_group}, {"extmap", read_extmap}, {"mid", read_mid},
    {"msid", read_msid}, {"setup", read_setup}, {"fingerprint", read_fingerprint},
    {"ice-ufrag", read_ice_ufrag}, {"ice-pwd", read_ice_pwd}, {"group", read_group},
    {"sctp-port", read_sctp_port}, {"sctpmap", read_sctpmap}, {"max-message-size", read_max_message_size},
  };
  gchar *value = strchr (text, ':');

  if (!value) {
    read_flag (reader, g_strchomp (text));
    return TRUE;
  }
  *value++ = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++) {
    if (g_str_equal (text, attributes[i].name))
      return attributes[i].read (reader, value, error);
  }
  return TRUE;
}

static gboolean
read_origin (Reader * reader, gchar * value, GError ** error)
{
  next_word (&value);
  if (!parse_number (next_word (&value), G_MAXUINT64, &reader->description->session_id)
      || !parse_number (next_word (&value), G_MAXUINT64, &reader->description->session_version))
    return fault (reader, error, "expected \"o=<user> <number> <number> IN IP4 <address>\"");
  return TRUE;
}

static gboolean
has_control_characters (const gchar * line)
{
  for (; *line; line++) {
    if (g_ascii_iscntrl (*line) && *line != '\t')
      return TRUE;
  }
  return FALSE;
}

static gboolean
read_line (Reader * reader, gchar * line, GError ** error)
{
  if (reader->line_number == 1 && !g_str_equal (line, "v=0"))
    return fault (reader, error, "a description starts with \"v=0\"; this is no SDP");
  if (!*line)
    return TRUE;
  /* what is read here is written again into answers, logs and errors */
  if (has_control_characters (line))
    return fault (reader, error, "it contains control characters: end lines with CR LF or LF");
  if (!g_ascii_isalpha (line[0]) || line[1] != '=')
    return fault (reader, error, "expected \"<letter>=<value>\"");
  switch (line[0]) {
    case 'o':
      return read_origin (reader, line + 2, error);
    case 'm':
      return read_media (reader, line + 2, error);
    case 'a':
      return read_attribute (reader, line + 2, error);
    default:
      return TRUE;
  }
}

static gboolean
read_lines (Reader * reader, const gchar * sdp, gsize size, GError ** error)
{
  const gchar *end = sdp + size;

  while (sdp < end) {
    const gchar *newline = memchr (sdp, '\n', end - sdp);
    g_autofree gchar *line = g_strndup (sdp, (newline ? newline : end) - sdp);
    g_autofree gchar *scratch = NULL;
    gsize length = strlen (line);

    while (length && line[length - 1] == '\r')
      line[--length] = '\0';
    scratch = g_strdup (line);
    reader->line = line;
    reader->line_number++;
    if (!read_line (reader, scratch, error))
      return FALSE;
    sdp = newline ? newline + 1 : end;
  }
  finish_section (reader);
  return TRUE;
}

static void
copy_session_attributes (const RtcMediaSection * session, RtcMediaSection * section)
{
  set_text (&section->ice_ufrag, session->ice_ufrag);
  set_text (&section->ice_pwd, session->ice_pwd);
  set_text (&section->fingerprint, session->fingerprint);
  if (section->setup == RTC_SETUP_NONE)
    section->setup = session->setup;
  section->extension_ids |= session->extension_ids;
  for (guint i = 0; i < RTC_N_EXTENSIONS; i++) {
    if (!section->extensions.id[i] && session->extensions.id[i]
        && !memchr (section->extensions.id, session->extensions.id[i], RTC_N_EXTENSIONS))
      section->extensions.id[i] = session->extensions.id[i];
  }
}

/* At the end, since a=mid may come after the candidates */
static void
name_candidates (RtcDescription * description)
{
  for (guint i = 0; i < description->candidates->len; i++) {
    RtcCandidate *candidate = g_ptr_array_index (description->candidates, i);
    RtcMediaSection *section = g_ptr_array_index (description->sections, candidate->m_line);

    candidate->mid = g_strdup (section->mid);
  }
}

static gboolean
check_size (const gchar * sdp, gsize size, GError ** error)
{
  if (size > MAX_SIZE) {
    g_set_error (error, GST_RTC_ERROR, GST_RTC_ERROR_LIMIT,
        "the description has %" G_GSIZE_FORMAT " bytes; at most %d are accepted", size, MAX_SIZE);
    return FALSE;
  }
  if (size == 0) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION, "the description is empty");
    return FALSE;
  }
  if (!g_utf8_validate_len (sdp, size, NULL)) {
    g_set_error_literal (error, GST_RTC_ERROR, GST_RTC_ERROR_DESCRIPTION,
        "the description is not text: it must be UTF-8 without zero bytes");
    return FALSE;
  }
  return TRUE;
}

RtcDescription *
rtc_description_read (const gchar * sdp, gssize size, GError ** error)
{
  g_autoptr (RtcDescription) description = NULL;
  g_autofree Reader *reader = NULL;
  gboolean good;

  if (size < 0)
    size = strlen (sdp);
  if (!check_size (sdp, size, error))
    return NULL;
  description = rtc_description_new ();
  description->extmap_allow_mixed = TRUE;
  reader = g_new0 (Reader, 1);
  reader->description = description;
  reader->section = reader->session = rtc_media_section_new ();
  good = read_lines (reader, sdp, size, error);
  for (guint i = 0; good && i < description->sections->len; i++)
    copy_session_attributes (reader->session, g_ptr_array_index (description->sections, i));
  clear_formats (reader);
  rtc_media_section_free (reader->session);
  if (!good)
    return NULL;
  name_candidates (description);
  description->extmap_allow_mixed &= description->sections->len > 0;
  return g_steal_pointer (&description);
}
