// gst-rtc: the controls of what this machine sends, and its own picture
// SPDX-License-Identifier: LGPL-2.1-or-later
import { Source, canCaptureScreen, whyNoCapture } from "./capture.js";

const $ = (id) => document.getElementById(id);
const { CAMERA, MICROPHONE, SCREEN, SCREEN_SOUND } = Source;

/** What the other sides want of this page. */
export const Mode = Object.freeze({
  WATCH: "watch", // nothing
  PUBLISH: "publish", // they only take
  CALL: "call", // they give and take
  DATA: "data", // nothing but files and messages
});

/** Small muted pictures of what is sent. */
class Previews {
  #container;

  constructor(container) {
    this.#container = container;
  }

  show(sources) {
    const pictures = sources.filter(({ track }) => track.kind === "video");
    const videos = [...this.#container.children];
    videos.filter((video) => !pictures.some(({ track }) => track === video.srcObject.getTracks()[0]))
      .forEach((video) => video.remove());
    pictures.filter(({ track }) => !videos.some((video) => video.srcObject.getTracks()[0] === track))
      .forEach((source) => this.#container.append(this.#create(source)));
    this.#container.hidden = pictures.length === 0;
    this.#container.style.setProperty("--columns", pictures.length);
  }

  /** People know themselves from mirrors. */
  #create({ id, track }) {
    const video = document.createElement("video");
    video.autoplay = video.playsInline = video.muted = video.disablePictureInPicture = true;
    video.srcObject = new MediaStream([track]);
    video.setAttribute("aria-label", `Your ${id}`);
    video.classList.toggle("mirrored", id === CAMERA && track.getSettings().facingMode !== "environment");
    video.play().catch(() => {}); // nothing is lost
    return video;
  }
}

export class Share {
  #capture;
  #panels;
  #previews = new Previews($("previews"));
  #mode = Mode.WATCH;
  #isReady = false;
  #takes = { audio: false, video: false };
  #busy = false;

  constructor(capture, panels) {
    this.#capture = capture;
    this.#panels = panels;
    capture.addEventListener("change", () => this.#captureChanged());
    capture.addEventListener("problem", ({ detail }) => ($("problem").textContent = detail));
    navigator.mediaDevices?.addEventListener("devicechange", () => this.#listDevices());
    this.#listen();
  }

  get mode() {
    return this.#mode;
  }

  /** Captured, whether it gets through or not. */
  get isSharing() {
    return this.#capture.sources.length > 0;
  }

  /** @param {Session} session @param {boolean} isReady whether what is shared now will get through */
  update(session, isReady) {
    this.#isReady = isReady;
    if (session.peers.length > 0) {
      this.#takes = { audio: session.takes("audio"), video: session.takes("video") };
      this.#mode = this.#findMode(session);
      this.#capture.cancelsEcho = this.#mode === Mode.CALL;
    }
    this.#show();
  }

  #findMode(session) {
    if (this.#takes.audio || this.#takes.video) {
      return session.gives ? Mode.CALL : Mode.PUBLISH;
    }
    return !session.gives && session.dataPeers.length > 0 ? Mode.DATA : Mode.WATCH;
  }

  /** For keys. */
  toggle(id) {
    if (!$(id).hidden) {
      this.#toggle(id);
    }
  }

  #captureChanged() {
    $("problem").textContent = "";
    this.#previews.show(this.#capture.sources);
    this.#show();
    this.#listDevices();
  }

  #show() {
    document.body.dataset.mode = this.#mode;
    this.#showChoices();
    this.#showToggle(MICROPHONE, this.#takes.audio, this.#mode === Mode.CALL ? "Talk" : "Microphone", "t");
    this.#showToggle(CAMERA, this.#takes.video, "Camera", "c");
    this.#showToggle(SCREEN, this.#takes.video && canCaptureScreen, "Screen");
    $("stop").hidden = !this.isSharing;
    $("stop").title = this.#mode === Mode.CALL ? "Stop sending" : "Stop sharing";
    $("sound-only").hidden = this.#mode !== Mode.PUBLISH || !this.isSharing
      || this.#capture.has(CAMERA) || this.#capture.has(SCREEN);
  }

  #showChoices() {
    const why = whyNoCapture();
    const { audio, video } = this.#takes;
    $("share").hidden = this.#mode !== Mode.PUBLISH || this.isSharing || !this.#isReady;
    $("share-advice").textContent = why || "Nothing is sent before you choose, and nothing after you stop.";
    $("share-advice").classList.toggle("problem", why !== "");
    $("share-both").hidden = !(audio && video);
    $("share-camera").hidden = audio || !video;
    $("share-screen").hidden = !video || !canCaptureScreen;
    $("share-microphone").hidden = !audio;
    for (const button of $("choices").children) {
      button.disabled = why !== "" || this.#busy;
    }
  }

  /** Before anything is shared, a page that only publishes has its larger buttons. */
  #showToggle(id, isTaken, label, key) {
    const button = $(id);
    const isOn = this.#capture.isOn(id);
    button.hidden = this.#mode === Mode.WATCH || !isTaken || (this.#mode === Mode.PUBLISH && !this.isSharing);
    button.disabled = this.#busy;
    button.setAttribute("aria-pressed", isOn);
    button.textContent = label;
    button.title = `${label}: ${isOn ? "on" : "off"}${key ? ` (key ${key})` : ""}`;
  }

  async #listDevices() {
    const counts = await Promise.all([CAMERA, MICROPHONE].map(async (id) => {
      const devices = this.#capture.has(id) ? await this.#capture.listDevices(id) : [];
      const select = $(`${id}-choice`);
      select.replaceChildren(...devices.map(({ label, deviceId, isUsed }) => new Option(label, deviceId, isUsed, isUsed)));
      select.hidden = document.querySelector(`label[for=${id}-choice]`).hidden = devices.length === 0;
      return devices.length;
    }));
    const isEmpty = counts.every((count) => count === 0);
    $("devices-toggle").hidden = isEmpty;
    if (isEmpty) {
      this.#panels.close("devices");
    }
  }

  /** One question to the user at a time. */
  async #start(action) {
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    $("problem").textContent = "";
    this.#show();
    await action();
    this.#busy = false;
    this.#show();
  }

  #toggle(id) {
    const why = whyNoCapture();
    if (why) {
      $("problem").textContent = why;
    } else if (id === SCREEN && this.#capture.has(SCREEN)) {
      this.#capture.stop(SCREEN, SCREEN_SOUND);
    } else if (this.#capture.has(id)) {
      this.#capture.toggle(id);
    } else {
      this.#start(() => id === SCREEN ? this.#capture.startScreen() : this.#capture.startDevices(id));
    }
  }

  #listen() {
    $("share-both").onclick = () => this.#start(() => this.#capture.startDevices(CAMERA, MICROPHONE));
    $("share-camera").onclick = () => this.#start(() => this.#capture.startDevices(CAMERA));
    $("share-microphone").onclick = () => this.#start(() => this.#capture.startDevices(MICROPHONE));
    $("share-screen").onclick = () => this.#start(() => this.#capture.startScreen());
    for (const id of [MICROPHONE, CAMERA, SCREEN]) {
      $(id).onclick = () => this.#toggle(id);
    }
    $("stop").onclick = () => this.#capture.stopAll();
    for (const id of [MICROPHONE, CAMERA]) {
      $(`${id}-choice`).onchange = ({ target }) => this.#start(() => this.#capture.choose(id, target.value));
    }
  }
}
