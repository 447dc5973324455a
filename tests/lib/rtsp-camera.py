#!/usr/bin/python3
# gst-rtc: a network camera: H.264 with a key frame every 2 seconds, and A-law
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: rtsp-camera.py PORT        prints a line when it listens
import sys

import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import GLib, Gst, GstRtspServer

Gst.init(None)
factory = GstRtspServer.RTSPMediaFactory(shared=True)
factory.set_launch(
    'videotestsrc is-live=true pattern=smpte ! video/x-raw,width=640,height=360,framerate=30/1'
    ' ! timeoverlay valignment=bottom ! x264enc tune=zerolatency speed-preset=veryfast key-int-max=60'
    ' ! video/x-h264,profile=constrained-baseline ! rtph264pay name=pay0 pt=96'
    ' audiotestsrc is-live=true freq=440 ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8')
server = GstRtspServer.RTSPServer(address='127.0.0.1', service=sys.argv[1])
server.get_mount_points().add_factory('/camera', factory)
server.attach(None)
print('listening', flush=True)
GLib.MainLoop().run()
