// gst-rtc: the page: plays what comes, shares what is wanted
// SPDX-License-Identifier: LGPL-2.1-or-later
import { Capture } from "./capture.js";
import { Data } from "./data.js";
import { Panels } from "./panels.js";
import { Samplers } from "./sampler.js";
import { Screens } from "./screens.js";
import { Session, State } from "./session.js";
import { Mode, Share } from "./share.js";
import { Figures } from "./stats.js";

const started = performance.now();
const SAMPLE_INTERVAL = 1000; // milliseconds
const QUIET_AFTER = 3000; // milliseconds without a movement, until the controls fade

const $ = (id) => document.getElementById(id);

const RETRIES = "This page keeps trying.";

function asSentence(text) {
  return text.replace(/[^.!?]$/, "$&.");
}

/** Than what the page says anyway */
function saysMore(detail) {
  return detail !== "" && !/^the stream has ended\.?$/i.test(detail);
}

/** What is the matter, and what to do. */
const WORDS = {
  [State.CONNECTING]: () => ["Connecting…", ""],
  [State.WAITING]: () => ["The camera is not sending",
    "The server answers, but no picture comes. It appears here as soon as the camera sends."],
  [State.LIVE]: () => ["", ""],
  [State.UNREACHABLE]: (detail) => ["The server does not answer",
    detail || "Is the program that sends the stream still running? This page keeps trying."],
  [State.REFUSED]: (detail) => ["Not now", `${asSentence(detail || "The other side does not take this page")} ${RETRIES}`],
  [State.ENDED]: (detail) => ["The stream has ended",
    saysMore(detail) ? `${asSentence(detail)} ${RETRIES}` : "It plays again here as soon as it is back."],
  [State.BROKEN]: (detail) => ["The connection was lost", detail ||
    "No media gets through. This page keeps trying; if that does not help, a firewall may block UDP: " +
    "the sender can offer a TURN server."],
  [State.INCOMPATIBLE]: (detail) => ["This browser cannot play the stream",
    `${detail} Try another browser, or let the sender offer another codec.`],
};

/** Where something else is to be said to those who share. */
const PUBLISHER_WORDS = {
  ...WORDS,
  [State.UNREACHABLE]: (detail) => ["The server does not answer",
    detail || `Is the program that serves this page still running? ${RETRIES}`],
  [State.WAITING]: () => ["The connection is interrupted", "What you share does not get through at the moment."],
  [State.ENDED]: (detail) => ["The other side has gone",
    `${detail ? `${asSentence(detail)} ` : ""}What you share goes on as soon as it is back.`],
};

/** Where there are neither pictures nor sound. */
const DATA_WORDS = {
  ...WORDS,
  [State.UNREACHABLE]: PUBLISHER_WORDS[State.UNREACHABLE],
  [State.WAITING]: () => ["Nobody is here at the moment", "You are connected as soon as somebody comes back."],
  [State.ENDED]: (detail) => ["The other side has gone",
    `${saysMore(detail) ? `${asSentence(detail)} ` : ""}You are connected again as soon as it is back.`],
};

/** For a room in which nobody is yet. */
const ROOM_WORDS = {
  ...WORDS,
  [State.WAITING]: () => ["Nobody is here yet", "It begins as soon as somebody comes into the room."],
};

const BADGES = {
  [State.LIVE]: ["live", "Live"],
  [State.CONNECTING]: ["connecting", "Connecting"],
  [State.WAITING]: ["connecting", "Waiting"],
  [State.INCOMPATIBLE]: ["stopped", "Stopped"],
};

class Viewer {
  #session;
  #screens;
  #panels = new Panels("statistics", "devices", "files", "chat");
  #capture = new Capture();
  #share = new Share(this.#capture, this.#panels);
  #data;
  #figures = new Figures($("statistics"));
  #samplers = new Samplers();
  #tuned = new WeakSet(); // receivers
  #quietTimer = 0;
  #blocked = false; // the browser wants a click before it plays
  firstFrame = NaN;

  constructor(url, login) {
    this.#session = new Session(url, login);
    this.#screens = new Screens($("screens"), {
      onFrame: (now) => this.#frameShown(now),
      onPlaying: () => this.#playing(),
      onBlocked: () => this.#playBlocked(),
    });
    this.#data = new Data(this.#session, this.#screens, this.#panels);
    this.#session.addEventListener("state", () => this.#showState());
    this.#session.addEventListener("media", () => this.#showMedia());
    this.#session.addEventListener("reset", () => this.#showMedia());
    this.#capture.addEventListener("change", () => this.#captureChanged());
    this.#panels.addEventListener("change", () => this.#figures.draw());
    this.#listen();
    this.#session.start();
    setInterval(() => this.#sample(), SAMPLE_INTERVAL);
  }

  get state() {
    return this.#session.state;
  }

  get detail() {
    return this.#session.detail;
  }

  get peers() {
    return this.#session.peers;
  }

  get pc() {
    return this.peers[0]?.pc ?? null;
  }

  get transfers() {
    return this.#data.files.transfers;
  }

  #showMedia() {
    this.peers.forEach(({ pc }) => pc.getReceivers().forEach((receiver) => this.#tune(receiver)));
    this.#screens.show(this.peers);
    this.#share.update(this.#session, this.state === State.LIVE);
    if ([Mode.PUBLISH, Mode.DATA].includes(this.#share.mode) && this.peers.length > 0) {
      this.#screens.clear();
    }
    this.#panels.pin(...(this.#share.mode === Mode.DATA ? ["files", "chat"] : []));
    this.#data.update();
    this.#showSound();
    this.#showState();
  }

  #tune(receiver) {
    if (this.#tuned.has(receiver)) {
      return;
    }
    this.#tuned.add(receiver);
    receiver.jitterBufferTarget = 0;
    if ("playoutDelayHint" in receiver) {
      receiver.playoutDelayHint = 0;
    }
  }

  #captureChanged() {
    this.#session.setSources(this.#capture.sources);
    this.#showState();
  }

  #frameShown(now) {
    if (Number.isNaN(this.firstFrame)) {
      this.firstFrame = now - started;
    }
  }

  #playing() {
    if (this.peers.length === 0) {
      return;
    }
    this.#blocked = false;
    this.#session.notePlaying();
    this.#showState();
  }

  #playBlocked() {
    this.#blocked = true;
    this.#showState();
  }

  async #sample() {
    const sample = await this.#samplers.sample(this.peers).catch(() => null);
    if (sample) {
      this.#session.noteBytes(sample.bytes);
    }
    this.#figures.add(sample, this.firstFrame);
  }

  #describeState() {
    const { state, detail } = this.#session;
    if (this.#blocked) {
      return ["Ready", "This browser wants you to start the video."];
    }
    const { mode } = this.#share;
    const words = mode === Mode.PUBLISH ? PUBLISHER_WORDS : mode === Mode.DATA ? DATA_WORDS
      : this.#session.room && this.peers.length === 0 ? ROOM_WORDS : WORDS;
    return words[state](detail);
  }

  #describeBadge() {
    if (this.state === State.LIVE && this.#share.mode === Mode.PUBLISH) {
      return this.#share.isSharing ? ["live", "Sharing"] : ["ready", "Ready"];
    }
    if (this.state === State.LIVE && this.#share.mode === Mode.DATA) {
      return ["ready", "Connected"];
    }
    return BADGES[this.state] ?? ["connecting", "Reconnecting"];
  }

  #showState() {
    const { state } = this.#session;
    const [headline, advice] = this.#describeState();
    const [badge, label] = this.#describeBadge();
    this.#share.update(this.#session, state === State.LIVE);
    $("stage").classList.toggle("has-picture", this.#screens.videos.length > 0 || this.#share.isSharing);
    $("notice").hidden = headline === "";
    $("headline").textContent = headline;
    $("advice").textContent = advice;
    $("retry").hidden = !this.#blocked && (state in BADGES);
    $("retry").textContent = this.#blocked ? "Play" : "Try again now";
    $("badge").dataset.state = badge;
    $("badge").textContent = label;
    document.body.classList.toggle("idle", this.#blocked || state === State.INCOMPATIBLE);
    document.title = headline || label;
    this.#stir();
  }

  #showSound() {
    $("unmute").hidden = !this.#screens.hasSound;
    $("unmute").dataset.muted = this.#screens.muted;
    $("unmute").textContent = this.#screens.muted ? "Unmute" : "Mute";
  }

  #toggleSound() {
    this.#screens.setMuted(!this.#screens.muted);
    this.#showSound();
  }

  #toggleFullscreen() {
    if (document.fullscreenElement) {
      document.exitFullscreen();
    } else {
      $("stage").requestFullscreen();
    }
  }

  /** Shows the controls, and hides them again after a while if there is something to see. */
  #stir() {
    document.body.classList.remove("quiet");
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => {
      const { mode, isSharing } = this.#share;
      const needed = this.state !== State.LIVE || mode === Mode.PUBLISH || mode === Mode.DATA || isSharing
        || (this.#screens.hasSound && this.#screens.muted);
      document.body.classList.toggle("quiet", !needed);
    }, QUIET_AFTER);
  }

  #retry() {
    if (this.#blocked) {
      this.#screens.play();
    } else {
      this.#session.retry();
    }
  }

  #onKey({ key, ctrlKey, altKey, metaKey, target, repeat }) {
    const actions = {
      s: () => this.#panels.toggle("statistics"),
      f: () => this.#toggleFullscreen(),
      m: () => this.#screens.hasSound && this.#toggleSound(),
      t: () => this.#share.toggle("microphone"),
      c: () => this.#share.toggle("camera"),
    };
    if (!ctrlKey && !altKey && !metaKey && !repeat && !target.matches?.("select, input")
        && Object.hasOwn(actions, key.toLowerCase())) {
      actions[key.toLowerCase()]();
    }
  }

  #listen() {
    $("unmute").onclick = () => this.#toggleSound();
    $("fullscreen").onclick = () => this.#toggleFullscreen();
    $("fullscreen").hidden = !document.fullscreenEnabled;
    $("retry").onclick = () => this.#retry();
    document.addEventListener("keydown", (event) => this.#onKey(event));
    for (const name of ["pointermove", "pointerdown", "keydown"]) {
      document.addEventListener(name, () => this.#stir());
    }
    window.addEventListener("pagehide", () => this.#session.stop());
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.#session.retry());
    window.addEventListener("online", () => this.state !== State.LIVE && this.#session.retry());
  }
}

function websocketUrl() {
  const path = document.querySelector("meta[name=rtc-websocket]").content;
  const url = new URL(path, document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

/** `?room=…&name=…#token=…`: what comes after "#" is sent to no server, and written into no log. */
function loginOf({ search, hash }) {
  const query = new URLSearchParams(search);
  const token = new URLSearchParams(hash.slice(1)).get("token");
  return { name: query.get("name") || undefined, room: query.get("room") || undefined, token: token || undefined };
}

/** For tests and the curious: state, detail, peers, pc (an RTCPeerConnection or null), transfers and firstFrame (milliseconds). */
window.rtcViewer = new Viewer(websocketUrl(), loginOf(location));
