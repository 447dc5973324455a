#!/usr/bin/python3
# gst-rtc: aiortc watches: pictures and sound by their content, in both roles
# SPDX-License-Identifier: LGPL-2.1-or-later
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../lib'))
from harness import BARS, TONE, Server, case, run_cases
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


run_cases()
