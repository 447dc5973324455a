# gst-rtc: the public library seen from Python
# SPDX-License-Identifier: LGPL-2.1-or-later
import unittest

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtc", "1.0")
from gi.repository import GLib, GObject, Gst, GstRtc  # noqa: E402


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


class PyDataChannel(GstRtc.DataChannel):
    """A data channel written in Python."""

    __gtype_name__ = "PyDataChannel"
    sent = ()

    def do_send_data(self, data):
        self.sent += (data.get_data(),)
        return True

    def do_send_string(self, text):
        self.sent += (text,)
        return True

    def do_close(self):
        self.closed(GLib.Error("done"))


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

    def test_data_channel(self):
        seen = []
        channel = PyDataChannel(label="chat", max_retransmits=2, priority=GstRtc.Priority.HIGH)
        channel.connect("on-open", lambda c: seen.append("open"))
        channel.connect("on-message-data", lambda c, data: seen.append(data.get_data()))
        channel.connect("on-message-string", lambda c, text: seen.append(text))
        channel.connect("on-close", lambda c: seen.append("close"))
        self.assertEqual(channel.props.ready_state, GstRtc.DataChannelState.CONNECTING)
        self.assertEqual((channel.props.label, channel.props.max_retransmits), ("chat", 2))
        channel.opened(6, 4)
        channel.message_data(GLib.Bytes.new(b"abc"))
        channel.message_string("hello")
        channel.send_string("text")
        channel.emit("send-data", GLib.Bytes.new(b"\0\1"))
        with self.assertRaises(GLib.Error) as caught:
            channel.send_string("too long")
        self.assertTrue(caught.exception.matches(GstRtc.error_quark(), GstRtc.Error.DATA))
        channel.emit("close")
        self.assertEqual(channel.sent, ("text", b"\0\1"))
        self.assertEqual(seen, ["open", b"abc", "hello", "close"])
        self.assertEqual(channel.props.id, 6)


Gst.init(None)
unittest.main()
