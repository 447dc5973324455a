// gst-rtc: text from person to person
// SPDX-License-Identifier: LGPL-2.1-or-later

const $ = (id) => document.getElementById(id);

const LABEL = "chat";
const LONGEST_SHOWN = 16 * 1024; // characters of a message
const MOST_SHOWN = 500; // messages

/**
 * Messages are lines of text. Their end is sent too, so that a terminal at the other side shows them as such; it is not
 * shown here.
 */
export class Chat {
  #session;
  #panels;
  #channels = new Map(); // peer to channel
  #decoder = new TextDecoder();
  #unread = 0;

  constructor(session, panels) {
    this.#session = session;
    this.#panels = panels;
    panels.addEventListener("change", () => this.update());
    $("chat-form").onsubmit = (event) => this.#submit(event);
    $("chat-toggle").addEventListener("click", () => panels.isOpen("chat") && $("chat-text").focus());
    this.update();
  }

  static isFor({ label }) {
    return label === LABEL;
  }

  /** A channel that the other side has opened, or we. */
  join(peer, channel) {
    this.#channels.set(peer, channel);
    channel.binaryType = "arraybuffer";
    channel.onmessage = ({ data }) => this.#receive(peer, data);
    channel.onclose = () => this.#forget(peer, channel);
    peer.addEventListener("closed", () => this.#forget(peer, channel));
  }

  update() {
    const canSend = this.#session.dataPeers.length > 0;
    if (this.#panels.isOpen("chat")) {
      this.#unread = 0;
    }
    $("chat-toggle").hidden = this.#panels.isPinned("chat") || (!canSend && $("messages").childElementCount === 0);
    $("chat-toggle").dataset.news = this.#unread || "";
    $("chat-text").placeholder = canSend ? "Message" : "There is nobody to write to";
    $("chat-text").disabled = $("chat-send").disabled = !canSend;
  }

  #forget(peer, channel) {
    if (this.#channels.get(peer) === channel) {
      this.#channels.delete(peer);
    }
  }

  #submit(event) {
    event.preventDefault();
    const text = $("chat-text").value.trim();
    if (text !== "") {
      this.#session.dataPeers.forEach((peer) => this.#send(peer, `${text}\n`));
      this.#show(text, "You", true);
      $("chat-text").value = "";
    }
  }

  #send(peer, message) {
    const known = this.#channels.get(peer);
    const channel = /^(open|connecting)$/.test(known?.readyState) ? known : this.#open(peer);
    if (channel.readyState === "connecting") {
      channel.addEventListener("open", () => channel.send(message), { once: true });
    } else {
      channel.send(message);
    }
  }

  #open(peer) {
    const channel = peer.openChannel(LABEL);
    this.join(peer, channel);
    return channel;
  }

  #receive(peer, data) {
    const text = typeof data === "string" ? data : this.#decoder.decode(data);
    this.#show(text.slice(0, LONGEST_SHOWN).trim(), peer.name, false);
    if (!this.#panels.isAnyOpen) {
      this.#panels.open("chat");
    } else if (!this.#panels.isOpen("chat")) {
      this.#unread += 1;
    }
    this.update();
  }

  #show(text, who, isOwn) {
    const message = document.createElement("li");
    const author = document.createElement("span");
    author.className = this.#session.peers.length > 1 && !isOwn ? "author" : "unseen";
    author.textContent = `${who}: `;
    message.className = isOwn ? "own" : "theirs";
    message.append(author, text);
    $("messages").append(message);
    while ($("messages").childElementCount > MOST_SHOWN) {
      $("messages").firstElementChild.remove();
    }
    $("messages").scrollTop = $("messages").scrollHeight;
  }
}
