#!/usr/bin/python3
# gst-rtc: rtcsink in a Python program
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: pipelines/embed.py [PORT]
import sys

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst

Gst.init(None)
port = sys.argv[1] if len(sys.argv) > 1 else '8080'
pipeline = Gst.parse_launch(f'videotestsrc is-live=true ! timeoverlay ! rtcsink name=sink signaller::port={port}')

sink = pipeline.get_by_name('sink')
sink.connect('consumer-added', lambda sink, viewer: print(f'{viewer} watches', flush=True))
sink.connect('consumer-removed', lambda sink, viewer, reason: print(f'{viewer} is gone: {reason.message}', flush=True))


def on_error(bus, message, loop):
    print(message.parse_error()[0].message, file=sys.stderr)
    loop.quit()


loop = GLib.MainLoop()
bus = pipeline.get_bus()
bus.add_signal_watch()
bus.connect('message::error', on_error, loop)

pipeline.set_state(Gst.State.PLAYING)
print(f'Open http://127.0.0.1:{port} in a browser. Ctrl-C ends.', flush=True)
try:
    loop.run()
except KeyboardInterrupt:
    pass
pipeline.set_state(Gst.State.NULL)
