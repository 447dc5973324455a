// gst-rtc: the page's connection to the signaling server, and to those who are there
// SPDX-License-Identifier: LGPL-2.1-or-later
import { Peer } from "./peer.js";

/** What a Session can be in; `detail` says more where that helps. */
export const State = Object.freeze({
  CONNECTING: "connecting",
  WAITING: "waiting", // logged in, but nothing is sent
  LIVE: "live",
  UNREACHABLE: "unreachable", // no server; tries again by itself
  REFUSED: "refused", // the server or the other side does not want us; tries again by itself
  ENDED: "ended", // the other side said goodbye; tries again by itself
  BROKEN: "broken", // the media found no way or lost it; tries again by itself
  INCOMPATIBLE: "incompatible", // no codec in common, or no WebRTC: trying again is pointless
});

// Milliseconds
const PATIENCE = 3000; // without an offer or without data, until we say that nothing comes
const FIRST_DELAY = 500;
const LONGEST_DELAY = 15000;
const DELAY_AFTER_GOODBYE = 4000;

const MAX_EARLY = 64; // candidates

function makeInstance() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Logs in, keeps one Peer for each member that makes an offer, and keeps trying. Media outlives the socket. Events: "state",
 * "media" (something about the peers has changed), "channel" (detail: {peer, channel}: opened by the other side) and "reset" when
 * every peer is gone.
 */
export class Session extends EventTarget {
  #url;
  #login;
  #socket = null;
  #name; // that the server has given us
  #instance = makeInstance(); // the life of our connections: with it a new socket takes them over
  #peers = new Map(); // by name
  #early = []; // candidates that came before the offer
  #sources = [];
  #state = State.CONNECTING;
  #detail = "";
  #iceServers = [];
  #attempts = 0;
  #retryTimer = 0;
  #patienceTimer = 0;
  #bytes = 0;
  #bytesChanged = 0;

  /** @param {{name?: string, room?: string, token?: string}} login */
  constructor(url, login) {
    super();
    this.#url = url;
    this.#login = login;
  }

  get state() {
    return this.#state;
  }

  get detail() {
    return this.#detail;
  }

  get peers() {
    return [...this.#peers.values()];
  }

  get room() {
    return this.#login.room;
  }

  /** Whether somebody sends. */
  get gives() {
    return this.peers.some((peer) => peer.gives);
  }

  /** Those that can be sent files and messages. */
  get dataPeers() {
    return this.peers.filter((peer) => peer.hasData);
  }

  takes(kind) {
    return this.peers.some((peer) => peer.takes(kind));
  }

  start() {
    this.stop();
    if (!("RTCPeerConnection" in window)) {
      this.#enter(State.INCOMPATIBLE, "This browser has no WebRTC, or it is switched off.");
      return;
    }
    if (this.#attempts === 0) {
      this.#enter(State.CONNECTING);
    }
    this.#open();
  }

  /** Closes the socket at once, so that the server knows. */
  stop() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#patienceTimer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.#dropMedia();
  }

  retry() {
    this.#attempts = 0;
    this.start();
  }

  /** What everybody gets who takes it: see Peer.setSources(). */
  setSources(sources) {
    this.#sources = sources;
    this.peers.forEach((peer) => peer.setSources(sources));
  }

  /** To be called when pictures or sound come out. */
  notePlaying() {
    clearTimeout(this.#patienceTimer);
    this.#attempts = 0;
    this.#bytesChanged = performance.now();
    this.#enter(State.LIVE);
  }

  /** To be called every second with the bytes received so far: silence is the first sign of a broken path. */
  noteBytes(bytes) {
    const now = performance.now();
    const isConnected = this.peers.some((peer) => peer.isConnected);
    if (bytes !== this.#bytes || (isConnected && !this.gives)) {
      this.#bytes = bytes;
      this.#bytesChanged = now;
      if (this.#state === State.WAITING && isConnected) {
        this.#enter(State.LIVE);
      }
    } else if (this.#state === State.LIVE && now - this.#bytesChanged > PATIENCE) {
      if (this.#socket === null) {
        this.#giveUp(State.BROKEN, "");
      } else {
        this.#enter(State.WAITING);
      }
    }
  }

  #enter(state, detail = "") {
    if (state === this.#state && detail === this.#detail) {
      return;
    }
    this.#state = state;
    this.#detail = detail;
    this.dispatchEvent(new Event("state"));
  }

  /** Ends this attempt and begins another after a while: twice as long each time, and never all viewers at once. */
  #giveUp(state, detail, shortest = FIRST_DELAY) {
    this.stop();
    this.#enter(state, detail);
    this.#later(shortest, () => this.start());
  }

  #later(shortest, action) {
    const delay = Math.min(shortest * 2 ** this.#attempts, LONGEST_DELAY) * (0.5 + Math.random());
    this.#attempts += 1;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(action, delay);
  }

  #bePatient() {
    clearTimeout(this.#patienceTimer);
    this.#patienceTimer = setTimeout(() => this.#enter(State.WAITING), PATIENCE);
  }

  #dropMedia() {
    const peers = this.peers;
    this.#peers.clear();
    this.#early = [];
    this.#instance = makeInstance();
    this.#bytes = 0;
    peers.forEach((peer) => peer.close());
    this.dispatchEvent(new Event("reset"));
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(message));
    }
  }

  #open() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    const name = this.#peers.size > 0 ? this.#name : this.#login.name;
    socket.onopen = () =>
      this.#send({ type: "login", ...this.#login, name, instance: this.#instance, role: "viewer" });
    socket.onmessage = ({ data }) => socket === this.#socket && this.#receive(data);
    socket.onclose = ({ reason }) => socket === this.#socket && this.#socketClosed(reason);
  }

  /** Media needs no signaling once it flows: it goes on, and noteBytes() sees when it stops. */
  #socketClosed(reason) {
    this.#socket = null;
    if (this.#state === State.LIVE) {
      this.#later(FIRST_DELAY, () => this.#open());
    } else {
      this.#giveUp(State.UNREACHABLE, reason);
    }
  }

  /** An unparsable frame or an unknown type is ignored. */
  #receive(data) {
    let message;
    try {
      message = JSON.parse(data);
    } catch {
      return;
    }
    const handlers = {
      login: this.#onLogin,
      offer: this.#onOffer,
      answer: this.#onAnswer,
      candidate: this.#onCandidate,
      leave: this.#onLeave,
      error: this.#onError,
    };
    if (Object.hasOwn(handlers, message?.type)) {
      handlers[message.type].call(this, message);
    }
  }

  #onLogin({ success, name, iceServers, message }) {
    if (!success) {
      this.#giveUp(State.REFUSED, message ?? "", DELAY_AFTER_GOODBYE);
      return;
    }
    this.#name = name;
    this.#iceServers = iceServers ?? [];
    if (this.#state !== State.LIVE) {
      this.#bePatient();
    }
  }

  #onOffer(message) {
    const known = this.#peers.get(message.name);
    if (known?.isOf(message.instance, message.offer.sdp)) {
      known.receive(message);
      return;
    }
    if (known) {
      this.#removePeer(known);
    }
    this.#addPeer(message);
  }

  #onAnswer(message) {
    this.#peers.get(message.name)?.receive(message);
  }

  /** May come before the offer. */
  #onCandidate(message) {
    const peer = this.#peers.get(message.name);
    if (peer) {
      peer.receive(message);
    } else if (this.#early.length < MAX_EARLY) {
      this.#early.push(message);
    }
  }

  #addPeer(offer) {
    const { name } = offer;
    const peer = new Peer(offer, this.#iceServers, (message) => this.#send({ ...message, name }));
    this.#peers.set(name, peer);
    peer.addEventListener("change", () => this.#peerChanged(peer));
    peer.addEventListener("channel", ({ detail: channel }) =>
      this.dispatchEvent(new CustomEvent("channel", { detail: { peer, channel } })));
    peer.addEventListener("lost", ({ detail }) => this.#peerLost(peer, State.BROKEN, detail));
    peer.addEventListener("incompatible", ({ detail }) => this.#peerIncompatible(peer, detail));
    peer.setSources(this.#sources);
    this.#early.filter((message) => message.name === name).forEach((message) => peer.receive(message));
    this.#early = this.#early.filter((message) => message.name !== name);
    clearTimeout(this.#patienceTimer);
  }

  #removePeer(peer) {
    this.#peers.delete(peer.name);
    peer.close();
  }

  /** The others go on; the last one takes everything along. */
  #peerLost(peer, state, detail, delay) {
    if (this.#peers.get(peer.name) !== peer) {
      return;
    }
    if (this.#peers.size === 1) {
      this.#giveUp(state, detail, delay);
    } else {
      this.#dismiss(peer);
    }
  }

  #peerIncompatible(peer, why) {
    if (this.#peers.size > 1) {
      this.#dismiss(peer);
    } else {
      this.stop();
      this.#enter(State.INCOMPATIBLE, why);
    }
  }

  #dismiss(peer) {
    this.#send({ type: "leave", name: peer.name });
    this.#removePeer(peer);
    this.dispatchEvent(new Event("media"));
  }

  #peerChanged(peer) {
    if (this.#peers.get(peer.name) !== peer) {
      return;
    }
    if (peer.isConnected && this.#state !== State.LIVE) {
      this.gives ? this.#bePatient() : this.notePlaying();
    }
    this.dispatchEvent(new Event("media"));
  }

  /** Who is lost has a broken socket, and may well be heard and seen still. */
  #onLeave({ name, lost, message }) {
    const peer = this.#peers.get(name);
    if (lost && (name === undefined || peer?.isConnected)) {
      return;
    }
    if (peer) {
      this.#peerLost(peer, State.ENDED, message ?? "", DELAY_AFTER_GOODBYE);
    } else if (this.#peers.size === 0 || name === undefined) {
      this.#giveUp(this.#peers.size === 0 ? State.REFUSED : State.ENDED, message ?? "", DELAY_AFTER_GOODBYE);
    }
  }

  #onError({ message }) {
    console.warn("The server says:", message);
  }
}
