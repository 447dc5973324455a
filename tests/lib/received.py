#!/usr/bin/python3
# gst-rtc: runs the examples of pipelines/ that receive; Chromium publishes to each
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import glob
import os
import re
import shlex
import sys
import tempfile
import time

import av
import numpy

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import BUILD, ROOT, Process, case, free_port, readme_lines, run_cases, until
from publisher import Publisher
from recording import Recording, assert_bars_in, look, strongest_frequency
from viewer import Viewer

folder = tempfile.TemporaryDirectory(prefix='gst-rtc-received-')
os.environ['GST_REGISTRY'] = os.path.join(BUILD, 'registry.bin')


class Kept:
    """What an example has played, as files: sinks for its --video-sink and --audio-sink."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(dir=folder.name)
        self.sinks = ['--video-sink', f'videorate skip-to-first=true ! video/x-raw,framerate=4/1 ! videoconvert'
                                      f' ! pngenc ! multifilesink location={self.folder}/@-%05d.png',
                      '--audio-sink', f'audioconvert ! audio/x-raw,format=S16LE,channels=1,rate=48000'
                                      f' ! filesink location={self.folder}/@.raw']

    def names(self, who='*'):
        return sorted(glob.glob(f'{glob.escape(self.folder)}/{who}-*.png'))

    async def pictures(self, count=6, seconds=15, who='*'):
        """The last pictures, but for the one that may be half written."""
        await until(f'{count} pictures', seconds, lambda: len(self.names(who)) > count)
        return [look(name) for name in self.names(who)[-count - 1:-1]]

    async def sound(self, seconds=1.5, who='*'):
        """The last samples, between -1 and 1."""
        def read():
            return sum((list(numpy.fromfile(name, '<i2')) for name in glob.glob(f'{glob.escape(self.folder)}/{who}.raw')), [])
        samples = await until(f'{seconds} s of sound', 15, lambda: len(read()) > seconds * 48000 and read())
        return numpy.array(samples[-int(seconds * 48000):], dtype=float) / 32768

    def clear(self):
        for name in self.names():
            os.unlink(name)


def assert_moves(pictures):
    assert all(picture.std() > 15 for picture in pictures), [picture.std() for picture in pictures]
    different = sum(not numpy.array_equal(one, other) for one, other in zip(pictures, pictures[1:])
                    if one.shape == other.shape)
    assert different >= 2, f'{len(pictures)} pictures, {different} changes'


def assert_tone(samples):
    frequency = strongest_frequency(samples)
    assert samples.std() > 0.05, f'silence: {samples.std()}'
    assert abs(frequency - 440) < 20 or abs(frequency - 880) < 20, f'{frequency} Hz'


def script(name, port, *args):
    return Process([os.path.join(ROOT, 'pipelines', name), '--port', port, *args], port, cwd=folder.name)


def page(port):
    return f'http://127.0.0.1:{port}/'


@case('browser-to-screen: one browser after the other', 90)
async def to_screen():
    port, kept = free_port(), Kept()
    async with script('browser-to-screen', port, *kept.sinks) as process:
        async with Publisher(page(port), '#share-both', made_up=False) as publisher:
            # Chromium's fake camera is green with a yellow disk, its microphone beeps.
            assert_moves(await kept.pictures())
            assert numpy.abs(await kept.sound(2.5)).max() > 0.1, 'silence'
            await publisher.leave()
        await until('it says that the browser is gone', 5, lambda: 'is gone' in process.text)
        kept.clear()
        async with Publisher(page(port), '#share-both'):
            pictures = await kept.pictures()
            assert_moves(pictures)
            assert_bars_in(pictures[-1])
            assert_tone(await kept.sound())


@case('browser-to-screen without a screen or a sound card', 60)
async def without_devices():
    port = free_port()
    async with script('browser-to-screen', port) as process:
        async with Publisher(page(port), '#share-both'):
            await until('it says who sends', 10, lambda: 'sends video' in process.text and 'sends audio' in process.text)
        if not os.environ.get('DISPLAY') and not os.environ.get('WAYLAND_DISPLAY'):
            assert 'There is no screen here' in process.text, process.text
        assert f'Open http://127.0.0.1:{port}' in process.text


async def record(output, *args, buttons=('#share-both',), by_leaving=True, seconds=6):
    """Records for so long, with another resolution from the middle on."""
    port = free_port()
    async with script('browser-to-file', port, '--output', output, '--size', '640x360', *args) as process:
        async with Publisher(page(port), *buttons) as publisher:
            await asyncio.sleep(seconds / 2)
            await publisher.ask('scale', by=2)
            await asyncio.sleep(seconds / 2)
            if by_leaving:
                await publisher.leave()
            else:
                publisher.ended = time.time()
                process.process.send_signal(2)
            await until('the recording ends', 10, lambda: process.process.returncode is not None)
    assert 'WARNING' not in process.text and 'CRITICAL' not in process.text, process.text
    recording = Recording(os.path.join(folder.name, output))
    print(f'# published {publisher.ended - publisher.began:.2f} s: {recording.summary()}', flush=True)
    assert abs(recording.duration - (publisher.ended - publisher.began)) <= 0.3, 'the duration'
    return recording


def assert_whole(recording):
    """Both are there from the beginning to the end, in sync."""
    assert recording.sizes == {(640, 360)}, recording.sizes
    recording.assert_bars()
    # A browser's first picture takes longer than its first sound, on a busy machine more so.
    assert abs(recording.times[0] - recording.sound_start) <= 0.2, 'both start'
    assert abs(recording.times[-1] - recording.sound_end) <= 0.3, 'both end'
    assert max(later - earlier for earlier, later in zip(recording.times, recording.times[1:])) < 0.5, 'no gap'
    loudness = recording.loudness()[1:-4]    # while the browser leaves, what is missing is concealed
    assert min(loudness) > 0.05, f'the tone never stops: {[round(value, 2) for value in loudness]}'
    skews = sorted(abs(skew) for skew in recording.skews())
    assert len(skews) >= 2 and skews[len(skews) // 2] <= 0.1, f'sound and picture change together: {skews}'


@case('browser-to-file: WebM, until the browser leaves', 60)
async def webm():
    recording = await record('left.webm')
    assert recording.names == {'video': 'vp8', 'audio': 'opus'}, recording.names
    assert_whole(recording)


@case('browser-to-file --format mp4, until the browser leaves', 60)
async def mp4():
    recording = await record('left.mp4', '--format', 'mp4')
    assert recording.names == {'video': 'h264', 'audio': 'aac'}, recording.names
    assert_whole(recording)


@case('browser-to-file, until Ctrl-C', 60)
async def until_interrupt():
    assert_whole(await record('interrupted.mp4', '--format=mp4', by_leaving=False))


@case('browser-to-file --only video: a screen', 60)
async def only_video():
    recording = await record('screen.webm', '--only', 'video', buttons=['#share-screen'], seconds=4)
    assert recording.names == {'video': 'vp8'} and recording.sound_start is None, recording.names
    # 16:10 in 16:9: black at both sides
    assert recording.sizes == {(640, 360)}, recording.sizes
    assert recording.corner < 20, 'borders, not another shape'


@case('browser-to-file: nobody comes', 30)
async def nobody():
    port = free_port()
    async with script('browser-to-file', port, '--output', 'none.webm'):
        pass
    assert not os.path.exists(os.path.join(folder.name, 'none.webm'))


@case('screen-share-receive --keep', 60)
async def screen():
    port, kept = free_port(), tempfile.mkdtemp(dir=folder.name)
    async with script('screen-share-receive', port, '--headless', '--keep', kept, '--every=1'):
        async with Publisher(page(port), '#share-screen'):
            await until('pictures are kept', 20, lambda: len(os.listdir(kept)) > 3)
            name = sorted(os.listdir(kept))[-2]
            assert name.endswith('.png'), name
            assert_bars_in(look(os.path.join(kept, name)))


@case('call: both see and hear each other', 60)
async def call():
    port, kept = free_port(), Kept()
    async with script('call', port, '--source', 'test', *kept.sinks) as process:
        async with Publisher(page(port), '#camera', '#microphone') as publisher:
            pictures = await kept.pictures()
            assert_moves(pictures)
            assert_bars_in(pictures[-1])
            assert_tone(await kept.sound())
            first, second = await publisher.ask('picture'), await publisher.ask('picture')
            assert (first['width'], first['height']) == (1280, 720), first
            assert first['hash'] != second['hash'], 'the browser sees a picture that stands still'
            assert len({str([value > 120 for value in bar]) for bar in first['bars']}) >= 4, first['bars']
            await publisher.ask('press', selector='#unmute')
            for _ in range(20):
                if heard := await publisher.ask('heard'):
                    break
                await asyncio.sleep(0.2)
            assert heard, 'the browser hears nothing'
        await until('it says that the browser is gone', 5, lambda: 'is gone' in process.text)


@case('talk-back-camera: many watch, one talks', 60)
async def talk_back():
    port, kept = free_port(), Kept()
    async with script('talk-back-camera', port, '--source=test', *kept.sinks[2:]):
        async with Publisher(page(port), '#microphone') as publisher, Viewer(port) as viewer:
            assert_tone(await kept.sound())
            assert 'Camera' not in await publisher.ask('text'), 'there is nobody to see a camera'
            assert (await publisher.ask('picture'))['width'] == 1280
            await viewer.watch(frames=15, sounds=20)


def assert_ticks(samples):
    """videotestsrc's neighbour ticks once a second."""
    parts = [part.std() for part in numpy.array_split(samples, len(samples) // 2400)]
    loud = sum(value > max(parts) / 2 for value in parts)
    assert max(parts) > 0.02 and 1 <= loud <= len(parts) / 4, parts


for mode, names in (('watch', ['screen']), ('call', ['alice', 'bob'])):
    @case(f'two-pipelines --mode {mode}', 60)
    async def two_pipelines(mode=mode, names=names):
        port, kept = free_port(), Kept()
        async with script('two-pipelines', port, '--mode', mode, *kept.sinks) as process:
            for name in names:
                pictures = await kept.pictures(who=name, seconds=20)
                assert_moves(pictures)
                assert pictures[-1].shape == (720, 1280, 3), pictures[-1].shape
                assert_ticks(await kept.sound(3, who=name))
            assert f'gst-rtc-server --host=127.0.0.1 --port={port}' in process.text, process.text


# The lines of the README. Port 8080 may be taken here, and a screen missing.

def adapted(line, kept, port, *more):
    line = line.replace('autovideosink', kept.sinks[1]).replace('autoaudiosink', kept.sinks[3])
    if 'signaller' not in line:
        line = re.sub(r'\b(rtcsrc|rtcbin)\b', rf'\1 signaller::port={port}', line, count=1)
    for old, new in more:
        assert old in line, line
        line = line.replace(old, new)
    return shlex.split(line, comments=True)


def line_with(*words):
    found = [line for line in readme_lines() if all(word in line for word in words)]
    assert len(found) == 1, f'{words}: {found}'
    return found[0]


@case('README: a camera, by one line', 60)
async def line_camera():
    port, kept = free_port(), Kept()
    async with Process(adapted(line_with('rtcsrc !'), kept, port), port):
        async with Publisher(page(port), '#share-both'):
            assert_bars_in((await kept.pictures())[-1])


@case('README: picture and sound of a browser', 60)
async def line_both():
    port, kept = free_port(), Kept()
    async with Process(adapted(line_with('rtcsrc name=s s.'), kept, port), port):
        async with Publisher(page(port), '#share-both'):
            assert_bars_in((await kept.pictures())[-1])
            assert_tone(await kept.sound())


@case('README: a relay', 60)
async def line_relay():
    port, watched = free_port(), free_port()
    line = adapted(line_with('8081'), Kept(), port, ('8081', str(port)),
                   ('rtcsink', f'rtcsink signaller::port={watched}'))
    async with Process(line, port):
        async with Publisher(page(port), '#share-both'), Viewer(watched) as viewer:
            await viewer.watch(frames=15, sounds=20)
            viewer.assert_bars()


@case('README: a call', 60)
async def line_call():
    port, kept = free_port(), Kept()
    async with Process(adapted(line_with('rtcbin'), kept, port), port):
        async with Publisher(page(port), '#camera', '#microphone') as publisher:
            assert_bars_in((await kept.pictures())[-1])
            assert_tone(await kept.sound())
            assert (await publisher.ask('picture'))['width'] > 0


def server(port):
    return Process([os.path.join(BUILD, 'ext/soup/gst-rtc-server'), f'--port={port}'], port)


@case('README: two machines', 60)
async def line_machines():
    port, kept = free_port(), Kept()
    lines = [adapted(line_with('rtcwebsocketsignaller', word), kept, port, ('ws://server:8080', f'ws://127.0.0.1:{port}'))
             for word in ('rtcsink', 'rtcsrc signaller')]
    async with server(port), Process(lines[0], port), Process(lines[1], port):
        assert_moves(await kept.pictures(seconds=20))


@case('README: playbin', 60)
async def line_playbin():
    port, kept = free_port(), Kept()
    line = adapted(line_with('playbin'), kept, port, ('camera.local:8080', f'127.0.0.1:{port}'))
    source = ['gst-launch-1.0', '-q', *shlex.split(
        f'rtcsink name=s signaller::port={port} videotestsrc is-live=true ! s. audiotestsrc is-live=true ! s.')]
    async with Process(source, port), Process([*line, f'video-sink={kept.sinks[1]}', f'audio-sink={kept.sinks[3]}'], port):
        assert_bars_in((await kept.pictures(seconds=20))[-1])
        assert_tone(await kept.sound())


async def publish_to_embedded(command, port):
    async with Process(command, port) as process:
        async with Publisher(page(port), '#share-both'):
            await until('it says what comes', 10, lambda: ' sends video' in process.text and ' sends audio' in process.text)
        await until('it says who is gone', 5, lambda: ' is gone: ' in process.text)


@case('embed-receive.py', 60)
async def embed_py():
    port, kept = free_port(), Kept()
    await publish_to_embedded(['/usr/bin/python3', os.path.join(ROOT, 'pipelines/embed-receive.py'),
                               f'rtcsrc name=rtc signaller::port={port}', 'fakesink', 'fakesink'], port)


@case('embed-receive.c', 60)
async def embed_c():
    port, program = free_port(), os.path.join(folder.name, 'embed-receive')
    flags = os.popen('pkg-config --cflags --libs gstreamer-1.0').read().split()
    compiler = await asyncio.create_subprocess_exec(
        'cc', '-Wall', '-Werror', os.path.join(ROOT, 'pipelines/embed-receive.c'), '-o', program, *flags)
    assert await compiler.wait() == 0
    await publish_to_embedded([program, port, 'fakesink', 'fakesink'], port)


async def said(name, *args):
    process = await asyncio.create_subprocess_exec(
        os.path.join(ROOT, 'pipelines', name), *args, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    text = (await asyncio.wait_for(process.communicate(), 30))[0].decode()
    return process.returncode, text


@case('every example explains itself, and says what is wrong')
async def explains():
    for name in ('browser-to-screen', 'browser-to-file', 'screen-share-receive', 'call', 'talk-back-camera', 'two-pipelines'):
        status, text = await said(name, '--help')
        assert status == 0 and text.startswith(f'usage: pipelines/{name} ') and '--port' in text, f'{name}: {text}'
        status, text = await said(name, '--colour', 'red')
        assert status == 1 and 'unknown option: --colour' in text, f'{name}: {text}'
        status, text = await said(name, '--port=http')
        assert status == 1 and 'not a port: http' in text, f'{name}: {text}'
    for wrong, expected in ((['--format', 'avi'], 'webm or mp4'), (['--only', 'text'], 'video or audio'), (['--size', 'big'], 'not a size'),
                            (['--output', '/nowhere/file.webm'], 'there is no folder /nowhere'), (['--port'], 'wants a value')):
        status, text = await said('browser-to-file', *wrong)
        assert status == 1 and expected in text, f'{wrong}: {text}'
    assert 'watch or call' in (await said('two-pipelines', '--mode=listen'))[1]


if __name__ == '__main__':
    wanted = sys.argv[1:]
    if wanted:
        import harness
        harness.cases[:] = [one for one in harness.cases if any(word in one[0] for word in wanted)]
    run_cases()
