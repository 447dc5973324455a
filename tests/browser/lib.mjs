// gst-rtc: starts servers and browsers for the tests, and ends all of them
// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';

export { sleep };

const here = path.dirname(fileURLToPath(import.meta.url));
const shots = path.join(process.env.BUILD_DIR ?? path.join(here, '../../build'), 'screenshots');

/** A picture whose colours are known (75 % bars above, a clock below) and a tone of 440 Hz. */
export const BARS = 'videotestsrc name=source is-live=true pattern=smpte ! video/x-raw,width=640,height=360,framerate=30/1'
  + ' ! timeoverlay valignment=bottom ! sink.';
export const TONE = 'audiotestsrc is-live=true freq=440 volume=0.5 ! audio/x-raw,rate=48000,channels=2 ! sink.';
export const SINK = 'rtcsink name=sink';

export async function until(what, seconds, check) {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const value = await check();
    if (value)
      return value;
    assert.ok(performance.now() < deadline, `not within ${seconds} s: ${what}`);
    await sleep(50);
  }
}

export async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** server.py in a process of its own. */
export class Server {
  events = [];
  #answers = new Map();
  #last = 0;

  /** prefix: a command that runs the server elsewhere, such as in another network namespace */
  static async start(pipeline, { port, host = '127.0.0.1', prefix = [], script = 'server.py' } = {}) {
    const server = new Server();
    server.host = host;
    server.port = port ?? await freePort();
    const [command, ...args] = [...prefix, '/usr/bin/python3', path.join(here, '../lib', script), host, server.port, pipeline];
    server.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    server.ended = once(server.process, 'exit');
    readline.createInterface({ input: server.process.stdout }).on('line', (line) => server.#hear(line));
    try {
      await server.event('ready', 10);
      await until('the server listens', 10, () => server.listens(prefix));
    } catch (error) {
      server.process.kill('SIGKILL');
      throw error;
    }
    return server;
  }

  get url() {
    return `http://${this.host}:${this.port}/`;
  }

  async listens() {
    const socket = net.connect(this.port, this.host);
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }

  #hear(line) {
    const message = JSON.parse(line);
    if (message.id === undefined) {
      this.events.push({ at: Date.now(), ...message });
      return;
    }
    const { resolve, reject } = this.#answers.get(message.id);
    this.#answers.delete(message.id);
    message.failed ? reject(new Error(message.failed)) : resolve(message.answer);
  }

  ask(what, more = {}) {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.process.stdin.write(JSON.stringify({ id, ask: what, ...more }) + '\n');
    });
  }

  seen(name) {
    return this.events.filter((event) => event.event === name);
  }

  event(name, seconds, count = 1) {
    return until(`${count} × ${name} (came: ${JSON.stringify(this.events)})`, seconds, () => {
      const failed = this.seen('error')[0] ?? (this.process.exitCode !== null && { message: 'the server ended' });
      if (failed && name !== 'error')
        throw new Error(failed.message);
      return this.seen(name)[count - 1];
    });
  }

  get watching() {
    return this.seen('consumer-added').length - this.seen('consumer-removed').length;
  }

  /** Ends it as an application does; it must go at once, and without an error. */
  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null)
      this.process.stdin.end();
    const late = setTimeout(() => this.process.kill('SIGKILL'), 5000);
    const [code, signal] = await this.ended;
    clearTimeout(late);
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, 'the server ends cleanly within 5 s');
  }

  async kill() {
    this.process.kill('SIGKILL');
    await this.ended;
  }
}

const CHROMIUM = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
  '--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding'];
const FIREFOX = {
  // The server of a test may be on loopback only.
  'media.peerconnection.ice.loopback': true,
  // The OpenH264 download would only make noise.
  'media.gmp-manager.updateEnabled': false,
  'app.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  // What is saved goes into browser.download.dir, without a question.
  'browser.download.folderList': 2,
  'browser.download.alwaysOpenPanel': false,
  'browser.download.useDownloadDir': true,
};
const CHROMIUM_DEVICES = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
/** For two connections in one browser, which would have to resolve each other's made-up names. */
const CHROMIUM_ADDRESSES = ['--disable-features=WebRtcHideLocalIpsWithMdns'];
const FIREFOX_ADDRESSES = { 'media.peerconnection.ice.obfuscate_host_addresses': false };
const FIREFOX_DEVICES = { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true };

export class Browser {
  /** devices: a made-up camera and microphone, and a user who allows everything; addresses: those of this machine are told */
  static async start(kind, { devices = false, addresses = false } = {}) {
    const browser = new Browser();
    browser.kind = kind;
    browser.profile = mkdtempSync(path.join(tmpdir(), `gst-rtc-${kind}-`));
    browser.downloads = path.join(browser.profile, 'downloads');
    const common = { headless: true, userDataDir: browser.profile, timeout: 30000, protocolTimeout: 60000,
      defaultViewport: { width: 1000, height: 700 } };
    try {
      browser.puppeteer = await puppeteer.launch(kind === 'firefox'
        ? { ...common, browser: 'firefox', executablePath: '/usr/bin/firefox-esr', extraPrefsFirefox: { ...FIREFOX,
          'browser.download.dir': browser.downloads, ...(devices ? FIREFOX_DEVICES : {}), ...(addresses ? FIREFOX_ADDRESSES : {}) } }
        : { ...common, executablePath: '/usr/bin/chromium', downloadBehavior: { policy: 'allow', downloadPath: browser.downloads },
          args: [...CHROMIUM, ...(devices ? CHROMIUM_DEVICES : []), ...(addresses ? CHROMIUM_ADDRESSES : [])] });
    } catch (error) {
      browser.#clean();
      throw error;
    }
    return browser;
  }

  #clean() {
    // A browser's last processes may still write.
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async open(url) {
    const page = await this.puppeteer.newPage();
    const viewer = new Viewer(page, this.kind);
    page.on('pageerror', (error) => viewer.errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && viewer.errors.push(message.text()));
    await page.evaluateOnNewDocument(watch);
    await page.goto(url, { waitUntil: 'domcontentloaded', timeout: 20000 });
    return viewer;
  }

  async stop() {
    const child = this.puppeteer.process();
    await Promise.race([this.puppeteer.close(), sleep(8000)]);
    this.#end(child);
  }

  /** As if the machine had lost power, as far as that can be had. */
  async kill() {
    const child = this.puppeteer.process();
    child.kill('SIGKILL');
    await until('the browser is gone', 5, () => child.exitCode !== null || child.signalCode !== null);
    this.#end(child);
  }

  #end(child) {
    if (child.exitCode === null && child.signalCode === null)
      child.kill('SIGKILL');
    this.#clean();
  }
}

/** Runs in the page before its own scripts: keeps the connections, the time of the first picture, and what progress bars showed. */
function watch() {
  window.testPeers = [];
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      window.testPeers.push(this);
    }
  };
  document.addEventListener('loadeddata', () => { window.testFirstPicture ??= performance.now(); }, true);
  window.testBars = [];
  new MutationObserver((changes) => {
    for (const { target } of changes)
      if (target.localName === 'progress' && target.checkVisibility())
        window.testBars.push(target.position);
  }).observe(document, { subtree: true, attributeFilter: ['value'] });
}

/** The page in one browser. */
export class Viewer {
  errors = [];

  constructor(page, kind) {
    this.page = page;
    this.kind = kind;
  }

  async playing(seconds = 15) {
    try {
      await until('the video plays', seconds, () => this.page.evaluate(() => {
        const video = document.querySelector('video');
        return Boolean(video && video.videoWidth > 0 && !video.paused && video.currentTime > 0);
      }));
    } catch (error) {
      const text = await this.page.evaluate(() => document.body.innerText);
      throw new Error(`${error.message}; the page says: ${text}; errors: ${this.errors.join('; ')}`);
    }
  }

  /** The mean colours in the middle of the seven bars, and a number that differs with each picture. */
  picture() {
    return this.page.evaluate(() => {
      const video = document.querySelector('video');
      const canvas = document.createElement('canvas');
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      const context = canvas.getContext('2d', { willReadFrequently: true });
      context.drawImage(video, 0, 0);
      const bars = [];
      for (let bar = 0; bar < 7; bar++) {
        const { data } = context.getImageData((bar + 0.5) * canvas.width / 7 - 4, canvas.height / 4 - 4, 8, 8);
        const mean = [0, 0, 0];
        for (let i = 0; i < data.length; i++)
          if (i % 4 < 3)
            mean[i % 4] += data[i] / 64;
        bars.push(mean.map(Math.round));
      }
      let hash = 0;
      for (const value of new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer))
        hash = (Math.imul(hash, 31) + value) | 0;
      return { width: canvas.width, height: canvas.height, bars, hash };
    });
  }

  /**
   * The strongest frequency of the sound, in Hz; 0 if there is none. By way of a recording: without a sound
   * card Firefox runs no AudioContext, but it decodes a file.
   */
  frequency() {
    return this.page.evaluate(async () => {
      const [track] = document.querySelector('video').srcObject.getAudioTracks();
      if (!track)
        return 0;
      const recorder = new MediaRecorder(new MediaStream([track]));
      const chunks = [];
      recorder.ondataavailable = ({ data }) => chunks.push(data);
      const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
      recorder.start();
      await new Promise((resolve) => setTimeout(resolve, 1200));
      recorder.stop();
      await stopped;
      const rate = 48000;
      const sound = await new OfflineAudioContext(1, rate, rate).decodeAudioData(await new Blob(chunks).arrayBuffer());
      // A quarter of a second at the end, where nothing is left of the start: how strong is each frequency?
      const samples = sound.getChannelData(0).subarray(-rate / 4);
      let best = { power: 1e-4, frequency: 0 };
      for (let frequency = 50; frequency < 3000; frequency += 10) {
        let re = 0, im = 0;
        samples.forEach((sample, i) => {
          re += sample * Math.cos(2 * Math.PI * frequency * i / rate);
          im += sample * Math.sin(2 * Math.PI * frequency * i / rate);
        });
        const power = (re * re + im * im) / samples.length ** 2;
        if (power > best.power)
          best = { power, frequency };
      }
      return best.frequency;
    });
  }

  /** getStats() of the newest connection as an array. */
  stats() {
    return this.page.evaluate(async () => {
      const report = await window.testPeers.at(-1).getStats();
      return [...report.values()].map((entry) => JSON.parse(JSON.stringify(entry)));
    });
  }

  async inbound(kind = 'video') {
    return (await this.stats()).find((entry) => entry.type === 'inbound-rtp' && entry.kind === kind);
  }

  async codec(kind = 'video') {
    const stats = await this.stats();
    const inbound = stats.find((entry) => entry.type === 'inbound-rtp' && entry.kind === kind);
    return stats.find((entry) => entry.id === inbound?.codecId)?.mimeType;
  }

  firstPicture() {
    return this.page.evaluate(() => window.testFirstPicture);
  }

  text() {
    return this.page.evaluate(() => document.body.innerText);
  }

  async shot(name) {
    mkdirSync(shots, { recursive: true });
    await this.page.screenshot({ path: path.join(shots, `${name}.png`) });
  }

  close() {
    return this.page.close();
  }
}

const BAR_COLOURS = ['110', '011', '010', '101', '100', '001'];

/** The bars that videotestsrc paints: grey, yellow, cyan, green, magenta, red, blue at 75 %. */
export function assertBars({ bars }) {
  const seen = bars.map((bar) => bar.map((value) => value > 120 ? '1' : value < 80 ? '0' : '?').join(''));
  assert.deepEqual(seen, ['111', ...BAR_COLOURS], `colours: ${JSON.stringify(bars)}`);
}

/** Different pictures come, and each is the right one. */
export async function assertMovingBars(viewer) {
  const hashes = new Set();
  for (let i = 0; i < 4; i++) {
    const picture = await viewer.picture();
    assertBars(picture);
    hashes.add(picture.hash);
    await sleep(150);
  }
  assert.ok(hashes.size >= 3, `4 looks saw ${hashes.size} different pictures`);
}

/** The entries of one type in the element's stats, wherever they are. */
export function entries(tree, type) {
  if (tree === null || typeof tree !== 'object')
    return [];
  const inside = Object.values(tree).flatMap((member) => entries(member, type));
  return tree.type === type ? [tree, ...inside] : inside;
}

/** Ends everything in the reverse order, even if some of it fails; the first failure counts. */
export async function ending(body) {
  const things = [];
  const keep = (thing) => { things.unshift(thing); return thing; };
  const failures = [];
  try {
    await body(keep);
  } catch (error) {
    failures.push(error);
  }
  for (const thing of things)
    await thing.stop().catch((error) => failures.push(error));
  if (failures.length)
    throw failures[0];
}

export const hasFile = existsSync;

/** pipeline.py: what rtcsrc or rtcbin has decoded can be asked for. */
export function startPipeline(pipeline, options = {}) {
  return Server.start(pipeline, { ...options, script: 'pipeline.py' });
}

/** The pads that are there now, of one kind, in the order of coming. */
export async function padsOf(server, kind) {
  return (await server.ask('pads')).filter((pad) => pad.kind === kind).map(({ pad }) => pad);
}

/** The newest pad of a kind, once pictures or sound have come out of it. */
export function flowing(server, kind, seconds = 15, isWanted = () => true) {
  return until(`${kind} comes out of the element (came: ${JSON.stringify(server.events)})`, seconds, async () =>
    (await server.ask('pads')).findLast((pad) => pad.kind === kind && pad.count > 5 && isWanted(pad))?.pad);
}

/** Presses a button of the page as a person does. */
export async function press(viewer, selector) {
  await viewer.page.waitForSelector(selector, { visible: true, timeout: 10000 }).catch(async (error) => {
    throw new Error(`${error.message}; the page says: ${await viewer.text()}; errors: ${viewer.errors.join('; ')}`);
  });
  await viewer.page.click(selector);
}
