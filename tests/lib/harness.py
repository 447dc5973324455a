# gst-rtc: test cases, TAP and servers for the tests in Python
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import traceback

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..'))
BUILD = os.environ.get('BUILD_DIR') or os.path.join(ROOT, 'build')

BARS = ('videotestsrc name=source is-live=true pattern=smpte ! video/x-raw,width=640,height=360,framerate=30/1'
        ' ! timeoverlay valignment=bottom ! sink.')
TONE = 'audiotestsrc is-live=true freq=440 volume=0.5 ! audio/x-raw,rate=48000,channels=2 ! sink.'

cases = []


def case(name, seconds=40):
    """Registers a coroutine as a test case with a time limit."""
    def register(func):
        cases.append((name, seconds, func))
        return func
    return register


def run_cases():
    """Runs all cases in their order and prints TAP."""
    failed = 0
    print(f'1..{len(cases)}', flush=True)
    for number, (name, seconds, func) in enumerate(cases, 1):
        try:
            asyncio.run(asyncio.wait_for(func(), seconds))
            print(f'ok {number} - {name}', flush=True)
        except Exception as error:
            failed += 1
            places = [f'{os.path.basename(frame.filename)}:{frame.lineno}' for frame in traceback.extract_tb(error.__traceback__)
                      if frame.filename.startswith(ROOT)]
            said = f'{type(error).__name__}: {error}; at {", ".join(places[1:])}'.replace('\n', '\n# ')
            print(f'not ok {number} - {name}\n# {said}', flush=True)
    sys.exit(1 if failed else 0)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def listens(port, host='127.0.0.1'):
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex((host, port)) == 0


async def until(what, seconds, check):
    deadline = time.monotonic() + seconds
    while not (value := check()):
        assert time.monotonic() < deadline, f'not within {seconds} s: {what}'
        await asyncio.sleep(0.05)
    return value


def readme_lines():
    with open(os.path.join(ROOT, 'README.md'), encoding='utf-8') as f:
        text = f.read().replace('\\\n', ' ')
    return [' '.join(line.split()) for line in re.findall(r'^    +(gst-launch-1\.0 .*)$', text, re.M)]


class Process:
    """A program that serves on a port; ends by SIGINT, which it must follow at once and without an error."""

    def __init__(self, command, port, cwd=None, clean=True, stdin=subprocess.DEVNULL):
        self.port, self.command, self.cwd, self.clean, self.stdin = port, command, cwd, clean, stdin
        self.output = b''

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *map(str, self.command), cwd=self.cwd, stdin=self.stdin,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.reader = asyncio.ensure_future(self._read())
        try:
            await until(f'{self.command[0]} listens on {self.port}', 30,
                        lambda: self.process.returncode is not None or listens(self.port))
            assert self.process.returncode is None, 'it ended'
        except BaseException as error:
            await self._end(force=True)
            raise AssertionError(f'{error}\n{self.text}') from error
        return self

    async def _read(self):
        while line := await self.process.stdout.readline():
            self.output += line

    @property
    def text(self):
        return self.output.decode(errors='replace')

    async def _end(self, force):
        if self.process.returncode is None:
            self.process.kill() if force else self.process.send_signal(2)
        try:
            await asyncio.wait_for(self.process.wait(), 8)
            return True
        except asyncio.TimeoutError:
            self.process.kill()
            await self.process.wait()
            return False
        finally:
            await self.reader

    async def __aexit__(self, kind, *_):
        ended = await self._end(force=False)
        if kind is None and self.clean:
            assert ended, f'{self.command[0]} does not end within 8 s of Ctrl-C\n{self.text}'
            assert self.process.returncode == 0, f'ends with {self.process.returncode}\n{self.text}'


class Server:
    """server.py, or another program of its kind, with a pipeline."""

    def __init__(self, pipeline, port=None, program='server.py'):
        self.pipeline, self.port, self.program = pipeline, port or free_port(), program
        self.events, self.answers, self.last = [], {}, 0

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            '/usr/bin/python3', os.path.join(ROOT, 'tests/lib', self.program), '127.0.0.1', str(self.port), self.pipeline,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.reader = asyncio.ensure_future(self._read())
        try:
            await self.event('ready', 10)
            await until('the server listens', 10, lambda: listens(self.port))
        except BaseException:
            self.process.kill()
            raise
        return self

    async def _read(self):
        while line := await self.process.stdout.readline():
            message = json.loads(line)
            if 'id' in message:
                self.answers.pop(message['id']).set_result(message)
            else:
                self.events.append(message)

    def seen(self, name):
        return [event for event in self.events if event['event'] == name]

    async def event(self, name, seconds, count=1):
        def came():
            assert not self.seen('error') or name == 'error', self.seen('error')
            return len(self.seen(name)) >= count
        try:
            await until(f'{count} × {name}', seconds, came)
        except AssertionError as error:
            raise AssertionError(f'{error}; came: {self.events}') from None
        return self.seen(name)[count - 1]

    async def ask(self, what, **more):
        self.last += 1
        answer = self.answers[self.last] = asyncio.get_running_loop().create_future()
        self.process.stdin.write(json.dumps({'id': self.last, 'ask': what, **more}).encode() + b'\n')
        message = await asyncio.wait_for(answer, 10)
        assert 'failed' not in message, message
        return message['answer']

    async def __aexit__(self, kind, *_):
        self.process.stdin.close()
        try:
            status = await asyncio.wait_for(self.process.wait(), 8)
        except asyncio.TimeoutError:
            self.process.kill()
            status = 'none within 8 s'
        await self.reader
        if kind is None:
            assert status == 0, f'the server ends with {status}'
