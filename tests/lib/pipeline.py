#!/usr/bin/python3
# gst-rtc: a pipeline with rtcsrc or rtcbin that tells what it has decoded, for tests
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: pipeline.py HOST PORT PIPELINE…        the pipeline has an rtcsrc or rtcbin with the name "rtc"
#
# As server.py, and more: every pad of the element with pictures or sound is linked to an appsink.
# stdout: {"event": "pad-added"|"pad-eos"|"pad-removed", "pad": NAME, …}
# stdin:  {"id": N, "ask": "pads"|"picture"|"sound", "pad": NAME}
import collections
import sys
import zlib

import numpy

import server
from server import GLib, Gst

RATE = 48000
KEPT = 2 * RATE         # samples
BRANCH = {
    'video': 'queue ! videoconvert ! video/x-raw,format=RGB ! appsink name=end emit-signals=true sync=false async=false max-buffers=2 drop=true',
    'audio': f'queue ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,channels=1,rate={RATE}'
             ' ! appsink name=end emit-signals=true sync=false async=false',
}


def describe_picture(sample):
    """The mean colours of 4 × 3 fields, line by line, and a number that differs with each picture."""
    caps = sample.get_caps().get_structure(0)
    width, height = caps.get_int('width')[1], caps.get_int('height')[1]
    buffer = sample.get_buffer()
    data = buffer.extract_dup(0, buffer.get_size())
    stride = len(data) // height
    picture = numpy.frombuffer(data, numpy.uint8).reshape(height, stride)[:, :width * 3].reshape(height, width, 3)
    fields = [[round(float(value)) for value in picture[y * height // 3:(y + 1) * height // 3,
                                                        x * width // 4:(x + 1) * width // 4].mean(axis=(0, 1))]
              for y in range(3) for x in range(4)]
    bars = [[round(float(value)) for value in picture[height // 4 - 4:height // 4 + 4,
                                                      int((bar + 0.5) * width / 7) - 4:int((bar + 0.5) * width / 7) + 4]
             .mean(axis=(0, 1))] for bar in range(7)]
    return {'width': width, 'height': height, 'fields': fields, 'bars': bars, 'hash': zlib.crc32(data)}


def strongest_frequency(samples):
    """In Hz, of those above 60: what is below is no tone of ours."""
    spectrum = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples))))
    lowest = 60 * len(samples) // RATE
    return float((lowest + numpy.argmax(spectrum[lowest:])) * RATE / len(samples))


def describe_sound(samples):
    """The loudest tenth of a second tells the tone, as some sources only beep."""
    parts = [samples[i:i + RATE // 10] for i in range(0, len(samples) - RATE // 10 + 1, RATE // 20)]
    if not parts:
        return {'loudness': 0, 'frequency': 0, 'loud': 0}
    loudness = [float(part.std()) for part in parts]
    loudest = int(numpy.argmax(loudness))
    return {'loudness': round(max(loudness)), 'frequency': round(strongest_frequency(parts[loudest])),
            'loud': sum(value > max(loudness) / 4 for value in loudness) / len(loudness)}


class Output:
    """What comes out of a pad."""

    def __init__(self, pipeline, pad):
        self.pipeline, self.name = pipeline, pad.get_name()
        self.kind = 'video' if self.name.startswith('video') else 'audio'
        self.count, self.last, self.first_pts, self.backwards = 0, None, None, 0
        self.pts = 0
        self.sound = collections.deque(maxlen=KEPT)
        self.branch = Gst.parse_bin_from_description(BRANCH[self.kind], True)
        self.branch.set_property('message-forward', False)
        end = self.branch.get_by_name('end')
        end.connect('new-sample', self.on_sample)
        # On the pad itself: its EOS has passed when the pad is removed, while the branch's queue may still hold it.
        pad.add_probe(Gst.PadProbeType.EVENT_DOWNSTREAM, self.on_event)
        pipeline.add(self.branch)
        self.branch.sync_state_with_parent()
        self.result = pad.link(self.branch.get_static_pad('sink')).value_nick

    def on_event(self, pad, info):
        if info.get_event().type == Gst.EventType.EOS:
            server.say(event='pad-eos', pad=self.name)
        return Gst.PadProbeReturn.OK

    def on_sample(self, end):
        sample = end.emit('pull-sample')
        buffer = sample.get_buffer()
        self.backwards += buffer.pts < self.pts
        self.pts = buffer.pts
        if self.first_pts is None:
            self.first_pts = buffer.pts
        if self.kind == 'video':
            self.last = sample
        else:
            self.sound.extend(numpy.frombuffer(buffer.extract_dup(0, buffer.get_size()), numpy.int16))
        self.count += 1
        return Gst.FlowReturn.OK

    def remove(self):
        self.branch.set_state(Gst.State.NULL)
        self.pipeline.remove(self.branch)
        return False

    def describe(self):
        return {'pad': self.name, 'kind': self.kind, 'count': self.count, 'backwards': self.backwards,
                'seconds': (self.pts - (self.first_pts or 0)) / Gst.SECOND}


class Pipeline(server.Server):
    element_name = 'rtc'

    def __init__(self, *args):
        self.outputs = {}
        super().__init__(*args)
        self.sink.connect('pad-added', self.on_pad_added)
        self.sink.connect('pad-removed', self.on_pad_removed)

    @staticmethod
    def parse(description):
        """One element alone would be no pipeline."""
        pipeline = Gst.Pipeline()
        pipeline.add(Gst.parse_bin_from_description(description, False))
        return pipeline

    def on_pad_added(self, element, pad):
        if pad.get_direction() != Gst.PadDirection.SRC or pad.get_name().startswith('data_'):
            return
        output = self.outputs[pad.get_name()] = Output(element.get_parent(), pad)
        server.say(event='pad-added', pad=output.name, kind=output.kind, linked=output.result,
                   msid=server.plain(pad.get_property('msid')))

    def on_pad_removed(self, element, pad):
        output = self.outputs.pop(pad.get_name(), None)
        if output:
            server.say(event='pad-removed', pad=output.name)
            GLib.idle_add(output.remove)

    def answer(self, question):
        if question['ask'] == 'pads':
            return [output.describe() for output in self.outputs.values()]
        output = self.outputs.get(question.get('pad'))
        if question['ask'] == 'picture':
            return {**output.describe(), **describe_picture(output.last)}
        if question['ask'] == 'caps':
            return self.sink.get_static_pad(question['pad']).get_current_caps().to_string()
        if question['ask'] == 'sound':
            seconds = question.get('seconds', 1)
            samples = numpy.array(list(output.sound)[-int(seconds * RATE):], dtype=float)
            return {**output.describe(), **describe_sound(samples)}
        return super().answer(question)


if __name__ == '__main__':
    Gst.init(None)
    Pipeline(sys.argv[1], sys.argv[2], ' '.join(sys.argv[3:])).run()
