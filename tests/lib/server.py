#!/usr/bin/python3
# gst-rtc: a pipeline with rtcsink that tells what it knows, for tests
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: server.py HOST PORT PIPELINE…        the pipeline has an rtcsink with the name "sink"; a videotestsrc with the
#                                             name "canvas" is painted in greys that tell its pictures apart; the
#                                             navigation events that reach an element with the name "controlled" are told
#
# stdout: a JSON object per line: {"event": "ready"|"consumer-added"|"consumer-removed"|"warning"|"error"|"eos"|"progress"|
#         "navigation"|"channel"|"message", …} and the answers {"id": N, "answer": …} to what comes from
# stdin:  {"id": N, "ask": "stats"|"encoders"|"threads"|"state"|"painted"|"open"|"send"|"quit", …}; the end of stdin is "quit"
import collections
import json
import os
import sys
import threading
import time

import gi
gi.require_version('Gst', '1.0')
from gi.repository import GLib, Gst

printing = threading.Lock()


def say(**members):
    with printing:
        print(json.dumps(members), flush=True)


def plain(value):
    """GstStructures and what is in them as JSON."""
    if isinstance(value, Gst.Structure):
        names = [value.nth_field_name(i) for i in range(value.n_fields())]
        return {name: plain(value.get_value(name)) for name in names}
    if hasattr(value, 'value_nick'):
        return value.value_nick
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    return str(value)


def elements_in(bin):
    iterator = bin.iterate_recurse()
    while True:
        result, element = iterator.next()
        if result == Gst.IteratorResult.RESYNC:
            iterator.resync()
        elif result != Gst.IteratorResult.OK:
            return
        else:
            yield element


def encoders_in(bin):
    """The factories of the encoders that run now."""
    for element in elements_in(bin):
        factory = element.get_factory()
        if factory and 'Encoder' in factory.get_metadata('klass').split('/'):
            yield factory.get_name()


class Painter:
    """Makes each picture of a solid videotestsrc one of eight greys, in turn, and notes when it was captured."""

    GREYS = range(16, 256, 32)

    def __init__(self, pipeline, source):
        self.pipeline, self.source, self.number = pipeline, source, 0
        self.captured = collections.deque(maxlen=300)   # of (grey, seconds of Unix time)
        self.paint()
        source.get_static_pad('src').add_probe(Gst.PadProbeType.BUFFER, self.on_frame)

    def paint(self):
        grey = self.GREYS[self.number % 8]
        self.source.set_property('foreground-color', 0xff << 24 | grey << 16 | grey << 8 | grey)

    def on_frame(self, pad, info):
        # The source paints the next one on this thread, after this.
        ago = self.pipeline.get_clock().get_time() - self.pipeline.get_base_time() - info.get_buffer().pts
        self.captured.append((self.GREYS[self.number % 8], time.time() - ago / Gst.SECOND))
        self.number += 1
        self.paint()
        return Gst.PadProbeReturn.OK


class Server:
    element_name = 'sink'

    def __init__(self, host, port, description):
        self.loop = GLib.MainLoop()
        self.pipeline = self.parse(description)
        self.sink = self.pipeline.get_by_name(self.element_name)
        self.signaller = self.sink.get_property('signaller')
        self.signaller.set_property('host', host)
        self.signaller.set_property('port', int(port))
        self.sink.connect('consumer-added', lambda sink, viewer, *more: say(event='consumer-added', viewer=viewer))
        self.sink.connect('consumer-removed', self.on_consumer_removed)
        bus = self.pipeline.get_bus()
        bus.add_signal_watch()
        bus.connect('message', self.on_message)
        canvas = self.pipeline.get_by_name('canvas')
        self.painter = canvas and Painter(self.pipeline, canvas)
        controlled = self.pipeline.get_by_name('controlled')
        if controlled:
            controlled.get_static_pad('src').add_probe(Gst.PadProbeType.EVENT_UPSTREAM, self.on_upstream_event)
        self.channels = []
        if self.sink.get_property('data-channels'):
            self.sink.connect('on-data-channel', lambda sink, viewer, channel: self.keep_channel(channel))

    @staticmethod
    def parse(description):
        return Gst.parse_launch(description)

    def on_consumer_removed(self, sink, viewer, reason=None, *more):
        say(event='consumer-removed', viewer=viewer, code=getattr(reason, 'code', None),
            reason=getattr(reason, 'message', str(reason)), time=time.time())

    def on_message(self, bus, message):
        if message.type == Gst.MessageType.ERROR:
            say(event='error', message=message.parse_error()[0].message, debug=message.parse_error()[1])
            self.loop.quit()
        elif message.type == Gst.MessageType.WARNING:
            say(event='warning', message=message.parse_warning()[0].message)
        elif message.type == Gst.MessageType.EOS:
            say(event='eos')

        elif message.type == Gst.MessageType.PROGRESS:
            kind, code, text = message.parse_progress()
            say(event='progress', kind=kind.value_nick, code=code, text=text)

    def on_upstream_event(self, pad, info):
        event = info.get_event()
        if event.type == Gst.EventType.NAVIGATION:
            say(event='navigation', **{'what' if name == 'event' else name: value
                                       for name, value in plain(event.get_structure()).items()})
        return Gst.PadProbeReturn.OK

    def keep_channel(self, channel):
        label = channel.get_property('label')
        self.channels.append(channel)
        channel.connect('on-message-string', lambda channel, text: say(event='message', label=label, text=text))
        say(event='channel', label=label, protocol=channel.get_property('protocol'))

    def answer(self, question):
        ask = question['ask']
        if ask == 'stats':
            return plain(self.sink.get_property('stats'))
        if ask == 'encoders':
            return sorted(encoders_in(self.sink))
        if ask == 'threads':
            return len(os.listdir('/proc/self/task'))
        if ask == 'state':
            self.pipeline.set_state(getattr(Gst.State, question['value']))
            return str(self.pipeline.get_state(10 * Gst.SECOND)[0])
        if ask == 'open':
            self.keep_channel(self.sink.emit('create-data-channel', question['viewer'], question['label'], None))
            return True
        if ask == 'send':
            self.channels[-1].emit('send-string', question['text'])
            return True
        if ask == 'painted':
            return list(self.painter.captured)
        if ask == 'quit':
            self.loop.quit()
            return True
        raise ValueError(f'what is {ask}?')

    def on_line(self, line):
        if not line:
            self.loop.quit()
            return False
        question = json.loads(line)
        try:
            say(id=question['id'], answer=self.answer(question))
        except Exception as error:
            say(id=question['id'], failed=repr(error))
        return False

    def read(self):
        while True:
            line = sys.stdin.readline()
            GLib.idle_add(self.on_line, line)
            if not line:
                return

    def run(self):
        if self.pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE:
            say(event='ready', pid=os.getpid())
        threading.Thread(target=self.read, daemon=True).start()
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        say(event='stopped')


if __name__ == '__main__':
    Gst.init(None)
    Server(sys.argv[1], sys.argv[2], ' '.join(sys.argv[3:])).run()
