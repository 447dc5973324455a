#!/usr/bin/python3
# gst-rtc: runs the examples of pipelines/ that send and the gst-launch lines of the README; aiortc watches each
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import BUILD, ROOT, Process, case, free_port, readme_lines, run_cases, until
from viewer import Viewer

SCRIPT = os.path.join(ROOT, 'pipelines/camera-to-browser')
PICTURE = 'videotestsrc pattern=smpte is-live={live} num-buffers={frames} ! video/x-raw,width=640,height=360,framerate=30/1'
SOUND = 'audiotestsrc freq=440 is-live={live} num-buffers={buffers} samplesperbuffer=1024 ! audio/x-raw,rate=48000,channels=2'
H264 = 'timeoverlay valignment=bottom ! x264enc tune=zerolatency key-int-max=30 speed-preset=veryfast ! video/x-h264,profile=constrained-baseline'

folder = tempfile.TemporaryDirectory(prefix='gst-rtc-pipelines-')
os.environ['GST_REGISTRY'] = os.path.join(BUILD, 'registry.bin')


def make_film():
    """film.mp4, as the README names it: 20 seconds of H.264 and AAC with a clock; film.mkv with VP8 and Opus."""
    picture, sound = PICTURE.format(live='false', frames=600), SOUND.format(live='false', buffers=940)
    for description in (
            f'{picture} ! {H264} ! h264parse ! mp4mux name=m ! filesink location=film.mp4 {sound} ! avenc_aac ! aacparse ! m.',
            f'{picture} ! timeoverlay valignment=bottom ! vp8enc deadline=1 ! matroskamux name=m ! filesink location=film.mkv'
            f' {sound} ! opusenc ! m.'):
        subprocess.run(['gst-launch-1.0', '-q', *shlex.split(description)], cwd=folder.name, check=True, timeout=120)


@contextlib.contextmanager
def running(description):
    """A gst-launch beside the one that is tested."""
    process = subprocess.Popen(['gst-launch-1.0', '-q', *shlex.split(description)], cwd=folder.name)
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def rtsp_camera(port):
    process = subprocess.Popen(['/usr/bin/python3', os.path.join(ROOT, 'tests/lib/rtsp-camera.py'), str(port)],
                               stdout=subprocess.PIPE)
    try:
        process.stdout.readline()
        yield f'rtsp://127.0.0.1:{port}/camera'
    finally:
        process.kill()
        process.wait()


async def watch_line(line):
    port = free_port()
    assert 'rtcsink' in line, line
    # Port 8080 may be taken here, and a camera missing.
    line = line.replace('v4l2src', 'videotestsrc is-live=true')
    command = shlex.split(re.sub(r'\brtcsink\b', f'rtcsink signaller::port={port}', line, count=1), comments=True)
    sender = (f'{PICTURE.format(live="true", frames=-1)} ! {H264} ! rtph264pay config-interval=-1 pt=96 mtu=1200'
              ' ! udpsink host=127.0.0.1 port=5004')
    with running(sender) if 'udpsrc' in line else contextlib.nullcontext():
        async with Process(command, port, cwd=folder.name) as process:
            async with Viewer(port) as viewer:
                await viewer.watch(frames=15, sounds=20 if 'audio' in line else 0, seconds=15)
            assert 'CRITICAL' not in process.text and 'WARNING' not in process.text, process.text


# Those that receive are for received.py, and those with files for exchanged.py.
lines = [line for line in readme_lines() if not re.search('rtcsrc|rtcbin|playbin|rtcwebsocketsignaller|data_', line)]
for line in lines:
    @case(line if len(line) < 100 else line[:97] + '…')
    async def runs(line=line):
        await watch_line(line)


@case('the README has gst-launch lines that send')
async def some_lines():
    assert len(lines) >= 6, lines


def script(port, *args):
    return Process([SCRIPT, '--port', port, *args], port, cwd=folder.name)


@case('camera-to-browser without a camera')
async def no_camera():
    port = free_port()
    async with script(port) as process:
        if not any(name.startswith('video') for name in os.listdir('/dev')):
            await until('it says that there is no camera', 5, lambda: 'No camera was found' in process.text)
        await until('the address', 5, lambda: f'http://127.0.0.1:{port}' in process.text)
        async with Viewer(port) as viewer:
            await viewer.watch(frames=30, sounds=50)
            assert viewer.frames[-1].width == 1280


@case('camera-to-browser --source test --codec vp8')
async def vp8():
    port = free_port()
    async with script(port, '--source', 'test', '--codec', 'vp8'), Viewer(port) as viewer:
        await viewer.watch()
        assert 'VP8' in viewer.remote and 'H264' not in viewer.remote, viewer.remote


@case('camera-to-browser --codec=h264 --host=0.0.0.0')
async def all_addresses():
    port = free_port()
    async with script(port, '--source=test', '--codec=h264', '--host=0.0.0.0') as process, Viewer(port) as viewer:
        await viewer.watch()
        assert 'H264' in viewer.remote and 'VP8' not in viewer.remote, viewer.remote
        assert process.text.count(f':{port} in a browser') >= 1, process.text


for film in ('film.mp4', 'film.mkv'):
    @case(f'camera-to-browser --source {film}')
    async def plays_film(film=film):
        port = free_port()
        async with script(port, '--source', film), Viewer(port) as viewer:
            await viewer.watch(frames=30, sounds=50)
            viewer.assert_bars()
            viewer.assert_tone()


@case('camera-to-browser --source rtsp://…')
async def plays_rtsp():
    port = free_port()
    with rtsp_camera(free_port()) as uri:
        async with script(port, '--source', uri), Viewer(port) as viewer:
            await viewer.watch(frames=30, sounds=50)
            viewer.assert_bars()
            viewer.assert_tone()
            assert 'VP8' not in viewer.remote, 'H.264 is passed on'


async def assert_refused(expected, *args):
    process = await asyncio.create_subprocess_exec(SCRIPT, *map(str, args), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = (await asyncio.wait_for(process.communicate(), 30))[0].decode()
    assert process.returncode == 1 and expected in text, f'{process.returncode}: {text}'


@case('camera-to-browser says what is wrong')
async def refuses():
    await assert_refused('cannot read the file nowhere.mp4', '--source', 'nowhere.mp4')
    await assert_refused('not a port: 99999', '--port', 99999)
    await assert_refused('--codec is h264 or vp8', '--codec', 'av1')
    await assert_refused('unknown option: --colour', '--colour')
    server = await asyncio.start_server(lambda *_: None, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    await assert_refused(f'port {port} is taken', '--source', 'test', '--port', port)
    server.close()


async def watch_embedded(command, port):
    async with Process(command, port) as process:
        async with Viewer(port) as viewer:
            await viewer.watch()
            await until('it says who watches', 2, lambda: ' watches' in process.text)
        await until('it says who is gone', 2, lambda: ' is gone: ' in process.text)
        assert f'Open http://127.0.0.1:{port}' in process.text


@case('embed.py')
async def embed_py():
    port = free_port()
    await watch_embedded(['/usr/bin/python3', os.path.join(ROOT, 'pipelines/embed.py'), port], port)


@case('embed.c')
async def embed_c():
    port = free_port()
    program = os.path.join(folder.name, 'embed')
    flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'gstreamer-1.0'], check=True, capture_output=True, text=True)
    subprocess.run(['cc', '-Wall', '-Werror', os.path.join(ROOT, 'pipelines/embed.c'), '-o', program, *flags.stdout.split()],
                   check=True)
    await watch_embedded([program, port], port)


make_film()
run_cases()
