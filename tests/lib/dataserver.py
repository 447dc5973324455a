#!/usr/bin/python3
# gst-rtc: server.py whose data channels are all told, counted and ordered about
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: as server.py
#
# stdout: beside server.py's: {"event": "channel"|"message"|"closed"|"failed", "label": …, …}
# stdin:  {"id": N, "ask": "open"|"stream"|"text"|"data"|"bulk"|"received"|"close", "label": …, …}
import hashlib
import os
import sys

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server, plain, say

PART = 16384
PROPERTIES = ('protocol', 'ordered', 'max-retransmits', 'max-packet-lifetime', 'negotiated', 'priority')


class DataServer(Server):
    def __init__(self, *args):
        self.by_label, self.sums, self.sizes = {}, {}, {}
        super().__init__(*args)

    @staticmethod
    def parse(description):
        """A pipeline, also of a single element: a session with data only needs no more."""
        pipeline = Gst.Pipeline()
        pipeline.add(Gst.parse_bin_from_description(description, False))
        return pipeline

    def keep_channel(self, channel):
        label = channel.get_property('label')
        self.by_label[label], self.sums[label], self.sizes[label] = channel, hashlib.sha256(), 0
        channel.connect('on-close', lambda channel: say(event='closed', label=label))
        channel.connect('on-error', lambda channel, error: say(event='failed', label=label, message=error.message))
        channel.connect('on-message-string', lambda channel, text: say(event='message', label=label, text=text))
        channel.connect('on-message-data', lambda channel, data: self.on_data(label, data.get_data() or b''))
        say(event='channel', label=label, **{name: plain(channel.get_property(name)) for name in PROPERTIES})

    def on_data(self, label, data):
        self.sums[label].update(data)
        self.sizes[label] += len(data)
        if len(data) < 100:
            say(event='message', label=label, data=data.hex())

    def send_bulk(self, channel, size):
        """Random bytes; returns their hash."""
        content = os.urandom(size)
        for at in range(0, size, PART):
            channel.emit('send-data', GLib.Bytes.new(content[at:at + PART]))
        return hashlib.sha256(content).hexdigest()

    def answer(self, question):
        ask, label = question['ask'], question.get('label')
        if ask == 'open':
            options = question.get('options') and Gst.Structure.from_string(question['options'])[0]
            self.keep_channel(self.sink.emit('create-data-channel', question['viewer'], label, options))
        elif ask == 'stream':
            return self.by_label[label].get_property('id')
        elif ask == 'text':
            self.by_label[label].emit('send-string', question['text'])
        elif ask == 'data':
            self.by_label[label].emit('send-data', GLib.Bytes.new(bytes.fromhex(question['data'])))
        elif ask == 'bulk':
            return self.send_bulk(self.by_label[label], question['size'])
        elif ask == 'received':
            return {'size': self.sizes[label], 'sha256': self.sums[label].hexdigest()}
        elif ask == 'close':
            self.by_label[label].emit('close')
        else:
            return super().answer(question)
        return True


if __name__ == '__main__':
    Gst.init(None)
    DataServer(sys.argv[1], sys.argv[2], ' '.join(sys.argv[3:])).run()
