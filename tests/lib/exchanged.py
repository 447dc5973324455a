#!/usr/bin/python3
# gst-rtc: runs the examples of pipelines/ with data channels; Chromium with the page is at the other end of each
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import hashlib
import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from harness import BUILD, ROOT, Process, case, free_port, readme_lines, run_cases, until
from publisher import Publisher

folder = tempfile.TemporaryDirectory(prefix='gst-rtc-exchanged-')
os.environ['GST_REGISTRY'] = os.path.join(BUILD, 'registry.bin')
SIZE = 5_000_000


def make_file(name):
    """Returns the path and the SHA-256 of random bytes."""
    path, content = os.path.join(folder.name, name), os.urandom(SIZE)
    with open(path, 'wb') as f:
        f.write(content)
    return path, hashlib.sha256(content).hexdigest()


def sha256_of(path):
    with open(path, 'rb') as f:
        return hashlib.sha256(f.read()).hexdigest()


def script(name, port, *args, **more):
    return Process([os.path.join(ROOT, 'pipelines', name), *args, '--port', port], port, cwd=folder.name, **more)


def page(port):
    return f'http://127.0.0.1:{port}/'


async def ends(process, seconds=20):
    await until('it ends by itself', seconds, lambda: process.process.returncode is not None)


def differ(one, other):
    return max(abs(a - b) for a, b in zip(one, other)) > 60


async def assert_browser_gets(publisher, title, digest):
    row = await publisher.ask('transfer', title=title)
    assert row['stage'] == 'done' and row['sha256'] == row['hash'] == digest, f'not {digest}: {row}'


@case('send-file', 60)
async def send_file():
    port, name = free_port(), 'größer & "so", 100%.bin'
    path, digest = make_file(name)
    async with script('send-file', port, path) as process:
        async with Publisher(page(port)) as publisher:
            await assert_browser_gets(publisher, name, digest)
            await ends(process)
    assert 'Progress: (data_file)' in process.text, process.text
    assert 'WARNING' not in process.text and 'CRITICAL' not in process.text, process.text


@case('receive-file', 60)
async def receive_file():
    port, output = free_port(), os.path.join(folder.name, 'here')
    path, digest = make_file('there.bin')
    async with script('receive-file', port, '--output', output) as process:
        async with Publisher(page(port)) as publisher:
            await publisher.ask('send-file', path=path)
            assert (await publisher.ask('transfer', title='there.bin'))['stage'] == 'done'
            await ends(process)
    assert sha256_of(output) == digest
    assert 'Progress: (data_file)' in process.text, process.text
    assert 'WARNING' not in process.text and 'CRITICAL' not in process.text, process.text


@case('receive-file: nobody comes', 30)
async def receive_nothing():
    output = os.path.join(folder.name, 'nothing')
    async with script('receive-file', free_port(), '--output', output):
        pass
    assert not os.path.exists(output)


@case('chat: one browser after the other', 90)
async def chat():
    port = free_port()
    async with script('chat', port, stdin=subprocess.PIPE) as process:
        for number in range(2):
            async with Publisher(page(port)) as publisher:
                await publisher.ask('write', text=f'Hello from browser {number}')
                await until('it arrives', 10, lambda: f'Hello from browser {number}\n' in process.text)
                process.process.stdin.write(f'Hello back to {number}\n'.encode())
                for _ in range(100):
                    if f'Hello back to {number}' in await publisher.ask('text'):
                        break
                    await asyncio.sleep(0.1)
                else:
                    assert False, await publisher.ask('text')


@case('remote-control', 60)
async def remote_control():
    port = free_port()
    async with script('remote-control', port):
        async with Publisher(page(port)) as publisher:
            await publisher.ask('control', x=0.25, y=0.75)
            for _ in range(100):
                colours = [await publisher.ask('colour', x=x, y=y) for x, y in ((0.25, 0.75), (0.75, 0.25))]
                if differ(*colours):
                    break
                await asyncio.sleep(0.1)
            assert differ(*colours) and not differ(colours[1], [157, 184, 210]), f'the pointer, and the ground: {colours}'


# The lines of the README. Port 8080 may be taken here.

def line_with(*words):
    found = [line for line in readme_lines() if all(word in line for word in words)]
    assert len(found) == 1, f'{words}: {found}'
    return found[0]


def adapted(line, port):
    return shlex.split(re.sub(r'\b(rtcsrc|rtcsink|rtcbin)\b', rf'\1 signaller::port={port}', line, count=1))


@case('README: a file to a browser', 60)
async def line_send():
    port = free_port()
    _, digest = make_file('film.mp4')
    async with Process(adapted(line_with('film.mp4 ! s.data_file'), port), port, cwd=folder.name) as process:
        async with Publisher(page(port)) as publisher:
            await assert_browser_gets(publisher, 'film.mp4', digest)
            await ends(process)


@case('README: a file from a browser', 60)
async def line_receive():
    port = free_port()
    path, digest = make_file('another.bin')
    async with Process(adapted(line_with('s.data_file ! filesink'), port), port, cwd=folder.name) as process:
        async with Publisher(page(port)) as publisher:
            await publisher.ask('send-file', path=path)
            await ends(process)
    assert sha256_of(os.path.join(folder.name, 'received')) == digest


async def said(name, *args):
    process = await asyncio.create_subprocess_exec(
        os.path.join(ROOT, 'pipelines', name), *args, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    text = (await asyncio.wait_for(process.communicate(), 30))[0].decode()
    return process.returncode, text


@case('every example explains itself, and says what is wrong')
async def explains():
    for name in ('send-file', 'receive-file', 'chat', 'remote-control'):
        status, text = await said(name, '--help')
        assert status == 0 and text.startswith(f'usage: pipelines/{name} ') and '--port' in text, f'{name}: {text}'
        status, text = await said(name, '--colour', 'red')
        assert status == 1 and 'unknown option: --colour' in text, f'{name}: {text}'
    for name, wrong, expected in (('send-file', [], 'which file?'), ('send-file', ['/nowhere'], 'cannot read the file /nowhere'),
                                  ('receive-file', ['--output=/nowhere/file'], 'there is no folder /nowhere')):
        status, text = await said(name, *wrong)
        assert status == 1 and expected in text, f'{name} {wrong}: {text}'


if __name__ == '__main__':
    wanted = sys.argv[1:]
    if wanted:
        import harness
        harness.cases[:] = [one for one in harness.cases if any(word in one[0] for word in wanted)]
    run_cases()
