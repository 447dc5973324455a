#!/usr/bin/env python3
# gst-rtc: writes the first inputs of the fuzzers for RTP, RTCP, the receiver of both, SCTP, DCEP and data channels
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: tests/fuzz/make-seeds.py  (rewrites the named files in corpus/rtp, rtcp, receiver, sctp, dcep and datachannels)
import pathlib
from struct import pack

CORPUS = pathlib.Path(__file__).parent / "corpus"
SENDER, MEDIA = 0x11223344, 0xAABBCCDD


def rtcp(count, kind, body, padding=b""):
    body += padding
    return pack(">BBH", 0x80 | (0x20 if padding else 0) | count, kind, len(body) // 4) + body


def block(ssrc=MEDIA, lost=5):
    return pack(">IIIIII", ssrc, 12 << 24 | lost & 0xFFFFFF, 70000, 90, 0x12345678, 65536)


def sr(*blocks):
    info = pack(">QIII", 0xE000000080000000, 90000, 100, 120000)
    return rtcp(len(blocks), 200, pack(">I", SENDER) + info + b"".join(blocks))


def rr(*blocks, extra=b""):
    return rtcp(len(blocks), 201, pack(">I", SENDER) + b"".join(blocks) + extra)


def sdes(*chunks):
    body = b""
    for ssrc, items in chunks:
        chunk = pack(">I", ssrc) + b"".join(bytes([k, len(v)]) + v for k, v in items)
        body += chunk + bytes(4 - len(chunk) % 4)
    return rtcp(len(chunks), 202, body)


def bye(*ssrcs, reason=None):
    tail = b"" if reason is None else bytes([len(reason)]) + reason
    return rtcp(len(ssrcs), 203, pack(">%dI" % len(ssrcs), *ssrcs) + tail + bytes(-len(tail) % 4))


def feedback(kind, fmt, fci, media=MEDIA, padding=b""):
    return rtcp(fmt, kind, pack(">II", SENDER, media) + fci, padding)


def nack(*entries):
    return feedback(205, 1, b"".join(pack(">HH", *e) for e in entries))


def remb(exponent, mantissa, *ssrcs):
    head = b"REMB" + pack(">I", len(ssrcs) << 24 | exponent << 18 | mantissa)
    return feedback(206, 15, head + pack(">%dI" % len(ssrcs), *ssrcs), media=0)


def twcc(count, chunks, deltas=b"", base=65530, reference=0x1234, number=7):
    fci = pack(">HHI", base, count, (reference & 0xFFFFFF) << 8 | number)
    fci += b"".join(pack(">H", c) for c in chunks) + deltas
    return feedback(205, 15, fci + bytes(-len(fci) % 4))


def xr(*blocks):
    return rtcp(0, 207, pack(">I", SENDER) + b"".join(blocks))


def rtcp_seeds():
    reference = pack(">BBHQ", 4, 0, 2, 1 << 40)
    cname = sdes((SENDER, [(1, b"user@example")]))
    yield "sr-empty", sr()
    yield "sr-two-blocks", sr(block(), block(1, -5))
    yield "sr-cname", sr(block()) + cname
    yield "rr-empty", rr()
    yield "rr-block", rr(block())
    yield "rr-31-blocks", rr(*[block(i, -i) for i in range(31)])
    yield "rr-profile-extension", rr(block(), extra=b"\1\2\3\4")
    yield "rr-count-lies", rtcp(2, 201, pack(">I", SENDER) + block())
    yield "sdes-two-chunks", sdes((SENDER, [(1, b"a"), (2, b"name")]), (MEDIA, []))
    yield "sdes-unterminated", rtcp(1, 202, pack(">IBB2s", SENDER, 1, 2, b"ab"))
    yield "bye-reason", bye(SENDER, MEDIA, reason=b"teardown")
    yield "bye-nobody", bye()
    yield "bye-reason-lies", rtcp(1, 203, pack(">IB3s", SENDER, 200, b"abc"))
    yield "nack", nack((100, 0), (200, 0xFFFF), (65535, 0x8001))
    yield "nack-empty", nack()
    yield "pli", feedback(206, 1, b"")
    yield "pli-truncated", feedback(206, 1, b"")[:8]
    yield "fir", feedback(206, 4, pack(">IB3x", MEDIA, 3) + pack(">IB3x", 9, 1), media=0)
    yield "sli", feedback(206, 2, b"\0\1\2\3")
    yield "afb-unknown", feedback(206, 15, b"NONE")
    yield "remb", remb(3, 0x20000, MEDIA, 2)
    yield "remb-overflow", remb(63, 0x3FFFF, MEDIA)
    yield "remb-count-lies", feedback(206, 15, b"REMB" + pack(">I", 9 << 24 | 1))
    yield "twcc-run-small", twcc(5, [1 << 13 | 5], bytes([4, 8, 0, 255, 1]))
    yield "twcc-run-large", twcc(2, [2 << 13 | 2], pack(">hh", -400, 32767))
    yield "twcc-run-lost", twcc(8000, [8000])
    yield "twcc-vector-1", twcc(14, [0x8000 | 0b10101010101010], bytes(range(7)))
    yield "twcc-vector-2", twcc(7, [0xC000 | 0b01100001000110], bytes(7))
    yield "twcc-mixed", twcc(30, [1 << 13 | 9, 0x8000 | 0x3FFF, 0xC000 | 0x1555], bytes(40), reference=-1)
    yield "twcc-reserved-symbol", twcc(3, [3 << 13 | 3], bytes(8))
    yield "twcc-count-lies", twcc(60000, [1 << 13 | 5], bytes(5))
    yield "twcc-deltas-missing", twcc(14, [0xBFFF], b"")
    yield "twcc-runs-of-zero", twcc(1, [0, 0, 0, 1 << 13 | 1], b"\1")
    yield "app", rtcp(0, 204, pack(">I4s", SENDER, b"name"))
    yield "xr", xr(reference)
    yield "xr-empty", xr()
    yield "xr-many-blocks", xr(pack(">BBH3I", 5, 0, 3, MEDIA, 1, 2), reference, pack(">BBH4x", 99, 1, 1))
    yield "xr-block-lies", xr(reference[:8])
    yield "xr-wrong-size", xr(pack(">BBHI", 4, 0, 1, 1))
    yield "compound", sr(block()) + cname + nack((7, 3)) + feedback(206, 1, b"") + remb(1, 100000, MEDIA)
    yield "reduced-size", nack((1, 1)) + twcc(5, [1 << 13 | 5], bytes(5))
    yield "padding", rr() + rtcp(0, 201, pack(">I", SENDER), b"\0\0\0\4")
    yield "padding-lies", rtcp(0, 201, pack(">I", SENDER), b"\0\0\0\x40")
    yield "padding-zero", rtcp(0, 201, pack(">I", SENDER), b"\0\0\0\0")
    yield "length-lies", rr()[:2] + b"\xff\xff" + rr()[4:]
    yield "bad-version", b"\x40" + rr()[1:]
    yield "empty", b""


def rtp(payload, extension=None, profile=0xBEDE, csrcs=0, padding=b"", marker=0, kind=96, number=1000, ssrc=MEDIA):
    first = 0x80 | csrcs | (0x10 if extension is not None else 0) | (0x20 if padding else 0)
    head = pack(">BBHII", first, marker << 7 | kind, number, 90000, ssrc) + pack(">I", 1) * csrcs
    if extension is not None:
        extension += bytes(-len(extension) % 4)
        head += pack(">HH", profile, len(extension) // 4) + extension
    return head + payload + padding


def unit(data):
    return pack(">H", len(data)) + data


def rtp_seeds():
    sps, pps, idr = b"\x67\x42\xe0\x1f", b"\x68\xce", b"\x65\x88\x84"
    yield "plain", rtp(b"opus")
    yield "padding", rtp(b"opus", padding=b"\0\0\3", marker=1)
    yield "padding-only", rtp(b"", padding=b"\0" * 19 + b"\x14")
    yield "padding-lies", rtp(b"", padding=b"\xff")
    yield "csrcs", rtp(b"opus", csrcs=15)
    yield "csrcs-truncated", rtp(b"opus", csrcs=15)[:40]
    yield "one-byte", rtp(b"\x90", b"\x10\xaa\x22\1\2\3\0\0\x5f" + bytes(16))
    yield "one-byte-id-15", rtp(b"\x90", b"\x10\xaa\xf0\x20\x30\x01")
    yield "one-byte-id-0", rtp(b"\x90", b"\x10\xaa\x01\x20\x30\x01")
    yield "one-byte-truncated", rtp(b"\x90", b"\x10\xaa\x0f\x3f")
    yield "two-bytes", rtp(b"\x90", b"\1\0\x0f\2ab\0\0\xff\3xyz", profile=0x1000)
    yield "two-bytes-appbits", rtp(b"\x90", b"\2\1z", profile=0x100F)
    yield "two-bytes-truncated", rtp(b"\x90", b"\2\xffz", profile=0x1000)
    yield "other-profile", rtp(b"\x90", b"\x10\xaa", profile=0xABCD)
    yield "extension-lies", rtp(b"\x90", b"\x10\xaa")[:14] + b"\xff\xff"
    yield "h264-sps", rtp(sps)
    yield "h264-pps", rtp(pps)
    yield "h264-idr", rtp(idr)
    yield "h264-slice", rtp(b"\x41\x9a")
    yield "h264-stap-a", rtp(b"\x78" + unit(b"\x09\xf0") + unit(sps) + unit(pps) + unit(idr))
    yield "h264-stap-a-lies", rtp(b"\x78" + unit(b"\x09\xf0") + b"\xff\xff" + sps)
    yield "h264-fu-a-start", rtp(b"\x7c\x85\x88\x84")
    yield "h264-fu-a-middle", rtp(b"\x7c\x05\x88\x84")
    yield "h265-vps", rtp(b"\x40\x01\x0c")
    yield "h265-ap", rtp(b"\x60\x01" + unit(b"\x46\x01\x50") + unit(b"\x42\x01\x01"))
    yield "h265-fu-idr", rtp(b"\x62\x01\x93\xaf")
    yield "h265-cra", rtp(b"\x2a\x01\xaf")
    yield "vp8-key", rtp(b"\x90\xe0\x81\x02\x03\x20\x10\x02\x00\x9d\x01\x2a")
    yield "vp8-delta", rtp(b"\x10\x11\x02")
    yield "vp8-second-partition", rtp(b"\x11\x00")
    yield "vp9-key", rtp(b"\xaa\x81\x02\x00\x05\x18\x02\x80\x01\xe0\x49")
    yield "vp9-flexible", rtp(b"\xb8\x05\x00\x82\x49")
    yield "vp9-delta", rtp(b"\xf8\x05\x20\x02\x82")
    yield "vp9-upper-layer", rtp(b"\xb8\x05\x02\x82")
    yield "rtcp", pack(">BBHI", 0x80, 201, 1, SENDER)
    yield "stun", b"\0\1\0\0\x21\x12\xa4\x42" + bytes(12)
    yield "empty", b""


def arrive(*packets, after=20):
    return b"".join(bytes([after, len(p)]) + p for p in packets)


def element(extension, value, two_bytes=False):
    """Ids as in fuzz-receiver.c."""
    number = ["mid", "abs-send-time", "transport-cc", "playout-delay", "abs-capture-time", "rid", "repaired-rid"].index(extension)
    return (bytes([number + 1, len(value)]) if two_bytes else bytes([(number + 1) << 4 | (len(value) - 1)])) + value


def receiver_seeds():
    def transport(number):
        return element("transport-cc", pack(">H", number & 0xFFFF))

    mid = element("mid", b"1")
    rtx = {"kind": 97, "ssrc": 9}
    media = [rtp(b"media", mid + transport(65500 + i), number=i) for i in range(60)]
    yield "in-order", arrive(*media)
    yield "lost", arrive(*media[::3])
    yield "reordered", arrive(*[media[i ^ 5] for i in range(56)])
    yield "late", arrive(*media[1:50]) + arrive(media[0], after=200) + arrive(media[0], media[50])
    yield "slow", arrive(*media, after=255)
    yield "jumps", arrive(*[rtp(b"media", mid + transport(i * 30000)) for i in range(20)])
    yield "backwards", arrive(*[rtp(b"media", mid + transport(-i * 100), number=100 - i) for i in range(50)])
    yield "by-payload-type", arrive(rtp(b"opus", kind=111, ssrc=1), rtp(b"opus", kind=111, ssrc=1, number=1001))
    yield "no-transport", arrive(*[rtp(b"media", mid, number=n) for n in range(0, 240, 3)])
    yield "two-bytes", arrive(rtp(b"media", element("mid", b"2", True) + element("transport-cc", b"ab", True), 0x1000))
    yield "unknown-mid", arrive(rtp(b"media", element("mid", b"9") + transport(1)))
    yield "moves", arrive(*[rtp(b"media", element("mid", b"12"[i % 2:][:1]), number=i) for i in range(20)])
    yield "ssrcs", arrive(*[rtp(b"media", mid, ssrc=i) for i in range(20)])
    yield "ssrcs-slowly", arrive(*[rtp(b"media", mid, ssrc=i) for i in range(99)], after=255)
    yield "rtx", arrive(media[5], rtp(b"\0\4media", mid, **rtx), rtp(b"\0\4", mid, **rtx), rtp(b"\0", mid, **rtx))
    yield "rtx-csrcs", arrive(media[5], rtp(b"\0\4media", mid, csrcs=15, padding=b"\0\2", marker=1, **rtx))
    yield "rtx-first", arrive(rtp(b"\0\4media", mid, **rtx), media[5])
    yield "rtx-probe", arrive(media[5], rtp(b"", mid + transport(3), padding=bytes(99) + b"\x64", **rtx))
    yield "rids", arrive(rtp(b"media", mid + element("rid", b"hi")), rtp(b"media", mid + element("rid", b"lo"), ssrc=8),
                         rtp(b"\0\4media", mid + element("repaired-rid", b"hi"), **rtx))
    yield "capture", arrive(rtp(b"media", mid + element("abs-capture-time", bytes(range(16)))))
    yield "exchange", arrive(*media[:9]) + b"\0\0\4\0\0" + arrive(*media[9:20]) + b"\0\0\3\0"
    yield "announced", b"\0\0\7\0" + arrive(rtp(b"media", ssrc=7), rtp(b"\0\4media", kind=97, ssrc=8))
    yield "cut", arrive(*media)[:777]
    yield "empty", b""


STAGES = ["new", "connecting", "cookie", "connected", "sending", "receiving", "resetting", "closed"]
RECORDS = ["raw", "chunks", "as-they-are", "mutated", "honest", "send"]


def records(stage, *what):
    """As fuzz-sctp.c reads them: the stage, then (kind, bytes)"""
    return bytes([STAGES.index(stage)]) + b"".join(
        pack(">BH", RECORDS.index(kind), len(data)) + data for kind, data in what)


def chunk(kind, flags, value):
    return pack(">BBH", kind, flags, 4 + len(value)) + value + bytes(-len(value) % 4)


def data_chunk(payload, flags=3, tsn=0, stream=1, sequence=0, ppid=53):
    return chunk(0, flags, pack(">IHHI", tsn & 0xFFFFFFFF, stream, sequence, ppid) + payload)


def sack(tsn, rwnd=65536, gaps=(), duplicates=()):
    return chunk(3, 0, pack(">IIHH", tsn & 0xFFFFFFFF, rwnd, len(gaps), len(duplicates))
                 + b"".join(pack(">HH", *gap) for gap in gaps) + b"".join(pack(">I", tsn) for tsn in duplicates))


def parameter(kind, value):
    return pack(">HH", kind, 4 + len(value)) + value + bytes(-len(value) % 4)


def init(kind=1, tag=7, streams=(8, 8), parameters=b""):
    return chunk(kind, 0, pack(">IIHHI", tag, 65536, *streams, 1000) + parameters)


def sctp_seeds():
    honest = ("honest", bytes(100))
    header = pack(">HHII", 5000, 5000, 1, 0)
    extensions = parameter(0x8008, b"\x82\xc0") + parameter(0xC000, b"")
    for stage in STAGES:
        yield f"nothing-{stage}", records(stage, honest)
        yield f"mutated-{stage}", records(stage, ("mutated", b"\0\0\0\0\1"), honest, ("mutated", b"\xff"), honest)
        yield f"raw-{stage}", records(stage, ("raw", header + data_chunk(b"x")), ("raw", header[:9]), ("raw", b""), honest)
        yield f"abort-{stage}", records(stage, ("chunks", chunk(6, 0, b"")), honest)
        yield f"init-{stage}", records(stage, ("chunks", init(parameters=extensions)), honest)
        yield f"init-ack-{stage}", records(stage, ("chunks", init(2, parameters=parameter(7, bytes(64)))), honest)
        yield f"shutdown-{stage}", records(stage, ("chunks", chunk(7, 0, pack(">I", 0))), honest, ("chunks", chunk(14, 0, b"")))
        yield f"error-{stage}", records(stage, ("chunks", chunk(9, 0, parameter(1, b"\0\1\0\0"))), honest)
    yield "init-no-streams", records("connecting", ("chunks", init(streams=(0, 0))), honest)
    yield "init-no-tag", records("connecting", ("chunks", init(tag=0)), honest)
    yield "init-all-streams", records("connecting", ("chunks", init(streams=(65535, 65535))), honest)
    yield "init-parameter-of-no-length", records("connected", ("chunks", init(parameters=b"\x80\x08\0\0")), honest)
    yield "init-parameter-lies", records("connecting", ("chunks", init(parameters=b"\x80\x08\xff\xff")), honest)
    yield "cookie-echo", records("cookie", ("chunks", chunk(10, 0, bytes(200))), honest)
    yield "cookie-ack", records("cookie", ("chunks", chunk(11, 0, b"")), honest)
    yield "data", records("connected", *[("chunks", data_chunk(b"hello", tsn=i, sequence=i)) for i in range(5)], honest)
    yield "data-unordered", records("connected", *[("chunks", data_chunk(b"hello", 7, tsn=4 - i)) for i in range(5)], honest)
    yield "data-empty", records("connected", ("chunks", data_chunk(b"")), honest)
    yield "data-no-such-stream", records("connected", ("chunks", data_chunk(b"x", stream=8)), honest)
    yield "data-far-ahead", records("connected", ("chunks", data_chunk(b"x", tsn=100000)), honest)
    yield "data-twice", records("connected", ("chunks", data_chunk(b"x") * 3), honest)
    yield "data-gaps", records("connected", *[("chunks", data_chunk(b"x", tsn=2 * i + 1, sequence=2 * i + 1)) for i in range(99)], honest)
    yield "fragments", records("connected", ("chunks", data_chunk(b"a", 2) + data_chunk(b"b", 0, 1) + data_chunk(b"c", 1, 2)), honest)
    yield "fragments-reversed", records("connected", ("chunks", data_chunk(b"c", 1, 2) + data_chunk(b"b", 0, 1) + data_chunk(b"a", 2)))
    yield "fragments-two-begins", records("connected", ("chunks", data_chunk(b"a", 2) + data_chunk(b"b", 2, 1)), honest)
    yield "fragments-other-stream", records("connected", ("chunks", data_chunk(b"a", 2) + data_chunk(b"b", 1, 1, stream=2)), honest)
    yield "fragments-no-begin", records("connected", ("chunks", data_chunk(b"b", 0) + data_chunk(b"c", 1, 1)), honest)
    yield "large", records("connected", *[("chunks", data_chunk(bytes(1000), 2 if i == 0 else 0, i)) for i in range(70)], honest)
    yield "large-cut", records("connected", *[("chunks", data_chunk(bytes(1000), 2 if i == 0 else 0, i)) for i in range(40)],
                               ("chunks", chunk(0xC0, 0, pack(">IHH", 1, 1, 0))), honest)
    yield "forward-tsn", records("connected", ("chunks", chunk(0xC0, 0, pack(">IHH", 5, 1, 3))), ("chunks", data_chunk(b"x", tsn=6)), honest)
    yield "forward-tsn-far", records("connected", ("chunks", chunk(0xC0, 0, pack(">IHH", 90000, 9, 3))), honest)
    yield "sack", records("sending", ("chunks", sack(2)), ("chunks", sack(5, gaps=[(2, 3), (5, 9)])), honest)
    yield "sack-never-sent", records("sending", ("chunks", sack(10000)), honest)
    yield "sack-gaps-lie", records("sending", ("chunks", sack(0, gaps=[(5, 3), (1, 65535), (2, 2)])), honest)
    yield "sack-count-lies", records("sending", ("chunks", chunk(3, 0, pack(">IIHH", 1, 65536, 500, 500))), honest)
    yield "sack-closed-window", records("sending", ("chunks", sack(3, 0)), honest, ("chunks", sack(3, 0)), ("send", bytes(20000)), honest)
    yield "reset-request", records("receiving", honest, ("chunks", chunk(0x82, 0, parameter(13, pack(">IIIH", 0, 0, 0, 1)))), honest)
    yield "reset-all", records("connected", ("chunks", chunk(0x82, 0, parameter(13, pack(">III", 0, 0, 0)))), honest)
    yield "reset-no-such-stream", records("connected", ("chunks", chunk(0x82, 0, parameter(13, pack(">IIIHH", 0, 0, 0, 8, 65535)))), honest)
    yield "reset-incoming", records("connected", ("chunks", chunk(0x82, 0, parameter(14, pack(">IH", 0, 1)))), honest)
    yield "reset-tsn", records("connected", ("chunks", chunk(0x82, 0, parameter(15, pack(">I", 0)))), honest)
    yield "reset-response", records("resetting", honest, *[("chunks", chunk(0x82, 0, parameter(16, pack(">II", 0, i)))) for i in range(7)], honest)
    yield "reset-add-streams", records("connected", ("chunks", chunk(0x82, 0, parameter(17, pack(">IHH", 0, 65535, 0)))), honest)
    yield "reset-add-incoming", records("connected", ("chunks", chunk(0x82, 0, parameter(18, pack(">IHH", 0, 65535, 0)))), honest)
    yield "reset-lies", records("connected", ("chunks", chunk(0x82, 0, b"\0\x0d\xff\xff\0\0")), honest)
    yield "heartbeat", records("connected", ("chunks", chunk(4, 0, parameter(1, bytes(500)))), ("chunks", chunk(5, 0, parameter(1, bytes(40)))))
    yield "heartbeat-lies", records("connected", ("chunks", chunk(4, 0, b"\0\1\xff\xff")), ("chunks", chunk(5, 0, b"")))
    yield "not-ours", records("connected", *[("chunks", chunk(kind, 0, bytes(40))) for kind in (12, 13, 15, 16, 0x40, 0x80, 0x81, 0x84, 0xC1, 0xC2, 0xFF)])
    yield "chunk-lies", records("connected", ("chunks", b"\0\3\xff\xff" + bytes(20)), ("chunks", b"\0\3\0\0" + bytes(20)), ("chunks", b"\0\3\0"))
    yield "many-chunks", records("connected", ("chunks", chunk(4, 0, b"") * 250), ("chunks", chunk(0xFF, 0, b"") * 250), honest)
    yield "sends", records("connected", ("send", b"\1abc"), ("send", b"\2abc"), ("send", b"\7" + bytes(60000)), honest, ("send", b"x"), honest)
    yield "empty", b""


def dcep_open(label=b"label", protocol=b"", kind=0, parameter=0, sizes=None):
    label_size, protocol_size = sizes or (len(label), len(protocol))
    return pack(">BBHIHH", 3, kind, 256, parameter, label_size, protocol_size) + label + protocol


def dcep_seeds():
    yield "open", dcep_open()
    yield "open-protocol", dcep_open(b"file", b"file?name=a%20b&size=5&type=text/plain")
    yield "open-empty", dcep_open(b"")
    yield "open-rexmit", dcep_open(kind=0x81, parameter=3)
    yield "open-timed", dcep_open(kind=0x02, parameter=0xFFFFFFFF)
    yield "open-no-utf8", dcep_open(b"\xff\0\xc3", b"\x80")
    yield "open-unknown-type", dcep_open(kind=0x43)
    yield "open-lies", dcep_open(sizes=(0xFFFF, 0xFFFF))
    yield "open-lies-by-one", dcep_open(sizes=(5, 1))
    yield "open-trailing", dcep_open() + bytes(7)
    yield "open-cut", dcep_open()[:11]
    yield "ack", b"\2"
    yield "unknown", b"\1"
    yield "empty", b""


# Steps as in fuzz-datachannels.c
RESET, RESET_DONE, CREATE, SEND, CLOSE, PAUSE, DELIVER, CONNECT = range(8, 16)
DCEP, STRING, BINARY, STRING_EMPTY, BINARY_EMPTY, UNKNOWN = range(0, 96, 16)
MORE, REMOTE = 1, 0x80


def datachannels_seeds():
    def steps(*all):
        return b"".join(bytes(step) if isinstance(step, tuple) else step for step in all)

    def dcep(stream, message):
        return bytes([DCEP, stream, len(message)]) + message

    connect, update = (CONNECT, 0, 0xFF), (DELIVER, 255, 1)
    incoming = dcep(1, dcep_open())
    yield "open", steps((CREATE, 1, 0), connect, update, dcep(0, b"\2"), (SEND, 1, 9), (SEND, 1, 255), update, update)
    yield "incoming", steps(connect, incoming, (STRING, 1, 5), (BINARY, 1, 255), (STRING_EMPTY, 1, 1), update,
                            (SEND, REMOTE, 5), update)
    yield "negotiated", steps((CREATE, 1, 0x11), (CREATE, 2, 0x11), connect, (STRING, 2, 5), update, (SEND, 1, 8), update)
    yield "parts", steps(connect, incoming, (BINARY | MORE, 1, 255), *[(MORE, 1, 255)] * 9, (BINARY, 1, 9), update)
    yield "too-large", steps(connect, incoming, *[(BINARY | MORE, 1, 255)] * 310, (BINARY, 1, 9), update, update)
    yield "given-up", steps(connect, incoming, (BINARY | MORE, 1, 255), (BINARY, 1, 0), (STRING, 1, 3), update)
    yield "close", steps((CREATE, 1, 0), connect, (SEND, 1, 255), (CLOSE, 1, 0), update, (SEND, 1, 9), update, (RESET, 0, 0),
                         update, (CREATE, 2, 0), update)
    yield "peer-closes", steps(connect, incoming, update, *[(SEND, REMOTE, 255)] * 5, (STRING, 1, 5), (RESET, 1, 0), update,
                               update, update)
    yield "peer-reuses", steps(connect, incoming, update, (CLOSE, REMOTE, 0), (RESET, 1, 0), incoming, update,
                               (RESET_DONE, 1, 0), update)
    yield "paused", steps(connect, incoming, (PAUSE, 0, 1), (STRING, 1, 5), (RESET, 1, 0), update, (PAUSE, 0, 0), update)
    yield "twice", steps(connect, incoming, incoming, update, dcep(0, dcep_open()), update)
    yield "lies", steps(connect, dcep(3, dcep_open(sizes=(99, 99))), update, incoming, dcep(1, b"\7"), update)
    yield "nobody", steps(connect, (STRING, 9, 5), (UNKNOWN, 9, 5), dcep(9, b"\2"), (RESET, 9, 0), (RESET_DONE, 9, 0), update)
    yield "unknown", steps(connect, incoming, (UNKNOWN, 1, 5), update, update)
    yield "few-streams", steps(*[(CREATE, i, 0) for i in range(16)], (CONNECT, 0, 0x03), update)
    yield "no-resets", steps(*[(CREATE, i, 0) for i in range(4)], (CONNECT, 0, 0x0F), (CLOSE, 1, 0), update)
    yield "turns", steps(*[(CREATE, i, 16 * i) for i in range(16)], connect,
                         *[(SEND, i % 16, 199 + i) for i in range(56)], *[(DELIVER, 20, 9)] * 60)
    yield "before", steps((CREATE, 1, 0), (SEND, 1, 5), (CREATE, 2, 0), (SEND, 2, 5), (CLOSE, 2, 0), (CLOSE, 3, 0), connect, update)
    yield "empty", b""


for name, seeds in (("rtcp", rtcp_seeds()), ("rtp", rtp_seeds()), ("receiver", receiver_seeds()), ("sctp", sctp_seeds()),
                    ("dcep", dcep_seeds()), ("datachannels", datachannels_seeds())):
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    for seed, data in seeds:
        (folder / seed).write_bytes(data)
    print(f"{folder}: {len(list(folder.iterdir()))} files")
