# gst-rtc: Chromium with the page, sharing what it is told to
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import json
import os
import subprocess

from harness import ROOT

SCRIPT = os.path.join(ROOT, 'tests/browser/publisher.mjs')


class Publisher:
    """publisher.mjs. began, ended: when it sent and left, in seconds of the wall clock."""

    def __init__(self, url, *buttons, made_up=True):
        self.command = ['node', SCRIPT, url, *buttons, *(['--made-up'] if made_up else [])]
        self.began, self.ended = None, None

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            *self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.began = await self._hear('sending')
        except BaseException:
            await self._end()
            raise
        return self

    async def _hear(self, event):
        line = await asyncio.wait_for(self.process.stdout.readline(), 60)
        assert line, f'the browser ended before it was {event}'
        message = json.loads(line)
        assert message.get('event') == event, message
        return message['at']

    async def ask(self, what, **more):
        self.process.stdin.write(json.dumps({'ask': what, **more}).encode() + b'\n')
        line = await asyncio.wait_for(self.process.stdout.readline(), 60)
        message = json.loads(line or b'{}')
        assert 'answer' in message, message
        return message['answer']

    async def leave(self):
        """Closes the page."""
        self.process.stdin.close()
        self.ended = await self._hear('left')

    async def _end(self):
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), 20)
        except asyncio.TimeoutError:
            self.process.kill()
            await self.process.wait()

    async def __aexit__(self, *_):
        await self._end()
