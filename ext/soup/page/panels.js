// gst-rtc: the panels beside the picture
// SPDX-License-Identifier: LGPL-2.1-or-later

const $ = (id) => document.getElementById(id);

/**
 * At most one is open at a time, as there may be little room, but for those that are pinned. The button of each has its id
 * and "-toggle". Events: "change".
 */
export class Panels extends EventTarget {
  #ids;
  #pinned = [];

  constructor(...ids) {
    super();
    this.#ids = ids;
    for (const id of ids) {
      $(`${id}-toggle`).onclick = () => this.toggle(id);
    }
  }

  isOpen(id) {
    return !$(id).hidden;
  }

  get isAnyOpen() {
    return this.#ids.some((id) => this.isOpen(id));
  }

  open(id) {
    this.#show((one) => one === id);
  }

  close(id) {
    this.#show((one) => one !== id && this.isOpen(one));
  }

  toggle(id) {
    this.isOpen(id) ? this.close(id) : this.open(id);
  }

  /** Those that are always open, and have no button. */
  pin(...ids) {
    if (ids.join() !== this.#pinned.join()) {
      this.#pinned = ids;
      this.#show(() => false);
    }
  }

  isPinned(id) {
    return this.#pinned.includes(id);
  }

  #show(isOpen) {
    const open = this.#ids.filter((id) => this.isPinned(id) || isOpen(id));
    for (const id of this.#ids) {
      $(id).hidden = !open.includes(id);
      $(`${id}-toggle`).setAttribute("aria-pressed", open.includes(id));
    }
    this.dispatchEvent(new Event("change"));
  }
}
