// gst-rtc: the page with another side of its own: a second connection in the same browser, for what no element does
// SPDX-License-Identifier: LGPL-2.1-or-later
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const files = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../ext/soup/page');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** Serves the files of the page, and nothing else. */
export class PageServer {
  static async start() {
    const server = new PageServer();
    server.http = http.createServer(async ({ url }, response) => {
      const name = url === '/' ? 'index.html' : path.basename(url);
      const content = await readFile(path.join(files, name)).catch(() => null);
      response.writeHead(content ? 200 : 404, { 'Content-Type': TYPES[path.extname(name)] ?? 'text/plain' }).end(content);
    }).listen(0, '127.0.0.1');
    await once(server.http, 'listening');
    server.url = `http://127.0.0.1:${server.http.address().port}/`;
    return server;
  }

  async stop() {
    this.http.closeAllConnections();
    this.http.close();
  }
}

/**
 * Runs in the page before its own scripts: a WebSocket behind which window.other is a member that offers data channels, and a
 * picture of hasPicture. It keeps what comes: other.channels, each with its messages as Uint8Arrays and strings.
 */
function otherSide(hasPicture) {
  const Connection = window.RTCPeerConnection;

  function makePicture() {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const context = canvas.getContext('2d');
    let frame = 0;
    setInterval(() => {
      const sky = context.createLinearGradient(0, 0, 640, 360);
      sky.addColorStop(0, '#28425f');
      sky.addColorStop(1, '#8d5a4a');
      context.fillStyle = sky;
      context.fillRect(0, 0, 640, 360);
      context.fillStyle = '#eee';
      context.fillRect(frame++ % 640, 300, 40, 40);
    }, 50);
    return canvas.captureStream(20);
  }

  class Other {
    channels = [];

    constructor(socket) {
      this.socket = socket;
      this.pc = new Connection();
      this.pc.createDataChannel('', { negotiated: true, id: 1000 });    // for a section of its kind
      this.pc.onicecandidate = ({ candidate }) => this.say({ type: 'candidate', candidate });
      this.pc.ondatachannel = ({ channel }) => this.keep(channel);
      this.connected = new Promise((resolve) => {
        this.pc.onconnectionstatechange = () => this.pc.connectionState === 'connected' && resolve();
      });
    }

    say(message) {
      this.socket.onmessage?.({ data: JSON.stringify({ ...message, name: 'server', instance: 'one' }) });
    }

    async offer() {
      if (hasPicture) {
        const stream = makePicture();
        this.pc.addTransceiver(stream.getTracks()[0], { direction: 'sendonly', streams: [stream] });
      }
      await this.pc.setLocalDescription();
      this.say({ type: 'offer', offer: this.pc.localDescription.toJSON() });
    }

    hear({ type, answer, candidate }) {
      this.work = Promise.resolve(this.work).then(() => type === 'answer' ? this.pc.setRemoteDescription(answer)
        : type === 'candidate' && this.pc.addIceCandidate(candidate));
    }

    keep(channel) {
      channel.binaryType = 'arraybuffer';
      channel.messages = [];
      channel.onmessage = ({ data }) => channel.messages.push(typeof data === 'string' ? data : new Uint8Array(data));
      this.channels.push(channel);
      return channel;
    }

    /** An open channel. */
    async open(label, protocol = '') {
      await this.connected;
      const channel = this.keep(this.pc.createDataChannel(label, { protocol }));
      await new Promise((resolve) => { channel.onopen = resolve; });
      return channel;
    }
  }

  window.WebSocket = class {
    static OPEN = 1;
    readyState = 0;

    constructor() {
      setTimeout(() => {
        this.readyState = 1;
        this.onopen();
      });
    }

    send(text) {
      const message = JSON.parse(text);
      if (message.type !== 'login')
        window.other.hear(message);
      else {
        window.other = new Other(this);
        window.other.say({ type: 'login', success: true });
        window.other.offer();
      }
    }

    close() {
      this.readyState = 3;
    }
  };
}

/** A viewer whose page is connected to window.other. */
export async function openWithOther(browser, server, { hasPicture = false } = {}) {
  const viewer = await browser.open('about:blank');
  await viewer.page.evaluateOnNewDocument(otherSide, hasPicture);
  await viewer.page.goto(server.url, { waitUntil: 'load', timeout: 20000 });
  await viewer.page.evaluate(() => window.other.connected);
  return viewer;
}
