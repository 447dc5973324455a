# gst-rtc: what the examples and the tests do first: packages, build, environment (sourced by bash)
# SPDX-License-Identifier: LGPL-2.1-or-later

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD_DIR:-$root/build}

packages_to_build=(build-essential meson ninja-build pkg-config
  libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libgirepository1.0-dev gobject-introspection
  libnice-dev libssl-dev libsrtp2-dev libusrsctp-dev libsoup-3.0-dev libjson-glib-dev)
packages_to_run=(gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-base-apps
  gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav
  gstreamer1.0-x gstreamer1.0-alsa gstreamer1.0-pulseaudio)
packages_for_python=(python3-gi gir1.2-gstreamer-1.0)

# Installs those of the named Debian packages that are missing; quick and silent if none is.
install_packages ()
{
  local installed missing=() name as_root=()

  installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | tr '\n' ' ') "
  for name; do
    [[ $installed == *" $name "* ]] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  echo "== Installing Debian packages${as_root[0]:+ with sudo}: ${missing[*]}"
  # sudo drops the environment, so env sets it behind sudo.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" \
    > /dev/null 2>&1 && return 0
  "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" \
      > /dev/null || {
      echo "These packages could not be installed: ${missing[*]}" >&2
      return 1
    }
}

# build_project DIRECTORY [MESON-OPTION…]
build_project ()
{
  local where=$1
  shift

  [ -f "$where/build.ninja" ] || { echo "== Setting up $where"; meson setup "$where" "$root" "$@" > /dev/null; } || {
    grep -B2 ERROR "$where/meson-logs/meson-log.txt" >&2
    return 1
  }
  local log=$where/build.log
  grep -q 'no work to do' <<< "$(ninja -C "$where" -n 2> /dev/null)" || echo "== Building in $where"
  ninja -C "$where" > "$log" 2>&1 || {
    { grep -E '(ERROR|error):' "$log"; sed -n '/^FAILED/,$p' "$log"; } | head -n 60 >&2
    return 1
  }
}

# use_build DIRECTORY: the plugins, libraries and typelibs of a build folder, for what is started afterwards
use_build ()
{
  local name LD_LIBRARY_PATH=${LD_LIBRARY_PATH-} GI_TYPELIB_PATH=${GI_TYPELIB_PATH-} GST_PLUGIN_PATH=${GST_PLUGIN_PATH-}

  # as in meson devenv, without its shell
  eval "$(meson devenv -C "$1" --dump | grep -E '^(GST_PLUGIN_PATH|GI_TYPELIB_PATH|LD_LIBRARY_PATH)=')"
  for name in GST_PLUGIN_PATH GI_TYPELIB_PATH LD_LIBRARY_PATH; do
    # an empty member would mean the current folder
    declare -gx "$name=${!name%:}"
  done
}

# port_is_taken HOST PORT
port_is_taken ()
{
  local host=$1
  [ "$host" != 0.0.0.0 ] && [ "$host" != :: ] || host=127.0.0.1
  (exec 3<> "/dev/tcp/$host/$2") 2> /dev/null
}
