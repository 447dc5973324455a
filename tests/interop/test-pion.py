#!/usr/bin/python3
# gst-rtc: Pion watches: whole key frames, key frames on request, and every way to leave
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: test-pion.py PION-VIEWER
import asyncio
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../lib'))
from harness import BARS, TONE, Server, case, run_cases

VIEWER = sys.argv[1]


async def watch(server, role, leaving):
    """Runs the viewer to its end; what it said, by event."""
    viewer = await asyncio.create_subprocess_exec(
        VIEWER, f'ws://127.0.0.1:{server.port}/ws', role, leaving, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        said, errors = await asyncio.wait_for(viewer.communicate(), 30)
    finally:
        if viewer.returncode is None:
            viewer.kill()
    assert viewer.returncode == 0, f'{errors.decode()} after {said.decode()}'
    return {event['event']: event for event in map(json.loads, said.splitlines())}


def assert_watched(said, codec):
    assert said['key']['codec'] == f'video/{codec}', said
    # Without being asked, the encoders make one every 120 s.
    assert said['again']['seconds'] - said['asked']['seconds'] < 10, said
    packets, gaps = said['counts']['packets'], said['counts']['gaps']
    assert packets['video'] > 50 and packets['audio'] > 90, said
    assert not gaps, f'numbers are missing: {said}'


for role in ('answer', 'offer'):
    for codec, leaving in (('H264', 'close'), ('VP8', 'bye')):
        @case(f'{role}s, {codec}, leaves by {leaving}')
        async def watches(role=role, codec=codec, leaving=leaving):
            async with Server(f'rtcsink name=sink video-caps=video/x-{codec.lower()} {BARS} {TONE}') as server:
                watching = asyncio.ensure_future(watch(server, role, leaving))
                removed = asyncio.ensure_future(server.event('consumer-removed', 30))
                # The viewer keeps its socket for 3 s after it has left: only what it did on the media path counts.
                done, _ = await asyncio.wait([watching, removed], return_when=asyncio.FIRST_COMPLETED)
                if watching in done:
                    removed.cancel()
                    await watching
                assert removed in done, 'the sink has not noticed until the socket closed'
                await removed
                assert_watched(await watching, codec)


@case('vanishes')
async def vanishes():
    async with Server(f'rtcsink name=sink {BARS}') as server:
        viewer = asyncio.ensure_future(watch(server, 'answer', 'vanish'))
        assert 'left' in await viewer
        await server.event('consumer-removed', 30)


run_cases()
