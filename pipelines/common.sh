# gst-rtc: what the examples have in common: options, sources, places to play, running (sourced by bash)
# SPDX-License-Identifier: LGPL-2.1-or-later
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

host=127.0.0.1 port=8080 headless='' video_sink='' audio_sink=''

# What the script says of itself at its top, from "usage:" on
usage ()
{
  sed -n '/^# usage:/,/^[^#]/s/^# \{0,1\}//p' "$0"
}

fail ()
{
  echo "${0##*/}: $1" >&2
  exit 1
}

# take_options NAME… -- WORD…: --two-words VALUE or --two-words=VALUE sets $two_words; "headless" has no value
take_options ()
{
  local names=' ' name

  while [ "$1" != -- ]; do
    names+="$1 "
    shift
  done
  shift
  while [ $# -gt 0 ]; do
    name=${1#--}
    case $1 in
      -h | --help) usage; exit 0 ;;
      --headless=*) fail '--headless has no value' ;;
      --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}"; continue ;;
    esac
    [[ $1 == --* && $names == *" $name "* ]] || { usage >&2; fail "unknown option: $1"; }
    if [ "$name" = headless ]; then
      headless=yes
      shift
    else
      [ $# -ge 2 ] || fail "$1 wants a value"
      declare -g "${name//-/_}=$2"
      shift 2
    fi
  done
  [[ $port =~ ^[0-9]{1,5}$ ]] && [ "$port" -ge 1 ] && [ "$port" -le 65535 ] || fail "not a port: $port"
}

# Installs what is missing, builds, and lets GStreamer find what was built.
prepare ()
{
  install_packages "${packages_to_build[@]}" "${packages_to_run[@]}" "$@"
  build_project "$build" -Dtests=false
  use_build "$build"
  ! port_is_taken "$host" "$port" || fail "port $port is taken; choose another one with --port"
}

# Where pictures and sounds go: set by --video-sink and --audio-sink, else what this machine has.
choose_sinks ()
{
  if [ -z "$video_sink" ]; then
    video_sink=autovideosink
    if [ -n "$headless" ] || [ -z "${DISPLAY-}${WAYLAND_DISPLAY-}" ]; then
      [ -n "$headless" ] || echo 'There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): pictures are thrown away.'
      video_sink='fakesink sync=true'
    fi
  fi
  if [ -z "$audio_sink" ]; then
    audio_sink=autoaudiosink
    if [ -n "$headless" ] || ! has_sound; then
      [ -n "$headless" ] || echo 'There is no sound card here: sound is thrown away.'
      audio_sink='fakesink sync=true'
    fi
  fi
}

has_sound ()
{
  [ -e /dev/snd ] || [ -n "${PULSE_SERVER-}" ] || [ -S "${XDG_RUNTIME_DIR-/nowhere}/pulse/native" ]
}

# Prints the first camera, or "test" if there is none.
find_camera ()
{
  local camera

  for camera in /dev/video*; do
    [ ! -c "$camera" ] || { echo "$camera"; return; }
  done
  echo test
}

# What goes in front of "! rtc.video_0": a camera, or a scrolling picture, so that every frame differs; its clock shows how
# late it arrives.
camera_pipeline ()
{
  if [ "$1" = test ]; then
    echo "videotestsrc is-live=true pattern=smpte horizontal-speed=2 ! video/x-raw,width=1280,height=720,framerate=30/1
      ! timeoverlay halignment=center valignment=center font-desc=Sans,60"
  else
    # What cameras give at a full frame rate: Motion-JPEG when large, raw pictures when small.
    echo "v4l2src device=$1
      ! image/jpeg,width=[320,1920],framerate=[20/1,60/1];video/x-raw,width=[160,1920],framerate=[10/1,60/1];video/x-raw
      ! decodebin ! videoconvert ! queue"
  fi
}

# What goes in front of "! rtc.audio_0": the microphone, or a ticking sound.
microphone_pipeline ()
{
  if [ "$1" = test ] || ! has_sound; then
    echo 'audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=2'
  else
    echo 'autoaudiosrc ! audioconvert ! audioresample ! queue'
  fi
}

interrupt ()
{
  kill -INT "$running" 2> /dev/null || true
}

# What happens as soon as somebody listens on the port
started ()
{
  local address

  for address in $(addresses); do
    echo "Open http://$address:$port in a browser. Ctrl-C ends."
  done
}

# run COMMAND…: until it ends or Ctrl-C; says where the page is. In a session of its own the command gets one signal for
# each Ctrl-C, and not one from the terminal too: the second one would be for the impatient.
run ()
{
  local status=0

  stopped=
  trap 'stopped=1; interrupt' INT TERM HUP
  setsid "$@" < /dev/null &
  running=$!
  until port_is_taken "$host" "$port"; do
    kill -0 "$running" 2> /dev/null || break
    sleep 0.1
  done
  ! kill -0 "$running" 2> /dev/null || started

  # A trapped signal ends wait before the command has ended.
  wait "$running" || status=$?
  while kill -0 "$running" 2> /dev/null; do
    wait "$running" || status=$?
  done
  [ -z "$stopped" ] || status=0
  return "$status"
}

addresses ()
{
  local address

  for address in $([ "$host" = 0.0.0.0 ] && echo 127.0.0.1 "$(hostname -I)" || echo "$host"); do
    [[ $address == *:* ]] && echo "[$address]" || echo "$address"
  done
}
