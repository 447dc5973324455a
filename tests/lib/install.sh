#!/bin/bash
# gst-rtc: installs into a temporary folder and uses what was installed, and only that; prints TAP
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: install.sh BUILD-DIRECTORY
set -uo pipefail

build=$1
where=$(mktemp -d "${TMPDIR:-/tmp}/gst-rtc-install-XXXXXX")
trap 'rm -rf "$where"' EXIT
number=0 failed=0

check ()
{
  local name=$1 output
  shift
  number=$((number + 1))
  if output=$("$@" 2>&1); then
    echo "ok $number - $name"
  else
    failed=1
    echo "not ok $number - $name"
    sed 's/^/# /' <<< "$output"
  fi
}

reads_like_documentation ()
{
  local text
  text=$(gst-inspect-1.0 "$1") || return
  for word in "${@:2}"; do
    grep -q -- "$word" <<< "$text" || { echo "gst-inspect-1.0 $1 does not have: $word"; return 1; }
  done
  ! grep -qE '^  [a-z-]+ +: *$' <<< "$text" || { echo 'a property has no description'; return 1; }
}

compiles ()
{
  printf '#include <gst/rtc/gstrtc.h>\nint main (void) { return gst_rtc_error_quark () == 0; }\n' > "$where/program.c"
  cc -Wall -Werror "$where/program.c" -o "$where/program" $(pkg-config --cflags --libs gstrtc-1.0) && "$where/program"
}

introspects ()
{
  /usr/bin/python3 -c '
import gi
gi.require_version("GstRtc", "1.0")
from gi.repository import Gst, GstRtc
assert GstRtc.Signaller and GstRtc.DataChannel.send_string and GstRtc.SdpType.OFFER == 0 and GstRtc.Error.LEFT'
}

runs ()
{
  # One viewer-less second: the plugin finds all its libraries, listens and stops.
  timeout 20 gst-launch-1.0 -q videotestsrc num-buffers=30 is-live=true ! rtcsink "signaller::port=$1"
}

# serves PORT: what was installed listens, answers with the page, and ends on Ctrl-C
serves ()
{
  local server status=0

  # Background jobs of scripts ignore SIGINT unless they ask for it, as this one does.
  "$where$prefix/bin/gst-rtc-server" "--port=$1" & server=$!
  for _ in {1..100}; do
    (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null && break
    sleep 0.1
  done
  /usr/bin/python3 -c '
import sys, urllib.request
page = urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/?room=garage", timeout=5).read().decode()
assert "<html" in page and "@WEBSOCKET@" not in page' "$1" || status=1
  kill -INT "$server"
  wait "$server" || status=$?
  return "$status"
}

speaks_of_itself ()
{
  "$where$prefix/bin/gst-rtc-server" --version | grep -q '^gst-rtc-server [0-9]' &&
    "$where$prefix/bin/gst-rtc-server" --help | grep -q -- --certificate
}

check 'meson install' meson install -C "$build" --no-rebuild --destdir "$where"
prefix=$(meson introspect "$build" --buildoptions |
  /usr/bin/python3 -c 'import json, sys; print(next(o["value"] for o in json.load(sys.stdin) if o["name"] == "prefix"))')
libraries=$(dirname "$(find "$where" -name 'libgstrtc-1.0.so' | head -n 1)")
unset GST_PLUGIN_PATH_1_0
export GST_PLUGIN_PATH=$libraries/gstreamer-1.0 LD_LIBRARY_PATH=$libraries GI_TYPELIB_PATH=$libraries/girepository-1.0
export PKG_CONFIG_PATH=$libraries/pkgconfig GST_REGISTRY=$where/registry.bin
# .pc files name the prefix, which DESTDIR has moved.
find "$where" -name '*.pc' -exec sed -i "s|^prefix=.*|prefix=$where$prefix|" {} +

check 'gst-inspect-1.0 rtcsink' reads_like_documentation rtcsink 'video_%u' 'audio_%u' 'signaller' 'video-caps' 'audio-caps' \
  'stun-server' 'turn-servers' 'stats' 'consumer-added' 'consumer-removed' 'encoder-setup' 'payloader-setup' 'LGPL' \
  "SINK template: 'data_%s'" 'data-channels' 'create-data-channel' 'on-data-channel' 'enable-data-channel-navigation'
receiving=('latency' 'min-latency' 'max-latency' 'video-codecs' 'audio-codecs' 'do-retransmission' 'signaller' 'stats'
  'consumer-added' 'consumer-removed' 'peer-id' 'msid' 'data-channels' 'create-data-channel' 'on-data-channel')
check 'gst-inspect-1.0 rtcsrc' reads_like_documentation rtcsrc "SRC template: 'video_%u'" "SRC template: 'audio_%u'" \
  'max-consumers' 'rtcs' "SRC template: 'data_%s'" 'eos-on-close' "${receiving[@]}"
check 'gst-inspect-1.0 rtcbin' reads_like_documentation rtcbin "SINK template: 'video_%u'" "SRC template: 'video_src_%u'" \
  "SINK template: 'audio_%u'" "SRC template: 'audio_src_%u'" "SINK template: 'data_%s'" "SRC template: 'data_src_%s'" 'audio-processing' 'encoder-setup' "${receiving[@]}"
check 'gst-inspect-1.0 rtcserversignaller' reads_like_documentation rtcserversignaller 'host' 'port' 'path' '8080' '127.0.0.1' 'token'
check 'gst-inspect-1.0 rtcwebsocketsignaller' reads_like_documentation rtcwebsocketsignaller 'uri' 'room' 'token' 'ca-certificate' \
  'role' 'viewer' 'joined'
check 'a C program with pkg-config gstrtc-1.0' compiles
check 'introspection of GstRtc-1.0' introspects
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
check 'a pipeline with what was installed' runs "$port"
check 'gst-rtc-server --version, --help' speaks_of_itself
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
check 'gst-rtc-server serves' serves "$port"
echo "1..$number"
exit "$failed"
