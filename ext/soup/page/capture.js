// gst-rtc: this machine's cameras, microphones and screens
// SPDX-License-Identifier: LGPL-2.1-or-later

/** What can be shared; the ids of sources. */
export const Source = Object.freeze({
  CAMERA: "camera",
  MICROPHONE: "microphone",
  SCREEN: "screen",
  SCREEN_SOUND: "screen-sound",
});

const VIDEO = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** Why this page can capture nothing at all, in words; empty if it can. */
export function whyNoCapture() {
  if (navigator.mediaDevices?.getUserMedia) {
    return "";
  }
  return window.isSecureContext ? "This browser gives pages no camera or microphone."
    : `Browsers give camera and microphone only to pages that come over https, or from this very machine. This page came from ${
      location.origin}: the server needs a certificate (properties certificate and private-key).`;
}

export const canCaptureScreen = Boolean(navigator.mediaDevices?.getDisplayMedia);

/** What went wrong, and what to do. */
function explain(error, what) {
  const name = what.includes(Source.SCREEN) ? "screen" : what.join(" and ");
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return name === "screen" ? "No screen was chosen, or the browser does not allow it."
        : `The browser does not allow this page to use the ${name}. Allow it beside the address of the page, then try again.`;
    case "NotFoundError":
      return `There is no ${name.replace(" and ", " or ")} on this machine, or the system hides it from the browser.`;
    case "NotReadableError":
    case "AbortError":
      return `The ${name} does not start: another program may be using it.`;
    case "OverconstrainedError":
      return `The chosen ${name} is not there any more. Choose another one.`;
    case "InvalidStateError":
    case "InvalidAccessError":
      return "The browser wants a click or a key press first.";
    default:
      return `The ${name} does not start: ${error.message || error.name}.`;
  }
}

/**
 * Holds what is captured. Events: "change", and "problem" (detail: in words) when something that was asked for does
 * not work, or stops by itself.
 */
export class Capture extends EventTarget {
  #sources = new Map(); // by id
  #groups = { device: new MediaStream(), screen: new MediaStream() }; // empty: their ids say what belongs together
  #chosen = {}; // ids of devices by kind of track
  #cancelsEcho = false;

  /** All that is captured: {id, track, stream}; sound and picture of one stream are in sync. */
  get sources() {
    return [...this.#sources.values()];
  }

  has(id) {
    return this.#sources.has(id);
  }

  /** Captured, and neither muted nor covered. */
  isOn(id) {
    return this.#sources.get(id)?.track.enabled ?? false;
  }

  /** For a page that plays sound while it sends some. */
  set cancelsEcho(value) {
    this.#cancelsEcho = value;
  }

  /** Camera, microphone or both. If only one of both is there, that one. */
  async startDevices(...ids) {
    try {
      this.#add(await this.#getDevices(ids));
    } catch (error) {
      if (ids.length > 1 && error.name === "NotFoundError") {
        await this.#startWhatThereIs(ids);
      } else {
        this.#report(explain(error, ids));
      }
    }
  }

  async startScreen() {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 30 } }, audio: true });
      this.#add(stream, Source.SCREEN, Source.SCREEN_SOUND);
    } catch (error) {
      this.#report(explain(error, [Source.SCREEN]));
    }
  }

  stop(...ids) {
    for (const id of ids) {
      const source = this.#sources.get(id);
      if (source) {
        source.track.onended = null;
        source.track.stop();
        this.#sources.delete(id);
      }
    }
    this.#changed();
  }

  stopAll() {
    this.stop(...this.#sources.keys());
  }

  /** Off is silence or a black picture; the other side sees no end. */
  toggle(id) {
    const { track } = this.#sources.get(id);
    track.enabled = !track.enabled;
    this.#changed();
  }

  /** @param {"camera"|"microphone"} id */
  async choose(id, deviceId) {
    this.#chosen[id] = deviceId;
    if (!this.has(id)) {
      return;
    }
    const enabled = this.isOn(id);
    this.#sources.get(id).track.stop(); // some systems open a device only once
    try {
      this.#add(await this.#getDevices([id]));
      this.#sources.get(id).track.enabled = enabled;
    } catch (error) {
      this.stop(id);
      this.#report(explain(error, [id]));
    }
  }

  /** @returns {Promise<{deviceId: string, label: string, isUsed: boolean}[]>} those whose names the browser tells */
  async listDevices(id) {
    const kind = id === Source.CAMERA ? "videoinput" : "audioinput";
    const used = this.#sources.get(id)?.track.getSettings().deviceId ?? this.#chosen[id];
    const devices = await navigator.mediaDevices?.enumerateDevices() ?? [];
    return devices.filter((device) => device.kind === kind && device.label !== "")
      .map(({ deviceId, label }) => ({ deviceId, label, isUsed: deviceId === used }));
  }

  #getDevices(ids) {
    if (whyNoCapture()) {
      throw new Error(whyNoCapture());
    }
    const device = (id) => this.#chosen[id] ? { deviceId: { exact: this.#chosen[id] } } : {};
    return navigator.mediaDevices.getUserMedia({
      video: ids.includes(Source.CAMERA) && { ...VIDEO, ...device(Source.CAMERA) },
      audio: ids.includes(Source.MICROPHONE)
        && { ...(this.#cancelsEcho ? { echoCancellation: true } : {}), ...device(Source.MICROPHONE) },
    });
  }

  async #startWhatThereIs(ids) {
    const missing = [];
    for (const id of ids) {
      await this.#getDevices([id]).then((stream) => this.#add(stream), (error) => missing.push(explain(error, [id])));
    }
    this.#report(missing.length < ids.length ? missing.join(" ") : explain({ name: "NotFoundError" }, ids));
  }

  #report(problem) {
    this.dispatchEvent(new CustomEvent("problem", { detail: problem }));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** A new track of a source takes the place of the old one. */
  #add(stream, video = Source.CAMERA, audio = Source.MICROPHONE) {
    for (const track of stream.getTracks()) {
      const id = track.kind === "video" ? video : audio;
      const old = this.#sources.get(id);
      old?.track.stop();
      track.contentHint = id === Source.SCREEN ? "detail" : "";
      track.onended = () => this.#endedByItself(id);
      this.#sources.set(id, { id, track, stream: video === Source.SCREEN ? this.#groups.screen : this.#groups.device });
    }
    this.#changed();
  }

  /** The browser's own button for a screen; a device that was unplugged, or that the user forbids now. */
  #endedByItself(id) {
    this.stop(...(id === Source.SCREEN ? [Source.SCREEN, Source.SCREEN_SOUND] : [id]));
    if (id === Source.CAMERA || id === Source.MICROPHONE) {
      this.#report(`The ${id} has stopped: was it unplugged, or taken by another program?`);
    }
  }
}
