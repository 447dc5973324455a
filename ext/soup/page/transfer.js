// gst-rtc: files on their way, each by a data channel of its own
// SPDX-License-Identifier: LGPL-2.1-or-later
import { Sha256 } from "./sha256.js";

const PREFIX = "file?";
const MESSAGE_SIZE = 64 * 1024; // bytes; every peer takes as much (RFC 8841, section 6.1)
const BLOCK_SIZE = 1024 * 1024; // read from a file at once
const MOST_BUFFERED = 1024 * 1024; // in the channel, until the next message waits
const LEAST_BUFFERED = 256 * 1024; // in the channel, when it goes on
const COMPACT_SIZE = 16 * 1024 * 1024; // received bytes, until the browser may put them on disk
const LONGEST_NAME = 200;
const REPORT_INTERVAL = 100; // milliseconds from one "change" to the next while bytes flow

const REFUSED = "The other side took no more of it.";

export const Stage = Object.freeze({
  WAITING: "waiting",
  MOVING: "moving",
  DONE: "done",
  FAILED: "failed", // detail: why
  CANCELLED: "cancelled",
});

/** Whether a channel that the other side opened brings a file. */
export function bringsFile({ label, protocol }) {
  return protocol.startsWith(PREFIX) || (label === "file" && protocol === "");
}

function protocolOf({ name, size, type }) {
  return PREFIX + Object.entries({ name, size, type }).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
}

/** What the other side says of its file; its name is to be shown and to be saved under, and nothing else. */
function describe(protocol) {
  const words = new URLSearchParams(protocol.slice(PREFIX.length));
  const name = (words.get("name") ?? "").split(/[/\\]/).at(-1).replace(/[\p{Cc}\p{Cf}]/gu, "").slice(0, LONGEST_NAME);
  const size = words.get("size") ?? "";
  return { name: name.trim() || "file", size: /^\d{1,15}$/.test(size) ? Number(size) : NaN };
}

export function sizeInWords(bytes) {
  if (bytes === 1) {
    return "1 byte";
  }
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${units[power]}`;
}

function explain({ name, message }) {
  switch (name) {
    case "NotReadableError":
    case "NotFoundError":
      return "This file cannot be read: it was changed, it is gone, or it is a folder.";
    case "InvalidStateError":
      return REFUSED;
    default:
      return message;
  }
}

/** Events: "change". */
class Transfer extends EventTarget {
  #stage = Stage.WAITING;
  #reportTimer = 0;
  #settle;
  detail = "";
  sha256 = "";
  bytes = 0;
  began = NaN;
  ended = NaN;

  /** @param {number} size NaN if it is not known */
  constructor(peer, name, size, isSent) {
    super();
    this.peerName = peer.name;
    this.name = name;
    this.size = size;
    this.isSent = isSent;
    /** When it has come to an end, whichever. */
    this.settled = new Promise((resolve) => (this.#settle = resolve));
    peer.keepFor(this.settled);
  }

  get stage() {
    return this.#stage;
  }

  get isOver() {
    return [Stage.DONE, Stage.FAILED, Stage.CANCELLED].includes(this.#stage);
  }

  enter(stage, detail = "") {
    if (this.isOver) {
      return;
    }
    this.#stage = stage;
    this.detail = detail;
    if (stage === Stage.MOVING) {
      this.began = performance.now();
    } else if (this.isOver) {
      this.ended = performance.now();
      this.#settle();
    }
    this.dispatchEvent(new Event("change"));
  }

  /** Nobody sees more than some changes in a second. */
  report(bytes) {
    this.bytes = bytes;
    this.#reportTimer ||= setTimeout(() => {
      this.#reportTimer = 0;
      this.dispatchEvent(new Event("change"));
    }, REPORT_INTERVAL);
  }
}

/** The other side closes the channel after the last byte; its size says whether that was all. */
export class IncomingFile extends Transfer {
  #channel;
  #hash = new Sha256();
  #parts = []; // of the blob
  #fresh = []; // that came after those
  #freshBytes = 0;

  constructor(peer, channel) {
    const { name, size } = describe(channel.protocol);
    super(peer, name, size, false);
    this.#channel = channel;
    channel.binaryType = "arraybuffer";
    channel.onmessage = ({ data }) => this.#take(data);
    channel.onclose = () => this.#end(Number.isNaN(size) ? peer.isConnected : this.bytes === size);
    peer.addEventListener("closed", () => this.#end(this.bytes === size));
    this.enter(Stage.MOVING);
  }

  /** To be saved, and never to be shown as what it says that it is: it would be a page of this server. */
  get blob() {
    return new Blob(this.#parts, { type: "application/octet-stream" });
  }

  cancel() {
    this.enter(Stage.CANCELLED);
    this.#drop();
  }

  #take(data) {
    if (this.isOver) {
      return;
    }
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data);
    if (this.bytes + bytes.length > this.size) {
      this.#fail(`More came than the ${sizeInWords(this.size)} that were announced.`);
      return;
    }
    this.#hash.update(bytes);
    this.#keep(bytes);
    this.report(this.bytes + bytes.length);
  }

  #keep(bytes) {
    this.#fresh.push(bytes);
    this.#freshBytes += bytes.length;
    if (this.#freshBytes >= COMPACT_SIZE) {
      this.#compact();
    }
  }

  #compact() {
    this.#parts.push(new Blob(this.#fresh));
    this.#fresh = [];
    this.#freshBytes = 0;
  }

  #end(isWhole) {
    if (this.isOver) {
      return;
    }
    if (isWhole) {
      this.#compact();
      this.sha256 = this.#hash.digest();
      this.enter(Stage.DONE);
    } else {
      this.#fail(Number.isNaN(this.size) ? `The connection ended after ${sizeInWords(this.bytes)}.`
        : `Only ${sizeInWords(this.bytes)} of ${sizeInWords(this.size)} came.`);
    }
  }

  #fail(why) {
    this.enter(Stage.FAILED, why);
    this.#drop();
  }

  #drop() {
    this.#parts = [];
    this.#fresh = [];
    this.#channel.close();
  }
}

export class OutgoingFile extends Transfer {
  #peer;
  #file;
  #channel = null;
  #broken; // a promise that only ever fails: the channel closed, or the peer went
  #isComplete = false;

  constructor(peer, file) {
    super(peer, file.name, file.size, true);
    this.#peer = peer;
    this.#file = file;
  }

  async start() {
    if (this.isOver) {
      return;
    }
    this.enter(Stage.MOVING);
    try {
      await this.#send();
      this.enter(Stage.DONE);
    } catch (error) {
      this.enter(Stage.FAILED, explain(error));
      this.#channel?.close();
    }
  }

  cancel() {
    this.enter(Stage.CANCELLED);
    this.#channel?.close();
  }

  async #send() {
    const channel = this.#open();
    const closed = new Promise((resolve) => channel.addEventListener("close", resolve));
    await this.#next("open");
    await this.#sendContent();
    // Not before the last byte has left: some browsers drop what a closing channel still holds.
    await this.#drain(0);
    this.#isComplete = true;
    channel.close();
    await Promise.race([closed, this.#broken]);
    this.bytes = this.size;
  }

  #open() {
    const channel = this.#peer.openChannel("file", { protocol: protocolOf(this.#file) });
    this.#channel = channel;
    this.#broken = new Promise((_, reject) => {
      channel.addEventListener("close", () => this.#isComplete || reject(new Error(REFUSED)));
      this.#peer.addEventListener("closed", () => reject(new Error("The connection ended before all of it was there.")));
    });
    this.#broken.catch(() => {}); // whoever waits gets it
    return channel;
  }

  async #sendContent() {
    const hash = new Sha256();
    const messageSize = Math.min(MESSAGE_SIZE, this.#peer.maxMessageSize);
    for (let offset = 0; offset < this.size; offset += BLOCK_SIZE) {
      const block = new Uint8Array(await this.#file.slice(offset, offset + BLOCK_SIZE).arrayBuffer());
      hash.update(block);
      for (let start = 0; start < block.length; start += messageSize) {
        await this.#makeRoom();
        this.#channel.send(block.subarray(start, start + messageSize));
        this.report(offset + Math.min(start + messageSize, block.length) - this.#channel.bufferedAmount);
      }
    }
    this.sha256 = hash.digest();
  }

  async #makeRoom() {
    if (this.#channel.bufferedAmount > MOST_BUFFERED) {
      await this.#drain(LEAST_BUFFERED);
    }
  }

  async #drain(most) {
    this.#channel.bufferedAmountLowThreshold = most;
    while (this.#channel.bufferedAmount > most) {
      await this.#next("bufferedamountlow");
    }
  }

  #next(name) {
    const event = new Promise((resolve) => this.#channel.addEventListener(name, resolve, { once: true }));
    return Promise.race([event, this.#broken]);
  }
}
