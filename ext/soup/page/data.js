// gst-rtc: what the page does with data channels
// SPDX-License-Identifier: LGPL-2.1-or-later
import { Chat } from "./chat.js";
import { Files } from "./files.js";
import { Remote } from "./remote.js";
import { bringsFile } from "./transfer.js";

/** Every channel that the other side opens goes to the part of the page that knows its protocol. */
export class Data {
  #files;
  #chat;
  #remote;

  constructor(session, screens, panels) {
    this.#files = new Files(session, panels);
    this.#chat = new Chat(session, panels);
    this.#remote = new Remote(session, screens);
    session.addEventListener("channel", ({ detail: { peer, channel } }) => this.#adopt(peer, channel));
  }

  get files() {
    return this.#files;
  }

  /** When something about the session or its pictures has changed. */
  update() {
    this.#files.update();
    this.#chat.update();
    this.#remote.update();
  }

  #adopt(peer, channel) {
    if (bringsFile(channel)) {
      this.#files.receive(peer, channel);
    } else if (Chat.isFor(channel)) {
      this.#chat.join(peer, channel);
    } else if (Remote.isFor(channel)) {
      this.#remote.adopt(peer, channel);
    } else {
      console.info("Nothing here takes the data channel", channel.label, channel.protocol);
    }
  }
}
