// gst-rtc: the files that come and go, as the page shows them
// SPDX-License-Identifier: LGPL-2.1-or-later
import { IncomingFile, OutgoingFile, Stage, sizeInWords } from "./transfer.js";

const $ = (id) => document.getElementById(id);

const MOST_AT_ONCE = 4; // files that are sent; the others wait
const MOST_ROWS = 100;

function element(name, className, text = "") {
  const result = document.createElement(name);
  result.className = className;
  result.textContent = text;
  return result;
}

function rateInWords({ began, ended, bytes }) {
  const seconds = ((Number.isNaN(ended) ? performance.now() : ended) - began) / 1000;
  return seconds > 0.2 ? ` · ${sizeInWords(Math.round(bytes / seconds))}/s` : "";
}

function stageInWords(transfer) {
  const { stage, isSent, bytes, size } = transfer;
  const whole = Number.isNaN(size) ? "" : ` of ${sizeInWords(size)}`;
  switch (stage) {
    case Stage.WAITING:
      return `Waits for the others · ${sizeInWords(size)}`;
    case Stage.MOVING:
      return `${sizeInWords(bytes)}${whole}${rateInWords(transfer)}`;
    case Stage.DONE:
      return `${isSent ? "Sent" : "Received"} · ${sizeInWords(bytes)}${rateInWords(transfer)}`;
    case Stage.CANCELLED:
      return "Cancelled";
    default:
      return transfer.detail;
  }
}

/** One transfer in the list. */
class Row {
  #transfer;
  #onRemove;
  #progress = element("progress", "");
  #figures = element("p", "figures");
  #hash = element("p", "hash");
  #save = element("a", "save", "Save");
  #end = element("button", "end", "×");
  element = element("li", "transfer");

  constructor(transfer, isNamed, onRemove) {
    this.#transfer = transfer;
    this.#onRemove = onRemove;
    const { name, peerName, isSent } = transfer;
    const way = `${isSent ? "to" : "from"} ${peerName}`;
    this.#progress.setAttribute("aria-label", `${isSent ? "Sending" : "Receiving"} ${name}`);
    this.#end.type = "button";
    this.#end.onclick = () => (transfer.isOver ? this.#remove() : transfer.cancel());
    this.#save.setAttribute("aria-label", `Save ${name}`);
    const title = element("p", "title", name);
    title.title = name;
    this.element.dataset.way = isSent ? "out" : "in";
    this.element.append(title, this.#save, this.#end, this.#progress, this.#figures, this.#hash);
    if (isNamed) {
      title.append(element("span", "peer", ` ${way}`));
    }
    transfer.addEventListener("change", () => this.#show());
    this.#show();
  }

  #show() {
    const { stage, isOver, isSent, name, bytes, size, sha256 } = this.#transfer;
    this.element.dataset.stage = stage;
    this.#showProgress(bytes, size);
    this.#progress.hidden = isOver;
    this.#figures.textContent = stageInWords(this.#transfer);
    this.#hash.textContent = stage === Stage.DONE ? `SHA-256 ${sha256}` : "";
    this.#hash.hidden = stage !== Stage.DONE;
    this.#end.title = isOver ? "Remove from the list" : "Cancel";
    this.#end.setAttribute("aria-label", isOver ? `Remove ${name} from the list` : `Cancel ${name}`);
    this.#save.hidden = isSent || stage !== Stage.DONE;
    if (!this.#save.hidden && !this.#save.href) {
      this.#save.href = URL.createObjectURL(this.#transfer.blob);
      this.#save.download = name;
    }
  }

  /** Without a size it is a bar that only moves. */
  #showProgress(bytes, size) {
    if (size > 0) {
      this.#progress.max = size;
      this.#progress.value = bytes;
    }
  }

  #remove() {
    URL.revokeObjectURL(this.#save.href);
    this.element.remove();
    this.#onRemove();
  }
}

export class Files {
  #session;
  #panels;
  #transfers = [];
  #news = 0; // that came to an end unseen
  #dragDepth = 0;

  constructor(session, panels) {
    this.#session = session;
    this.#panels = panels;
    panels.addEventListener("change", () => this.update());
    this.#listen();
    this.update();
  }

  /** For tests and the curious. */
  get transfers() {
    return this.#transfers;
  }

  receive(peer, channel) {
    if (this.#transfers.length >= MOST_ROWS) {
      channel.close();
      this.#say(`A file was refused: there are ${MOST_ROWS} in the list. Remove some of them.`);
      return;
    }
    this.#add(new IncomingFile(peer, channel));
  }

  /** @param {Iterable<File>} files */
  send(files) {
    const peers = this.#session.dataPeers;
    for (const file of files) {
      for (const peer of peers) {
        this.#add(new OutgoingFile(peer, file));
      }
    }
    this.#startNext();
  }

  update() {
    const canSend = this.#session.dataPeers.length > 0;
    if (this.#panels.isOpen("files")) {
      this.#news = 0;
    }
    $("files-toggle").hidden = this.#panels.isPinned("files") || (!canSend && this.#transfers.length === 0);
    $("files-toggle").dataset.news = this.#news || "";
    $("send-files").disabled = !canSend;
    $("files-hint").hidden = this.#transfers.length > 0;
    $("files-hint").textContent = canSend ? "Drop files anywhere on this page, or choose them here. What is sent to you comes here, too."
      : "There is nobody to send files to.";
  }

  #add(transfer) {
    const isNamed = this.#session.peers.length > 1;
    const row = new Row(transfer, isNamed, () => this.#remove(transfer));
    this.#transfers.push(transfer);
    $("transfers").prepend(row.element);
    transfer.settled.then(() => this.#settled(transfer));
    if (!this.#panels.isAnyOpen) {
      this.#panels.open("files");
    }
    this.update();
  }

  #remove(transfer) {
    this.#transfers = this.#transfers.filter((one) => one !== transfer);
    this.update();
    $("send-files").focus();
  }

  #settled(transfer) {
    if (transfer.stage !== Stage.CANCELLED) {
      this.#news += 1;
      this.#say(`${transfer.name}: ${stageInWords(transfer)}`);
    }
    this.#startNext();
    this.update();
  }

  #startNext() {
    const sent = this.#transfers.filter(({ isSent }) => isSent);
    const running = sent.filter(({ stage }) => stage === Stage.MOVING);
    sent.filter(({ stage }) => stage === Stage.WAITING).slice(0, Math.max(MOST_AT_ONCE - running.length, 0))
      .forEach((transfer) => transfer.start());
  }

  /** For those who hear the page. */
  #say(text) {
    $("files-news").textContent = text;
  }

  #listen() {
    $("send-files").onclick = () => $("file-choice").click();
    $("file-choice").onchange = ({ target }) => {
      this.send(target.files);
      target.value = ""; // the same one may be chosen again
    };
    document.addEventListener("dragenter", (event) => this.#drag(event, 1));
    document.addEventListener("dragleave", (event) => this.#drag(event, -1));
    document.addEventListener("dragover", (event) => this.#accepts(event) && event.preventDefault());
    document.addEventListener("drop", (event) => this.#drop(event));
  }

  #accepts({ dataTransfer }) {
    return this.#session.dataPeers.length > 0 && [...dataTransfer.types].includes("Files");
  }

  /** Each element that is entered and left on the way counts. */
  #drag(event, change) {
    if (this.#accepts(event)) {
      event.preventDefault();
      this.#dragDepth += change;
      $("drop").hidden = this.#dragDepth <= 0;
    }
  }

  #drop(event) {
    this.#dragDepth = 0;
    $("drop").hidden = true;
    if (this.#accepts(event)) {
      event.preventDefault();
      this.send(event.dataTransfer.files);
    }
  }
}
