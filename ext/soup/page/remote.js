// gst-rtc: remote control: mouse, touch and keys over a picture go to where it comes from
// SPDX-License-Identifier: LGPL-2.1-or-later
import { keyName } from "./keys.js";

const $ = (id) => document.getElementById(id);

const MOST_BUFFERED = 16 * 1024; // bytes; a movement that would wait behind so much is of no use any more
const PRECISION = 5; // digits
const MOST_SCROLLED = 10000; // pixels in one event

const HINT = "Click or tap the picture to control it";
const IN_CONTROL = "You control the picture. Esc ends that";

/** The bits of GstNavigationModifierType */
const MODIFIERS = { Shift: 1 << 0, CapsLock: 1 << 1, Control: 1 << 2, Alt: 1 << 3, Meta: 1 << 26 };
const BUTTONS = [1 << 8, 1 << 10, 1 << 9]; // left, right, middle: the order of MouseEvent.buttons

function modifiersOf(event) {
  let bits = 0;
  for (const [name, bit] of Object.entries(MODIFIERS)) {
    bits |= event.getModifierState(name) ? bit : 0;
  }
  if (event.pointerType !== "touch") {
    BUTTONS.forEach((bit, i) => (bits |= (event.buttons ?? 0) & (1 << i) ? bit : 0));
  }
  return bits;
}

/** Where in the picture: fractions of its width and height, without the borders that fill the element. */
function placeOf(video, { clientX, clientY }) {
  const box = video.getBoundingClientRect();
  const scale = Math.min(box.width / video.videoWidth, box.height / video.videoHeight);
  const place = (value, start, room, size) => (value - start - (room - size * scale) / 2) / (size * scale);
  return [place(clientX, box.left, box.width, video.videoWidth), place(clientY, box.top, box.height, video.videoHeight)];
}

function isInside([x, y]) {
  return x >= 0 && x <= 1 && y >= 0 && y <= 1; // and not while there is no picture
}

function scrollInWords(delta) {
  return Math.min(Math.max(-delta, -MOST_SCROLLED), MOST_SCROLLED).toFixed(1);
}

function inWords(place) {
  return place.map((value) => Math.min(Math.max(value, 0), 1).toFixed(PRECISION)).join(" ");
}

/** What is pressed at the moment, so that nothing stays so when control ends. */
class Pressed {
  #buttons = new Map(); // number to the last place
  #keys = new Map(); // code to name: with another modifier the same key comes up under another one
  #touches = new Map(); // pointerId to {id, place}

  get isDragging() {
    return this.#buttons.size > 0;
  }

  pressButton(button, place) {
    this.#buttons.set(button, place);
  }

  move(place) {
    this.#buttons.forEach((_, button) => this.#buttons.set(button, place));
  }

  /** @returns {boolean} whether it was pressed */
  releaseButton(button) {
    return this.#buttons.delete(button);
  }

  pressKey(code, name) {
    this.#keys.set(code, name);
  }

  releaseKey(code) {
    const name = this.#keys.get(code);
    this.#keys.delete(code);
    return name;
  }

  /** Small numbers, as of fingers, for those of browsers that only ever grow */
  touch(pointerId, place) {
    const taken = new Set([...this.#touches.values()].map(({ id }) => id));
    let id = this.#touches.get(pointerId)?.id ?? 0;
    while (!this.#touches.has(pointerId) && taken.has(id)) {
      id++;
    }
    this.#touches.set(pointerId, { id, place });
    return id;
  }

  touchOf(pointerId) {
    return this.#touches.get(pointerId)?.id;
  }

  endTouch(pointerId) {
    this.#touches.delete(pointerId);
  }

  /** The messages that end all of it. */
  releaseAll() {
    const messages = [
      ...[...this.#keys.values()].map((name) => `key-up ${name}`),
      ...[...this.#buttons].map(([button, place]) => `mouse-up ${button} ${inWords(place)}`),
      ...[...this.#touches.values()].map(({ id, place }) => `touch-up ${id} ${inWords(place)}`),
      ...(this.#touches.size > 0 ? ["touch-frame"] : []),
    ];
    this.#keys.clear();
    this.#buttons.clear();
    this.#touches.clear();
    return messages;
  }
}

/** A picture is controlled for as long as it has the focus. */
export class Remote {
  #session;
  #screens;
  #channels = new Map(); // peer to channel
  #pressed = new Pressed();
  #target = null; // {video, channel}
  #move = null; // the last one that has not been sent

  constructor(session, screens) {
    this.#session = session;
    this.#screens = screens;
    this.#listen($("screens"));
  }

  static isFor({ protocol }) {
    return protocol === "navigation";
  }

  /** A channel on which the other side wants to hear. */
  adopt(peer, channel) {
    this.#channels.set(peer, channel);
    channel.onopen = () => this.update();
    channel.onclose = () => this.#forget(peer, channel);
    peer.addEventListener("closed", () => this.#forget(peer, channel));
    this.update();
  }

  #forget(peer, channel) {
    if (this.#channels.get(peer) === channel) {
      this.#channels.delete(peer);
      this.update();
    }
  }

  update() {
    const videos = this.#screens.videos;
    for (const video of videos) {
      const canControl = this.#channelOf(video) !== undefined;
      video.classList.toggle("controllable", canControl);
      canControl ? video.setAttribute("tabindex", "0") : video.removeAttribute("tabindex");
      video.setAttribute("aria-label", canControl ? "Live video that you can control while it has the focus" : "Live video");
    }
    if (this.#target && !(videos.includes(this.#target.video) && this.#channelOf(this.#target.video) === this.#target.channel)) {
      this.#leave();
    }
    this.#showSign(videos.some((video) => video.classList.contains("controllable")));
  }

  #showSign(canControl) {
    const isOn = this.#target !== null;
    $("control-sign").hidden = !canControl;
    $("control-sign").dataset.state = isOn ? "on" : "off";
    $("control-sign").textContent = isOn ? IN_CONTROL : HINT;
  }

  #channelOf(video) {
    const [track] = video.srcObject?.getVideoTracks() ?? [];
    const peer = track && this.#session.peers.find(({ tracks }) => tracks.includes(track));
    const channel = this.#channels.get(peer);
    return channel?.readyState === "open" ? channel : undefined;
  }

  #send(...messages) {
    const { channel } = this.#target;
    if (channel.readyState === "open") {
      messages.forEach((message) => channel.send(message));
    }
  }

  #say(event, ...words) {
    const bits = modifiersOf(event);
    this.#send([...words, ...(bits ? [`mods=${bits}`] : [])].join(" "));
  }

  #enter(video) {
    const channel = this.#channelOf(video);
    if (channel) {
      this.#target = { video, channel };
      this.update();
    }
  }

  #leave() {
    if (this.#target) {
      this.#move = null;
      this.#send(...this.#pressed.releaseAll());
      this.#target = null;
      this.update();
    }
  }

  /** The first click only begins. */
  #pointerDown(event) {
    const { target: video, pointerId, pointerType, button, pressure } = event;
    if (video !== this.#target?.video) {
      video.matches(".controllable") && this.#begin(event);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const place = placeOf(video, event);
    if (!isInside(place)) {
      return;
    }
    video.setPointerCapture(pointerId);
    if (pointerType === "touch") {
      this.#say(event, "touch-down", this.#pressed.touch(pointerId, place), inWords(place), pressure.toFixed(PRECISION));
      this.#say(event, "touch-frame");
    } else {
      this.#pressButton(event, button, place);
    }
  }

  #begin(event) {
    event.preventDefault();
    event.target.focus({ preventScroll: true });
  }

  #pressButton(event, button, place) {
    this.#flushMove();
    this.#pressed.pressButton(button + 1, place);
    this.#say(event, "mouse-down", button + 1, inWords(place));
  }

  #pointerMove(event) {
    const { target: video, pointerId, pointerType, pressure } = event;
    if (video !== this.#target?.video) {
      return;
    }
    event.stopPropagation(); // it would show the page's own controls
    const place = placeOf(video, event);
    const touch = this.#pressed.touchOf(pointerId);
    if (touch !== undefined) {
      this.#pressed.touch(pointerId, place);
      this.#say(event, "touch-motion", touch, inWords(place), pressure.toFixed(PRECISION));
      this.#say(event, "touch-frame");
    } else if (pointerType !== "touch" && (isInside(place) || this.#pressed.isDragging)) {
      this.#changeButtons(event, place);
      this.#pressed.move(place);
      this.#later(event, place);
    }
  }

  /** Further buttons, while one is down, come as movements (W3C pointerevents, section 5.1.2). */
  #changeButtons(event, place) {
    if (event.button < 0) {
      return;
    }
    const isDown = event.buttons & [1, 4, 2, 8, 16][event.button];
    isDown ? this.#pressButton(event, event.button, place) : this.#releaseButton(event, event.button, place);
  }

  /** One movement for each picture that the screen shows. */
  #later(event, place) {
    if (this.#move === null) {
      requestAnimationFrame(() => this.#flushMove());
    }
    this.#move = { event, place };
  }

  #flushMove() {
    if (this.#move && this.#target && this.#target.channel.bufferedAmount < MOST_BUFFERED) {
      this.#say(this.#move.event, "mouse-move", inWords(this.#move.place));
    }
    this.#move = null;
  }

  #pointerUp(event) {
    const { target: video, pointerId, button } = event;
    if (video !== this.#target?.video) {
      return;
    }
    const place = placeOf(video, event);
    const touch = this.#pressed.touchOf(pointerId);
    if (touch !== undefined) {
      this.#pressed.endTouch(pointerId);
      this.#say(event, "touch-up", touch, inWords(place));
      this.#say(event, "touch-frame");
    } else {
      this.#releaseButton(event, button, place);
    }
  }

  #releaseButton(event, button, place) {
    this.#flushMove();
    if (this.#pressed.releaseButton(button + 1)) {
      this.#say(event, "mouse-up", button + 1, inWords(place));
    }
  }

  /** Upwards and to the left is positive, as GStreamer has it; in pixels, as deltaMode is not looked at. */
  #wheel(event) {
    const place = placeOf(event.target, event);
    if (event.target === this.#target?.video && isInside(place)) {
      event.preventDefault();
      this.#flushMove();
      this.#say(event, "mouse-scroll", inWords(place), scrollInWords(event.deltaX), scrollInWords(event.deltaY));
    }
  }

  /** Nothing of it is for the page or the browser, but for the one key that ends it. */
  #key(event, isDown) {
    if (event.target !== this.#target?.video) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") {
      this.#target.video.blur();
      return;
    }
    const name = isDown ? keyName(event) : this.#pressed.releaseKey(event.code);
    if (name) {
      isDown && this.#pressed.pressKey(event.code, name);
      this.#say(event, isDown ? "key-down" : "key-up", name);
    }
  }

  #listen(screens) {
    const on = (name, handler, options) => screens.addEventListener(name, handler, options);
    on("focusin", ({ target }) => this.#enter(target));
    on("focusout", () => this.#leave());
    on("pointerdown", (event) => this.#pointerDown(event));
    on("pointermove", (event) => this.#pointerMove(event));
    on("pointerup", (event) => this.#pointerUp(event));
    on("pointercancel", (event) => this.#pointerUp(event));
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("keydown", (event) => this.#key(event, true));
    on("keyup", (event) => this.#key(event, false));
    on("contextmenu", (event) => event.target === this.#target?.video && event.preventDefault());
  }
}
