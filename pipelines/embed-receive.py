#!/usr/bin/python3
# gst-rtc: rtcsrc or rtcbin in a Python program: a branch for each track that comes, until it goes
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: pipelines/embed-receive.py [PIPELINE [VIDEO-BRANCH [AUDIO-BRANCH]]]
#
# As gst-launch-1.0, which links only the first tracks that come: here peers may come and go. PIPELINE has an
# element named rtc; the branches are what its pads are linked to.
import signal
import sys

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst

Gst.init(None)
defaults = ['rtcsrc name=rtc', 'videoconvert ! autovideosink', 'audioconvert ! audioresample ! autoaudiosink']
description, video, audio = sys.argv[1:] + defaults[len(sys.argv) - 1:]
pipeline = Gst.Pipeline()
bin = Gst.parse_bin_from_description(description, False)    # of one element, parse_launch() makes no pipeline
pipeline.add(bin)
branches = {}


def on_pad_added(rtc, pad):
    if pad.get_direction() == Gst.PadDirection.SRC:
        kind, branch = ('video', video) if pad.get_name().startswith('video') else ('audio', audio)
        branches[pad] = Gst.parse_bin_from_description(branch, True)
        bin.add(branches[pad])
        branches[pad].sync_state_with_parent()
        pad.link(branches[pad].get_static_pad('sink'))
        print(f'{pad.get_property("peer-id")} sends {kind}', flush=True)


def on_pad_removed(rtc, pad):
    if pad in branches:
        GLib.idle_add(remove, branches.pop(pad))


def remove(branch):
    branch.set_state(Gst.State.NULL)
    bin.remove(branch)


def on_error(bus, message, loop):
    print(message.parse_error()[0].message, file=sys.stderr)
    loop.quit()


rtc = pipeline.get_by_name('rtc')
rtc.connect('pad-added', on_pad_added)
rtc.connect('pad-removed', on_pad_removed)
rtc.connect('consumer-removed', lambda rtc, peer, reason: print(f'{peer} is gone: {reason.message}', flush=True))

loop = GLib.MainLoop()
bus = pipeline.get_bus()
bus.add_signal_watch()
bus.connect('message::error', on_error, loop)
bus.connect('message::latency', lambda bus, message: pipeline.recalculate_latency())

GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGINT, loop.quit)
pipeline.set_state(Gst.State.PLAYING)
loop.run()
pipeline.set_state(Gst.State.NULL)
