#!/usr/bin/python3
# gst-rtc: Pion watches: whole key frames, key frames on request, and every way to leave; and its data channels
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
from harness import BARS, TONE, Server, case, run_cases, until

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


TEXTS = ['hello', '', 'größer \U0001f3a5']
BLOBS = ['0001ff', '', '00' * 60]
BULK = 5_000_000


class Talker:
    """The viewer with data channels only; "unordered" is one of its own."""

    def __init__(self, port, role='answer'):
        self.port, self.role, self.events = port, role, []

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            VIEWER, f'ws://127.0.0.1:{self.port}/ws', self.role, 'data', stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.reader = asyncio.ensure_future(self.read())
        return self

    async def read(self):
        while line := await self.process.stdout.readline():
            self.events.append(json.loads(line))

    def order(self, *words):
        self.process.stdin.write(' '.join(map(str, words)).encode() + b'\n')

    def seen(self, name, label):
        return [event for event in self.events if (event['event'], event.get('label')) == (name, label)]

    async def event(self, name, label, count=1):
        await until(f'{count} × {name} of {label}', 60, lambda: len(self.seen(name, label)) >= count or self.process.returncode is not None)
        assert self.process.returncode is None, f'Pion has ended after {self.events}'
        return self.seen(name, label)[count - 1]

    async def __aexit__(self, kind, *_):
        self.process.stdin.close()
        try:
            status = await asyncio.wait_for(self.process.wait(), 8)
        except asyncio.TimeoutError:
            self.process.kill()
            status = 'none within 8 s'
        await self.reader
        assert kind or status == 0, f'Pion ends with {status}'


def talking(pipeline='rtcsink name=sink data-channels=true'):
    return Server(pipeline, program='dataserver.py')


def contents(events, label):
    return [event.get('text', event.get('data')) for event in events if event['event'] == 'message' and event['label'] == label]


async def assert_talks(server, talker, label):
    """Text and bytes, also of no length, both ways in their order."""
    said = [message for pair in zip(TEXTS, BLOBS) for message in pair]
    for text, blob in zip(TEXTS, BLOBS):
        talker.order('text', label, text)
        talker.order('data', label, blob)
        await server.ask('text', label=label, text=text)
        await server.ask('data', label=label, data=blob)
    await talker.event('message', label, count=len(said))
    assert contents(talker.events, label) == said, talker.events
    await server.event('message', 10, count=len(said))
    await until('all came here', 10, lambda: len(contents(server.events, label)) == len(said))
    assert contents(server.events, label) == said, server.events


async def open_ours(server, talker, label, options=None):
    viewer = (await server.event('consumer-added', 10))['viewer']
    await server.ask('open', viewer=viewer, label=label, options=options)
    return await talker.event('channel', label)


for role in ('answer', 'offer'):
    @case(f'{role}s, data only: its channel, and ours')
    async def talks(role=role):
        async with talking() as server, Talker(server.port, role) as talker:
            ours = await open_ours(server, talker, 'ours', 'o, ordered=false, max-packet-lifetime=2000, protocol="q"')
            await talker.event('open', 'ours')
            assert (ours['protocol'], ours['ordered'], ours['maxPacketLifeTime'], ours['maxRetransmits']) == ('q', False, 2000, None), ours
            await assert_talks(server, talker, 'ours')
            if role == 'answer':
                talker.order('open', 'unordered')
            await talker.event('open', 'unordered')
            told = await until('its channel is here', 10, lambda: [event for event in server.seen('channel') if event['label'] == 'unordered'])
            assert (told[0]['protocol'], told[0]['ordered'], told[0]['max-retransmits']) == ('p', False, 3), told
            await assert_talks(server, talker, 'unordered')


@case('5 MB each way', 90)
async def bulk():
    async with talking() as server, Talker(server.port) as talker:
        await open_ours(server, talker, 'bulk')
        await talker.event('open', 'bulk')
        talker.order('expect', 'bulk', BULK)
        talker.order('bulk', 'bulk', BULK)
        digest = await server.ask('bulk', label='bulk', size=BULK)
        received = await talker.event('received', 'bulk')
        assert (received['size'], received['sha256']) == (BULK, digest), received
        sent = await talker.event('sent', 'bulk')
        while (received := await server.ask('received', label='bulk'))['size'] < BULK:
            await asyncio.sleep(0.1)
        assert received == {'size': BULK, 'sha256': sent['sha256']}


@case('closes its channels, and ours close')
async def closing():
    async with talking() as server, Talker(server.port, 'offer') as talker:
        # each side closes one that the other has opened, and one of its own
        await talker.event('open', 'unordered')
        for label in ('first', 'second'):
            await open_ours(server, talker, label)
            await talker.event('open', label)
        talker.order('open', 'third')
        await talker.event('open', 'third')
        await until('all are here', 10, lambda: len(server.seen('channel')) == 4)
        talker.order('close', 'first')
        talker.order('close', 'third')
        await server.event('closed', 10, count=2)
        await server.ask('close', label='second')
        await server.ask('close', label='unordered')
        await talker.event('closed', 'second')
        await talker.event('closed', 'unordered')
        await server.event('closed', 10, count=4)
        assert not server.seen('failed'), server.seen('failed')


run_cases()
