#!/usr/bin/python3
# gst-rtc: an rtcsink that encodes, and counts the key frames it was asked for
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: rawserver.py PORT [PROPERTY=VALUE…]
#
# Each line on stdin is answered with {"forced": key frames asked for, "keys": key frames made}.
import json
import sys
import threading

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstVideo', '1.0')
from gi.repository import GLib, Gst, GstVideo

counts = {'forced': 0, 'keys': 0}
encoders = []


def on_event(pad, info):
    if GstVideo.video_event_is_force_key_unit(info.get_event()):
        counts['forced'] += 1
    return Gst.PadProbeReturn.OK


def on_buffer(pad, info):
    if not info.get_buffer().has_flags(Gst.BufferFlags.DELTA_UNIT):
        counts['keys'] += 1
    return Gst.PadProbeReturn.OK


def on_encoder(sink, pad_name, encoder):
    encoders.append(encoder)
    pad = encoder.get_static_pad('src')
    if 'Video' in encoder.get_factory().get_metadata('klass'):
        pad.add_probe(Gst.PadProbeType.EVENT_UPSTREAM, on_event)
        pad.add_probe(Gst.PadProbeType.BUFFER, on_buffer)
    return False


def main():
    Gst.init(None)
    pipeline = Gst.parse_launch(
        f'rtcsink name=s signaller::port={sys.argv[1]} {" ".join(sys.argv[2:])} '
        'videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1 ! s. '
        'audiotestsrc is-live=true ! s.')
    pipeline.get_by_name('s').connect('encoder-setup', on_encoder)
    pipeline.set_state(Gst.State.PLAYING)
    loop = GLib.MainLoop()
    threading.Thread(target=loop.run, daemon=True).start()
    for line in sys.stdin:
        print(json.dumps(counts), flush=True)
    pipeline.set_state(Gst.State.NULL)


main()
