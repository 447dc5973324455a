// gst-rtc: figures about connections
// SPDX-License-Identifier: LGPL-2.1-or-later

/** What happened between two reports of one stream. */
function difference(now, before, name) {
  return (now[name] ?? 0) - (before?.[name] ?? 0);
}

function ratio(part, whole) {
  return whole > 0 ? part / whole : NaN;
}

/** What both directions have. */
function describe(report, now, before, bytes) {
  const seconds = (now.timestamp - (before?.timestamp ?? now.timestamp)) / 1000;
  return {
    kind: now.kind,
    codec: report.get(now.codecId)?.mimeType.split("/")[1] ?? "",
    width: now.frameWidth,
    height: now.frameHeight,
    frameRate: now.framesPerSecond,
    bytes: now[bytes] ?? 0,
    bitrate: before ? ratio(8 * difference(now, before, bytes), seconds) : NaN,
  };
}

function describeReceived(report, now, before) {
  const lost = difference(now, before, "packetsLost");
  const buffered = difference(now, before, "jitterBufferDelay");
  return {
    ...describe(report, now, before, "bytesReceived"),
    isSent: false,
    loss: ratio(lost, lost + difference(now, before, "packetsReceived")),
    delay: ratio(buffered, difference(now, before, "jitterBufferEmittedCount")),
  };
}

/** Loss is what the other side reports. */
function describeSent(report, now, before) {
  const remote = report.get(now.remoteId)
    ?? [...report.values()].find(({ type, localId }) => type === "remote-inbound-rtp" && localId === now.id);
  return {
    ...describe(report, now, before, "bytesSent"),
    isSent: true,
    loss: remote?.fractionLost ?? NaN,
    limit: now.qualityLimitationReason ?? "none",
    roundTrip: remote?.roundTripTime ?? NaN,
  };
}

/** Chromium names the selected pair in the transport, Firefox marks the pair. */
function findPair(report) {
  const entries = [...report.values()];
  const id = entries.find((entry) => entry.type === "transport" && entry.selectedCandidatePairId)
    ?.selectedCandidatePairId;
  return report.get(id) ?? entries.find((entry) => entry.type === "candidate-pair" && entry.selected);
}

function describeCandidate(candidate) {
  if (!candidate) {
    return "?";
  }
  const address = candidate.address ?? candidate.ip;
  const isHidden = !address || address.endsWith(".local"); // mDNS: the browser does not tell pages
  return !isHidden ? `${candidate.candidateType} ${address}` : candidate.candidateType;
}

function sum(streams, name) {
  return streams.reduce((total, stream) => total + (stream[name] || 0), 0);
}

/** Turns the reports of one RTCPeerConnection after the other into rates. */
class Sampler {
  #before = new Map();

  async sample(pc) {
    const report = await pc.getStats();
    const entries = [...report.values()];
    const received = entries.filter(({ type }) => type === "inbound-rtp");
    const sent = entries.filter(({ type, bytesSent, active }) => type === "outbound-rtp" && bytesSent > 0 && active !== false);
    const streams = [
      ...received.map((entry) => describeReceived(report, entry, this.#before.get(entry.id))),
      ...sent.map((entry) => describeSent(report, entry, this.#before.get(entry.id))),
    ];
    this.#before = new Map([...received, ...sent].map((entry) => [entry.id, entry]));
    const pair = findPair(report);
    return {
      streams,
      roundTrip: pair?.currentRoundTripTime ?? streams.find(({ roundTrip }) => roundTrip > 0)?.roundTrip ?? NaN,
      protocol: report.get(pair?.localCandidateId)?.protocol ?? "",
      local: describeCandidate(report.get(pair?.localCandidateId)),
      remote: describeCandidate(report.get(pair?.remoteCandidateId)),
    };
  }
}

/** All connections of the page. */
export class Samplers {
  #samplers = new WeakMap();

  /**
   * @param {{name: string, pc: RTCPeerConnection}[]} peers
   * @returns {Promise<object|null>} the figures of the last second; null if there is no connection
   */
  async sample(peers) {
    if (peers.length === 0) {
      return null;
    }
    const members = await Promise.all(peers.map(async ({ name, pc }) => ({ name, ...await this.#of(pc).sample(pc) })));
    const streams = members.flatMap((member) => member.streams);
    const received = streams.filter(({ isSent }) => !isSent);
    const delay = received.find(({ kind }) => kind === "video")?.delay ?? received[0]?.delay;
    return {
      members,
      bytes: sum(received, "bytes"),
      bitrate: sum(streams, "bitrate"),
      isRoundTrip: delay === undefined,
      delay: delay ?? members[0].roundTrip,
    };
  }

  #of(pc) {
    if (!this.#samplers.has(pc)) {
      this.#samplers.set(pc, new Sampler());
    }
    return this.#samplers.get(pc);
  }
}
