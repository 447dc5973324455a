// gst-rtc: what the page has to know of session descriptions
// SPDX-License-Identifier: LGPL-2.1-or-later

const DIRECTION = /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m;

/** The sections of audio and video; sends and receives: as its author says. */
export function sectionsOf(sdp) {
  const [head, ...bodies] = sdp.split(/^(?=m=)/m);
  const common = head.match(DIRECTION)?.[1];
  return bodies.map((body) => {
    const [, kind, port] = body.match(/^m=(\S+) (\d+)/) ?? [];
    const direction = body.match(DIRECTION)?.[1] ?? common ?? "sendrecv";
    const rejected = port === "0" && !/^a=bundle-only/m.test(body); // RFC 8829, section 5.3.1
    return {
      kind,
      mid: body.match(/^a=mid:(\S+)/m)?.[1],
      rejected,
      sends: !rejected && direction.startsWith("send"),
      receives: !rejected && /recv/.test(direction),
    };
  }).filter(({ kind }) => kind === "audio" || kind === "video");
}

/** Another number is another session, not a change of this one (RFC 8829, section 5.2.1). */
export function sessionIdOf(sdp) {
  return sdp.match(/^o=\S+ (\S+)/m)?.[1];
}

/** Without repetitions, and without what only accompanies a codec. */
function listCodecs(names) {
  const auxiliary = /^(rtx|red|ulpfec|flexfec.*|cn|telephone-event)$/i;
  return [...new Set(names.filter((name) => !auxiliary.test(name)))].join(", ");
}

function codecsOffered(sdp, kind) {
  const sections = sdp.split(/^(?=m=)/m).filter((section) => section.startsWith(`m=${kind}`));
  return listCodecs([...sections.join("").matchAll(/^a=rtpmap:\d+ ([^/\r\n]+)/gm)].map((match) => match[1]));
}

/** Why nothing came of an offer, in words; empty if something did. */
export function whyIncompatible(offer, answer) {
  const sections = sectionsOf(answer);
  if (sections.length === 0 || sections.some(({ rejected }) => !rejected)) {
    return "";
  }
  const { kind } = sections.find((section) => section.kind === "video") ?? sections[0];
  const sends = sectionsOf(offer).some((section) => section.kind === kind && section.sends);
  const side = sends ? RTCRtpReceiver : RTCRtpSender;
  const ours = listCodecs((side.getCapabilities?.(kind)?.codecs ?? []).map(({ mimeType }) => mimeType.split("/")[1]));
  return sends ? `No codec in common: the stream is ${codecsOffered(offer, kind)}, this browser plays ${ours}.`
    : `No codec in common: ${codecsOffered(offer, kind)} is wanted, this browser sends ${ours}.`;
}
