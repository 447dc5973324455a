# gst-rtc: the public library seen from Python
# SPDX-License-Identifier: LGPL-2.1-or-later
import unittest

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtc", "1.0")
from gi.repository import GObject, Gst, GstRtc  # noqa: E402


class PySignaller(Gst.Element, GstRtc.Signaller):
    """A signaller written in Python."""

    __gtype_name__ = "PySignaller"

    def do_start(self, ice_servers):
        self.ice_servers = ice_servers
        return True

    def do_stop(self):
        self.session_ended("viewer", GObject.GError("stopped"))

    def do_send_description(self, session_id, sdp_type, sdp):
        self.sent = (session_id, sdp_type, sdp)


class Introspection(unittest.TestCase):
    def test_element_to_signaller(self):
        signaller = PySignaller()
        self.assertTrue(signaller.start(["stun://192.0.2.1:3478"]))
        self.assertEqual(signaller.ice_servers, ["stun://192.0.2.1:3478"])
        signaller.send_description("viewer", GstRtc.SdpType.OFFER, "v=0")
        self.assertEqual(signaller.sent, ("viewer", GstRtc.SdpType.OFFER, "v=0"))

    def test_signaller_to_element(self):
        seen = []
        signaller = PySignaller()
        signaller.connect("session-requested", lambda s, session, offer: seen.append(session))
        signaller.connect("candidate", lambda s, *args: seen.append(args))
        signaller.session_requested("viewer", None)
        signaller.candidate("viewer", "", None, -1)
        self.assertEqual(seen, ["viewer", ("viewer", "", None, -1)])


Gst.init(None)
unittest.main()
