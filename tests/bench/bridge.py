#!/usr/bin/python3
# gst-rtc: brings a sender and a receiver together that are servers both, over a network with loss and delay if wanted
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Logs in at both for each pair, hands the receiver's offer to the sender and its answer back. With --delay or --loss every
candidate leads to a socket of this program, which delays each datagram and drops media by a seeded generator. With --relay
it leads to a socket of that program (datarelay.c), which does the same quicker, and drops data.

What is dropped depends on the seed, the direction, the codec and the number of the packet of that kind alone: two
receivers of the same stream miss the same packets. STUN and DTLS pass, so that every connection begins alike.

Prints JSON lines: "joined" when all pairs have exchanged their descriptions, "left" after the command "leave", "path" with
what was dropped after the command "path". "join" joins again. The end of stdin ends it."""
import argparse
import asyncio
import itertools
import json
import random
import sys

import aiohttp

RTCP_TYPES = range(192, 224)
BUFFER = 4 << 20
FIRST_PORT = 40000              # of the sockets that stand for candidates, where --ports says so


def tell(event, **members):
    print(json.dumps(dict(event=event, **members)), flush=True)


class Path:
    """One direction of one pair: how long, and who is missing."""

    def __init__(self, options, direction, names):
        self.options, self.direction, self.names = options, direction, names
        self.kinds = {}
        self.counts = {}

    def drops(self, data):
        if len(data) < 12 or not 128 <= data[0] < 192:
            return False
        kind = 'rtcp' if data[1] in RTCP_TYPES else self.names.get(data[1] & 127, 'unknown')
        if kind not in self.kinds:
            self.kinds[kind] = random.Random(f'{self.options.seed} {self.direction} {kind}')
            self.counts[kind] = [0, 0]
        drop = self.kinds[kind].random() < self.options.loss
        self.counts[kind][drop] += 1
        return drop


class Relay(asyncio.DatagramProtocol):
    """Stands for one candidate: what comes to it goes there, from the socket that stands for whoever sent it."""

    def __init__(self, pair, side, address):
        self.pair, self.side, self.address = pair, side, address

    def connection_made(self, transport):
        self.transport = transport
        self.port = transport.get_extra_info('sockname')[1]
        transport.get_extra_info('socket').setsockopt(1, 8, BUFFER)   # SOL_SOCKET, SO_RCVBUF

    def datagram_received(self, data, source):
        if self.pair.paths[self.side].drops(data):
            return
        asyncio.get_running_loop().call_later(self.pair.options.delay / 1000, self.forward, data, source)

    def forward(self, data, source):
        other = self.pair.relay_of(1 - self.side, source)
        if other and not other.transport.is_closing():
            other.transport.sendto(data, self.address)


class Program:
    """A relay that is told where a candidate leads, and says which port stands for it."""

    def __init__(self, options):
        self.options, self.ports, self.child, self.lock = options, {}, None, asyncio.Lock()

    async def replace(self, side, address):
        async with self.lock:
            if not self.child:
                self.child = await asyncio.create_subprocess_exec(
                    self.options.relay, str(self.options.delay), str(self.options.loss), str(self.options.seed),
                    stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
            if (side, address) not in self.ports:
                self.child.stdin.write(f'{side} {address[0]} {address[1]}\n'.encode())
                self.ports[side, address] = (await self.child.stdout.readline()).decode().strip()
            return self.ports[side, address]

    async def close(self):
        if self.child:
            self.child.stdin.close()
            await self.child.wait()


class Pair:
    """The sender is side 0, the receiver side 1."""

    def __init__(self, options, http):
        self.options, self.http = options, http
        self.program = Program(options)
        self.joined = asyncio.get_running_loop().create_future()
        self.names = {}             # of codecs, by payload type
        self.paths = [Path(options, direction, self.names) for direction in range(2)]
        self.ports = itertools.count(FIRST_PORT) if options.ports else itertools.repeat(0)
        self.relays = [{}, {}]      # of each side: address to Relay
        self.waiting = [[], []]     # candidates of a side that the other cannot use yet
        self.described = [False, False]

    def relay_of(self, side, source):
        """A peer may also send from an address that it never told; there is one socket here anyway."""
        return self.relays[side].get(source) or next(iter(self.relays[side].values()), None)

    async def replace(self, candidate, side):
        fields = candidate.split()
        if not (self.options.loss or self.options.delay) or len(fields) < 8:
            return candidate
        if fields[2].upper() != 'UDP' or ':' in fields[4] or fields[4].endswith('.local'):
            return None
        address = fields[4], int(fields[5])    # libnice pairs loopback with loopback only: stay there
        if self.options.relay:
            fields[5] = await self.program.replace(side, address)
            return ' '.join(fields)
        if address not in self.relays[side]:
            _, relay = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: Relay(self, side, address), local_addr=(address[0], next(self.ports)))
            self.relays[side][address] = relay
        fields[5] = str(self.relays[side][address].port)
        return ' '.join(fields)

    async def open(self):
        self.sockets = [await self.http.ws_connect(url, max_msg_size=0)
                        for url in (self.options.sender, self.options.receiver)]
        self.tasks = [asyncio.create_task(self.listen(side)) for side in range(2)]
        for socket in self.sockets:
            await socket.send_json({'type': 'login'})
        await asyncio.wait_for(asyncio.shield(self.joined), 20)

    async def listen(self, side):
        async for message in self.sockets[side]:
            if message.type == aiohttp.WSMsgType.TEXT:
                await self.take(side, json.loads(message.data))

    async def take(self, side, message):
        kind = message['type']
        if kind == 'offer' and side == 1 or kind == 'answer' and side == 0:
            await self.sockets[1 - side].send_json(await self.without_candidates(side, message))
            self.described[side] = True
            for candidate in self.waiting[side]:
                await self.sockets[1 - side].send_json(candidate)
            if side == 0:
                self.joined.done() or self.joined.set_result(True)
        elif kind == 'candidate' and (message.get('candidate') or {}).get('candidate'):
            text = await self.replace(message['candidate']['candidate'], side)
            if text:
                message['candidate']['candidate'] = text
                await self.pass_candidate(side, message)
        elif kind in ('leave', 'error') or message.get('success') is False:
            tell(kind, side=('sender', 'receiver')[side], message=message.get('message'))

    async def pass_candidate(self, side, message):
        if self.described[side]:
            await self.sockets[1 - side].send_json(message)
        else:
            self.waiting[side].append(message)

    async def without_candidates(self, side, message):
        """Candidates in a description would lead past the path. Whose payload types are those, it says too."""
        inner = message[message['type']]
        lines = inner['sdp'].splitlines()
        for line in lines:
            if line.startswith('a=rtpmap:'):
                number, name = line.split(':', 1)[1].split(' ', 1)
                self.names[int(number)] = name.split('/')[0].lower()
            if line.startswith('a=candidate:'):
                text = await self.replace(line[2:], side)
                if text:
                    self.waiting[side].append({'type': 'candidate', 'candidate': {
                        'candidate': text, 'sdpMLineIndex': 0}})
        kept = [line for line in lines if not line.startswith(('a=candidate:', 'a=end-of-candidates'))]
        inner['sdp'] = '\r\n'.join(kept) + '\r\n'
        return message

    async def close(self):
        for socket in self.sockets:
            await socket.close()
        for task in self.tasks:
            task.cancel()
        for relay in [*self.relays[0].values(), *self.relays[1].values()]:
            relay.transport.close()
        await self.program.close()


async def join(options, http):
    pairs = []
    for _ in range(options.pairs):
        pair = Pair(options, http)
        await pair.open()
        pairs.append(pair)
    tell('joined')
    return pairs


def tell_path(pairs):
    passed, dropped = {}, {}
    for pair in pairs:
        for path in pair.paths:
            for kind, (good, bad) in path.counts.items():
                name = f'{("to the sender", "to the receiver")[path.direction]}, {kind}'
                passed[name], dropped[name] = passed.get(name, 0) + good, dropped.get(name, 0) + bad
    tell('path', passed=passed, dropped=dropped)


async def obey(options):
    loop = asyncio.get_running_loop()
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    async with aiohttp.ClientSession() as http:
        pairs = await join(options, http)
        while command := (await commands.readline()).decode().strip():
            if command == 'leave':
                for pair in pairs:
                    await pair.close()
                pairs = []
                tell('left')
            elif command == 'join':
                pairs = await join(options, http)
            elif command == 'path':
                tell_path(pairs)
        for pair in pairs:
            await pair.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--sender', required=True, help='WebSocket URL')
    parser.add_argument('--receiver', required=True, help='WebSocket URL')
    parser.add_argument('--pairs', type=int, default=1)
    parser.add_argument('--delay', type=float, default=0, help='of each direction, in milliseconds')
    parser.add_argument('--loss', type=float, default=0, help='of each direction, 0 to 1')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--relay', metavar='PROGRAM', help='bench-datarelay, for much data')
    parser.add_argument('--ports', action='store_true',
                        help=f'known ports from {FIRST_PORT} on, for who drops elsewhere; one pair only')
    asyncio.run(obey(parser.parse_args()))


if __name__ == '__main__':
    main()
