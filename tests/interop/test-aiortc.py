#!/usr/bin/python3
# gst-rtc: aiortc watches: pictures and sound by their content, in both roles; and its data channels
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import hashlib
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../lib'))
from harness import BARS, TONE, Server, case, run_cases, until
from viewer import Viewer

ROLES = {'answers our offer': False, 'offers': True}

for role, offers in ROLES.items():
    for codec in ('h264', 'vp8'):
        @case(f'{role}, {codec}, with sound')
        async def watches(offers=offers, codec=codec):
            async with Server(f'rtcsink name=sink video-caps=video/x-{codec} {BARS} {TONE}') as server:
                async with Viewer(server.port, offers) as viewer:
                    await viewer.watch(frames=30, sounds=50)
                    viewer.assert_bars()
                    viewer.assert_tone()
                    assert f'{codec} '.upper().strip() in viewer.remote.upper(), viewer.remote
                await server.event('consumer-removed', 5)
                assert len(server.seen('consumer-added')) == 1, server.events


@case('leaves by a message and is gone at once')
async def leaves():
    async with Server(f'rtcsink name=sink {BARS}') as server, Viewer(server.port) as viewer:
        await viewer.watch()
        await viewer.send(type='leave')
        await server.event('consumer-removed', 1)


@case('leaves by closing its socket and is gone at once')
async def closes():
    async with Server(f'rtcsink name=sink {BARS}') as server, Viewer(server.port) as viewer:
        await viewer.watch()
        await viewer.socket.close()
        await server.event('consumer-removed', 1)


@case('wants only the sound')
async def only_sound():
    async with Server(f'rtcsink name=sink {BARS} {TONE}') as server:
        async with Viewer(server.port, offers=True, kinds=['audio']) as viewer:
            await viewer.watch(frames=0, sounds=50)
            viewer.assert_tone()
            assert [name for name in await server.ask('encoders') if 'opus' not in name] == []


@case('two videos and a sound')
async def two_videos():
    second = 'videotestsrc is-live=true pattern=blue ! video/x-raw,width=320,height=240,framerate=15/1 ! sink.'
    async with Server(f'rtcsink name=sink {BARS} {second} {TONE}') as server, Viewer(server.port) as viewer:
        await viewer.watch(frames=60, sounds=20)
        assert {frame.width for frame in viewer.frames} == {320, 640}


@case('five viewers, one encoder')
async def five():
    async with Server(f'rtcsink name=sink video-caps=video/x-vp8 {BARS}') as server:
        viewers = [Viewer(server.port) for _ in range(5)]
        try:
            for viewer in viewers:
                await viewer.__aenter__()
            for viewer in viewers:
                await viewer.watch(seconds=25)
                viewer.assert_bars()
            assert len(await server.ask('encoders')) == 1
        finally:
            for viewer in viewers:
                await viewer.__aexit__()
        await server.event('consumer-removed', 5, count=5)


TEXTS = ['hello', '', 'größer \U0001f3a5']
BLOBS = [b'\x00\x01\xff', b'', bytes(60)]
BULK, PART = 5_000_000, 16384


class Talker(Viewer):
    """A viewer with channels, by their labels; what came on them is kept."""

    def __init__(self, port, offers=False, kinds=(), first='first', **options):
        super().__init__(port, offers, kinds)
        self.channels, self.came, self.sums, self.ended = {}, {}, {}, set()
        self.peer.on('datachannel', self.keep)
        if offers or first != 'first':
            self.keep(self.peer.createDataChannel(first, **options))

    def keep(self, channel):
        label = channel.label
        self.channels[label], self.came[label], self.sums[label] = channel, [], hashlib.sha256()
        channel.on('message', lambda message: self.on_message(label, message))
        channel.on('close', lambda: self.ended.add(label))

    def on_message(self, label, message):
        self.came[label].append(message)
        if isinstance(message, bytes):
            self.sums[label].update(message)

    async def channel(self, label):
        channel = await until(f'{label} is there', 10, lambda: self.channels.get(label))
        await until(f'{label} is open', 10, lambda: channel.readyState == 'open')
        return channel


def talking(pipeline='rtcsink name=sink data-channels=true'):
    return Server(pipeline, program='dataserver.py')


async def viewer_of(server):
    return (await server.event('consumer-added', 10))['viewer']


def messages_of(server, label):
    return [event.get('text', event.get('data')) for event in server.seen('message') if event['label'] == label]


async def assert_talks(server, talker, label):
    """Text and bytes, also of no length, both ways in their order."""
    channel = await talker.channel(label)
    before = len(talker.came[label]), len(messages_of(server, label))
    for text, blob in zip(TEXTS, BLOBS):
        channel.send(text)
        channel.send(blob)
        await server.ask('text', label=label, text=text)
        await server.ask('data', label=label, data=blob.hex())
    said = [message for pair in zip(TEXTS, BLOBS) for message in pair]
    await until('all came there', 10, lambda: len(talker.came[label]) == before[0] + len(said))
    assert talker.came[label][before[0]:] == said, talker.came
    await until('all came here', 10, lambda: len(messages_of(server, label)) == before[1] + len(said))
    here = [message if isinstance(message, str) else message.hex() for message in said]
    assert messages_of(server, label)[before[1]:] == here, server.events


for role, offers in ROLES.items():
    @case(f'{role}, data only: its channel, and ours')
    async def talks(offers=offers):
        options = {'ordered': False, 'maxRetransmits': 3, 'protocol': 'p'}
        async with talking() as server, Talker(server.port, offers, first='theirs', **options) as talker:
            told = await server.event('channel', 10)
            assert (told['label'], told['protocol'], told['ordered'], told['max-retransmits']) == ('theirs', 'p', False, 3), told
            await assert_talks(server, talker, 'theirs')

            await server.ask('open', viewer=await viewer_of(server), label='ours',
                             options='o, ordered=false, max-packet-lifetime=2000, protocol="q"')
            ours = await talker.channel('ours')
            assert (ours.protocol, ours.ordered, ours.maxPacketLifeTime, ours.maxRetransmits) == ('q', False, 2000, None), ours
            await assert_talks(server, talker, 'ours')
            assert 'm=audio' not in talker.remote and 'm=video' not in talker.remote, talker.remote
            for channel in talker.channels.values():
                assert await server.ask('stream', label=channel.label) == channel.id, channel.label


@case('data beside pictures and sound')
async def beside():
    async with talking(f'rtcsink name=sink data-channels=true {BARS} {TONE}') as server, Talker(server.port) as talker:
        await talker.watch(frames=30, sounds=20)
        await server.ask('open', viewer=await viewer_of(server), label='ours')
        await assert_talks(server, talker, 'ours')
        await talker.watch(frames=60)
        talker.assert_bars()


@case('5 MB each way', 90)
async def bulk():
    async with talking() as server, Talker(server.port) as talker:
        await server.ask('open', viewer=await viewer_of(server), label='bulk', options='o, protocol="bulk"')
        channel = await talker.channel('bulk')
        content = os.urandom(BULK)
        for at in range(0, BULK, PART):
            channel.send(content[at:at + PART])
        digest = await server.ask('bulk', label='bulk', size=BULK)

        await until('all came there', 60, lambda: sum(map(len, talker.came['bulk'])) >= BULK)
        assert talker.sums['bulk'].hexdigest() == digest
        while (received := await server.ask('received', label='bulk'))['size'] < BULK:
            await asyncio.sleep(0.1)
        assert received == {'size': BULK, 'sha256': hashlib.sha256(content).hexdigest()}


@case('closes its channels, and ours close')
async def closing():
    async with talking() as server, Talker(server.port, offers=True) as talker:
        await assert_talks(server, talker, 'first')
        await server.ask('open', viewer=await viewer_of(server), label='ours')
        await assert_talks(server, talker, 'ours')
        # each side closes one that the other has opened, and one of its own
        talker.channels['ours'].close()
        await server.event('closed', 10)
        await server.ask('close', label='first')
        await until('first is closed', 10, lambda: talker.channels['first'].readyState == 'closed')
        await server.ask('open', viewer=await viewer_of(server), label='second')
        await assert_talks(server, talker, 'second')
        await server.ask('close', label='second')
        await until('second is closed', 10, lambda: talker.channels['second'].readyState == 'closed')
        talker.keep(talker.peer.createDataChannel('third'))
        await assert_talks(server, talker, 'third')
        talker.channels['third'].close()
        await server.event('closed', 10, count=4)
        assert not server.seen('failed'), server.seen('failed')
        assert [event['label'] for event in server.seen('closed')] == ['ours', 'first', 'second', 'third']


run_cases()
