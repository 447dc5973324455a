# gst-rtc: a viewer on aiortc that speaks the WebSocket JSON
# SPDX-License-Identifier: LGPL-2.1-or-later
import asyncio
import json
import time

import aiohttp
import av.logging
import numpy
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp

# A decoder that joins before a key frame would fill the screen.
av.logging.set_level(av.logging.FATAL)

BARS = ['111', '110', '011', '010', '101', '100', '001']


class Viewer:
    """offers: this side makes the offer. kinds: what it wants then."""

    def __init__(self, port, offers=False, kinds=('video', 'audio'), path='/ws'):
        self.url, self.offers, self.kinds = f'http://127.0.0.1:{port}{path}', offers, kinds
        self.frames, self.sounds, self.messages, self.tasks = [], [], [], []
        self.peer = RTCPeerConnection()
        self.peer.on('track', self._on_track)
        self.remote, self.early = None, []

    async def __aenter__(self):
        self.http = aiohttp.ClientSession()
        self.socket = await self.http.ws_connect(self.url)
        self.tasks.append(asyncio.ensure_future(self._listen()))
        await self.send(type='login')
        return self

    async def __aexit__(self, *_):
        await self.peer.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.socket.close()
        await self.http.close()

    async def send(self, **members):
        await self.socket.send_str(json.dumps(members))

    async def _listen(self):
        async for message in self.socket:
            if message.type == aiohttp.WSMsgType.TEXT:
                message = json.loads(message.data)
                self.messages.append(message)
                await getattr(self, '_on_' + message['type'], self._on_other)(message)

    async def _on_other(self, message):
        pass

    async def _on_login(self, message):
        assert message['success'], message
        if self.offers:
            for kind in self.kinds:
                self.peer.addTransceiver(kind, direction='recvonly')
            await self.peer.setLocalDescription(await self.peer.createOffer())
            await self.send(type='offer', offer={'type': 'offer', 'sdp': self.peer.localDescription.sdp})

    async def _on_offer(self, message):
        if self.offers:
            return      # The sink offers to whoever logs in; ours is on its way.
        await self._set_remote(message, 'offer')
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        await self.send(type='answer', name=message.get('name'),
                        answer={'type': 'answer', 'sdp': self.peer.localDescription.sdp})

    async def _on_answer(self, message):
        await self._set_remote(message, 'answer')

    async def _set_remote(self, message, kind):
        await self.peer.setRemoteDescription(RTCSessionDescription(message[kind]['sdp'], kind))
        self.remote = message[kind]['sdp']
        for candidate in self.early:
            await self.peer.addIceCandidate(candidate)

    async def _on_candidate(self, message):
        inner = message['candidate']
        if not inner or not inner.get('candidate'):
            return
        candidate = candidate_from_sdp(inner['candidate'].split(':', 1)[1])
        candidate.sdpMid, candidate.sdpMLineIndex = inner.get('sdpMid'), inner.get('sdpMLineIndex')
        if self.remote is None:
            self.early.append(candidate)
        else:
            await self.peer.addIceCandidate(candidate)

    def _on_track(self, track):
        self.tasks.append(asyncio.ensure_future(self._receive(track)))

    async def _receive(self, track):
        kept = self.frames if track.kind == 'video' else self.sounds
        try:
            while True:
                kept.append(await track.recv())
                del kept[:-100]
                track.received = getattr(track, 'received', 0) + 1
        except MediaStreamError:
            pass

    async def watch(self, frames=15, sounds=0, seconds=15):
        """Returns when so many have been decoded."""
        deadline = time.monotonic() + seconds
        while len(self.frames) < frames or len(self.sounds) < sounds:
            assert time.monotonic() < deadline, (
                f'{len(self.frames)} pictures and {len(self.sounds)} sounds within {seconds} s; '
                f'ICE {self.peer.iceConnectionState}, {self.peer.connectionState}, '
                f'messages {[message["type"] for message in self.messages]}: {self.messages[-1:]}')
            await asyncio.sleep(0.05)

    def assert_bars(self):
        """The last picture has the seven bars, and the one before differs from it."""
        last, earlier = (frame.to_ndarray(format='rgb24') for frame in (self.frames[-1], self.frames[-10]))
        height, width, _ = last.shape
        seen = []
        for bar in range(7):
            x, y = int((bar + 0.5) * width / 7), height // 4
            colour = last[y - 4:y + 4, x - 4:x + 4].mean(axis=(0, 1))
            seen.append(''.join('1' if value > 120 else '0' if value < 80 else '?' for value in colour))
        assert seen == BARS, seen
        assert not numpy.array_equal(last, earlier), 'the picture stands still'

    def assert_tone(self, expected=440):
        """The strongest frequency of the last half second."""
        rate = self.sounds[-1].sample_rate
        parts = [sound.to_ndarray() for sound in self.sounds[-25:]]
        channels = len(self.sounds[-1].layout.channels)
        samples = numpy.concatenate([part.reshape(-1)[::channels] for part in parts]).astype(float)
        spectrum = numpy.abs(numpy.fft.rfft(samples))
        frequency = numpy.argmax(spectrum) * rate / len(samples)
        assert samples.std() > 500, 'silence'
        assert abs(frequency - expected) <= 30, f'{frequency} Hz'
