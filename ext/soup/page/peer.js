// gst-rtc: the media connection to one other member
// SPDX-License-Identifier: LGPL-2.1-or-later
import { sectionsOf, sessionIdOf, whyIncompatible } from "./sdp.js";

// Milliseconds
const CONNECT_TIME = 20000; // from an offer to media; the other side gives up after 15 s
const LINGER_TIME = 2000; // for what is on its way when the other side says goodbye

/**
 * The other side makes the first offer; after that both may, and where offers cross, theirs wins: the page is
 * the polite side of a perfect negotiation (W3C webrtc, section 10.7).
 *
 * Events: "change" (of tracks, of what is taken, of the connection), "channel" (detail: one that the other side has opened),
 * "incompatible" (detail: why), "lost" (detail: why) and "closed" (the last one).
 */
export class Peer extends EventTarget {
  #pc;
  #send;
  #instance; // of the other side
  #sessionId;
  #work = Promise.resolve(); // one thing after the other
  #sources = []; // what we want to send
  #senders = new Map(); // id of a source to the RTCRtpTransceiver that sends it
  #taken = new Set(); // mids of the sections the other side receives with
  #given = new Set(); // mids of those it sends with
  #unfinished = new Set(); // promises of keepFor()
  #timer = 0;

  /** @param {{name, instance, offer}} message the first offer */
  constructor(message, iceServers, send) {
    super();
    this.name = message.name;
    this.#instance = message.instance;
    this.#sessionId = sessionIdOf(message.offer.sdp);
    this.#send = send;
    this.#pc = this.#createConnection(iceServers);
    this.#timer = setTimeout(() => this.#lose(""), CONNECT_TIME);
    this.receive(message);
  }

  get pc() {
    return this.#pc;
  }

  get isConnected() {
    return this.#pc.connectionState === "connected";
  }

  /** What comes, in the order of the sections. */
  get tracks() {
    return this.#pc.getTransceivers().filter(({ currentDirection }) => /recv/.test(currentDirection))
      .map(({ receiver }) => receiver.track);
  }

  /** Whether the other side sends anything. */
  get gives() {
    return this.#given.size > 0;
  }

  /** Whether channels can be opened. */
  get hasData() {
    return this.isConnected && Boolean(this.#pc.sctp);
  }

  /** Of one message, in bytes. */
  get maxMessageSize() {
    return this.#pc.sctp.maxMessageSize;
  }

  openChannel(label, options) {
    return this.#pc.createDataChannel(label, options);
  }

  takes(kind) {
    return this.#pc.getTransceivers().some((one) => this.#taken.has(one.mid) && one.receiver.track.kind === kind);
  }

  /** Whether an offer is about this session, and not the first of another one. */
  isOf(instance, sdp) {
    return instance === this.#instance && this.#sessionId === sessionIdOf(sdp);
  }

  /** @param {{id: string, track: MediaStreamTrack, stream: MediaStream}[]} sources all that is to be sent from now on */
  setSources(sources) {
    this.#sources = sources;
    this.#enqueue(() => this.#assign());
  }

  /** A message of theirs, in the order of arrival. */
  receive(message) {
    const handlers = { offer: this.#onOffer, answer: this.#onAnswer, candidate: this.#onCandidate };
    this.#enqueue(() => handlers[message.type].call(this, message));
  }

  /** The end waits a moment for what has begun, such as a file whose last bytes are overtaken by a goodbye. */
  keepFor(promise) {
    this.#unfinished.add(promise);
    promise.then(() => this.#unfinished.delete(promise));
  }

  close() {
    clearTimeout(this.#timer);
    this.#pc.onicecandidate = null;
    if (this.#unfinished.size === 0) {
      this.#closeNow();
    } else {
      const tooLate = new Promise((resolve) => setTimeout(resolve, LINGER_TIME));
      Promise.race([Promise.all(this.#unfinished), tooLate]).then(() => this.#closeNow());
    }
  }

  #closeNow() {
    this.#pc.close();
    this.dispatchEvent(new Event("closed"));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  #lose(why) {
    if (this.#pc.signalingState !== "closed") {
      this.dispatchEvent(new CustomEvent("lost", { detail: why }));
    }
  }

  #enqueue(job) {
    this.#work = this.#work.then(() => this.#pc.signalingState === "closed" || job()).catch((error) => {
      if (this.#pc.signalingState !== "closed") {
        console.error(error);
        this.#send({ type: "error", message: String(error) });
        this.#lose(String(error));
      }
    });
  }

  #createConnection(iceServers) {
    const pc = new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
    pc.onicecandidate = ({ candidate }) =>
      this.#send({ type: "candidate", candidate: candidate?.toJSON() ?? { candidate: "" } });
    pc.onnegotiationneeded = () => this.#enqueue(() => this.#offer());
    pc.ondatachannel = ({ channel }) => this.dispatchEvent(new CustomEvent("channel", { detail: channel }));
    pc.onconnectionstatechange = () => this.#connectionChanged(pc.connectionState);
    return pc;
  }

  #connectionChanged(state) {
    if (state === "connected") {
      clearTimeout(this.#timer);
      this.#watchTransport();
    } else if (state === "failed") {
      this.#lose("");
    }
    this.#changed();
  }

  /** A goodbye on the media path: the one that reaches us when signaling is gone. */
  #watchTransport() {
    const transport = this.#pc.getTransceivers().map(({ receiver }) => receiver.transport).find(Boolean)
      ?? this.#pc.sctp?.transport;
    if (transport) {
      transport.onstatechange = () => transport.state === "closed" && this.#lose("");
    }
  }

  async #describe() {
    await this.#pc.setLocalDescription();
    const { type, sdp } = this.#pc.localDescription;
    this.#send({ type, [type]: { type, sdp } });
    return sdp;
  }

  async #offer() {
    if (this.#pc.signalingState === "stable") { // the event comes again when it is
      await this.#describe();
    }
  }

  async #onOffer({ offer }) {
    await this.#pc.setRemoteDescription(offer);
    const sections = sectionsOf(offer.sdp);
    this.#taken = new Set(sections.filter(({ receives }) => receives).map(({ mid }) => mid));
    this.#given = new Set(sections.filter(({ sends }) => sends).map(({ mid }) => mid));
    await this.#assign();
    const answer = await this.#describe();
    this.#changed();
    const why = whyIncompatible(offer.sdp, answer);
    if (why) {
      this.dispatchEvent(new CustomEvent("incompatible", { detail: why }));
    }
  }

  async #onAnswer({ answer }) {
    if (this.#pc.signalingState !== "have-local-offer") {
      console.warn("Ignored an answer to an offer that was taken back");
      return;
    }
    await this.#pc.setRemoteDescription(answer);
    for (const { mid, sends, receives } of sectionsOf(answer.sdp)) {
      sends ? this.#given.add(mid) : this.#given.delete(mid);
      receives && this.#taken.add(mid);
    }
    this.#changed();
  }

  /** Before the first description there is nothing to send in; sections of theirs come first, more are added. */
  async #assign() {
    const wanted = new Map(this.#sources.map((source) => [source.id, source]));
    for (const [id, transceiver] of this.#senders) {
      if (!wanted.has(id) || transceiver.currentDirection === "stopped") {
        this.#senders.delete(id);
        await this.#release(transceiver);
      }
    }
    for (const source of this.#sources) {
      await this.#begin(source);
    }
    this.#changed();
  }

  async #begin({ id, track, stream }) {
    const transceiver = this.#senders.get(id) ?? this.#findSection(track.kind);
    if (!transceiver || (this.#senders.has(id) && transceiver.sender.track === track)) {
      return;
    }
    await transceiver.sender.replaceTrack(track);
    if (!this.#senders.has(id)) {
      this.#senders.set(id, transceiver);
      transceiver.sender.setStreams?.(stream);
      transceiver.direction = /recv/.test(transceiver.direction) ? "sendrecv" : "sendonly";
    }
  }

  #findSection(kind) {
    const busy = new Set(this.#senders.values());
    const free = this.#pc.getTransceivers().find((one) => one.receiver.track.kind === kind && !busy.has(one)
      && one.currentDirection !== "stopped" && (this.#taken.has(one.mid) || one.mid === null));
    return free ?? (this.takes(kind) ? this.#pc.addTransceiver(kind, { direction: "inactive" }) : undefined);
  }

  async #release(transceiver) {
    if (transceiver.currentDirection !== "stopped") {
      transceiver.direction = /recv/.test(transceiver.direction) ? "recvonly" : "inactive";
      await transceiver.sender.replaceTrack(null);
    }
  }

  /** One that cannot be used is no reason to give up the others. */
  async #onCandidate({ candidate }) {
    try {
      await this.#pc.addIceCandidate(candidate);
    } catch (error) {
      console.warn("Ignored a candidate:", candidate, error);
    }
  }
}
