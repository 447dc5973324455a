// gst-rtc: a browser that publishes by the page, for tests in other languages
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// usage: node publisher.mjs URL BUTTON… [--made-up]      BUTTON: its selector, such as #share-both
//
// --made-up: in place of Chromium's own fake devices and screens, seven bars with a tone of 440 Hz, and every two seconds for half
// a second a white band with a tone of 880 Hz.
// stdout: a JSON object per line: {"event": "sending", "at": SECONDS} or "failed", and the answers to what comes from
// stdin:  {"ask": "press", "selector": …} | {"ask": "scale", "by": N} | {"ask": "heard"} | {"ask": "frequency"} |
//         {"ask": "picture"} | {"ask": "text"} | {"ask": "shot", "name": …} | {"ask": "send-file", "path": …} |
//         {"ask": "transfer", "title": …}: once it is over | {"ask": "write", "text": …} | {"ask": "control", "x": …, "y": …}: takes
//         control and moves the mouse | {"ask": "colour", "x": …, "y": …}; the end of stdin closes the page and the browser
import readline from 'node:readline';
import { Browser, ending, press, until, Viewer } from './lib.mjs';
import { chooseFiles, colourAt, moveInPicture, takeControl, transferOf, write } from './exchange.mjs';

/** Runs in the page before its own scripts. */
function makeUp() {
  const BARS = ['#bfbfbf', '#bfbf00', '#00bfbf', '#00bf00', '#bf00bf', '#bf0000', '#0000bf'];
  const PERIOD = 2, LENGTH = 0.5, TONES = [440, 880];   // seconds, Hz
  let clock;

  function isSpecial(time) {
    return time % PERIOD < LENGTH;
  }

  function paint(canvas, frame) {
    const context = canvas.getContext('2d');
    const { width, height } = canvas;
    BARS.forEach((colour, i) => {
      context.fillStyle = colour;
      context.fillRect(i * width / 7, 0, width / 7 + 1, height * 2 / 3);
    });
    context.fillStyle = isSpecial(clock.currentTime) ? 'white' : 'black';
    context.fillRect(0, height * 2 / 3, width, height / 3);
    context.fillStyle = 'grey';
    context.fillRect(frame * 4 % width, height * 0.9, 20, 20);
  }

  function makePicture(width, height) {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    let frame = 0;
    setInterval(() => paint(canvas, frame++), 1000 / 30);
    paint(canvas, frame++);
    return canvas.captureStream(30).getVideoTracks();
  }

  function makeSound() {
    const end = clock.createMediaStreamDestination();
    const tone = clock.createOscillator();
    for (let time = Math.ceil(clock.currentTime / PERIOD) * PERIOD; time < 600; time += PERIOD) {
      tone.frequency.setValueAtTime(TONES[1], time);
      tone.frequency.setValueAtTime(TONES[0], time + LENGTH);
    }
    tone.connect(end);
    tone.start();
    return end.stream.getAudioTracks();
  }

  async function capture({ video, audio }, width, height) {
    clock ??= new AudioContext({ latencyHint: 'interactive' });
    await clock.resume();
    return new MediaStream([...(video ? makePicture(width, height) : []), ...(audio ? makeSound() : [])]);
  }

  navigator.mediaDevices.getUserMedia = (wanted) => capture(wanted, 640, 360);
  navigator.mediaDevices.getDisplayMedia = (wanted) => capture({ ...wanted, audio: false }, 1280, 800);
}

const isMadeUp = process.argv.includes('--made-up');
const [url, ...buttons] = process.argv.slice(2).filter((word) => word !== '--made-up');

function say(message) {
  console.log(JSON.stringify(message));
}

async function open(browser) {
  const page = await browser.puppeteer.newPage();
  const viewer = new Viewer(page, browser.kind);
  page.on('pageerror', (error) => viewer.errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && viewer.errors.push(message.text()));
  await page.evaluateOnNewDocument(() => {
    const Native = window.RTCPeerConnection;
    window.testPeers = [];
    window.RTCPeerConnection = class extends Native {
      constructor(...args) {
        super(...args);
        window.testPeers.push(this);
      }
    };
  });
  if (isMadeUp)
    await page.evaluateOnNewDocument(makeUp);
  await page.goto(url, { waitUntil: 'domcontentloaded', timeout: 20000 });
  return viewer;
}

/** Frames or packets of sound that have left */
function sent(viewer) {
  return viewer.page.evaluate(async () => {
    const report = await window.rtcViewer.pc?.getStats();
    return [...report?.values() ?? []].filter(({ type, packetsSent }) => type === 'outbound-rtp' && packetsSent > 0).length;
  });
}

const answers = {
  press: (viewer, { selector }) => press(viewer, selector),
  scale: (viewer, { by }) => viewer.page.evaluate(async (by) => {
    const sender = window.rtcViewer.pc.getSenders().find(({ track }) => track?.kind === 'video');
    const parameters = sender.getParameters();
    parameters.encodings[0].scaleResolutionDownBy = by;
    await sender.setParameters(parameters);
  }, by),
  heard: (viewer) => viewer.inbound('audio').then((entry) => entry?.totalAudioEnergy),
  frequency: (viewer) => viewer.frequency(),
  picture: (viewer) => viewer.picture(),
  text: (viewer) => viewer.text(),
  shot: (viewer, { name }) => viewer.shot(name),
  'send-file': (viewer, { path }) => chooseFiles(viewer, path),
  transfer: (viewer, { title }) => transferOf(viewer, title, 30),
  write: (viewer, { text }) => write(viewer, text),
  control: async (viewer, { x, y }) => {
    await takeControl(viewer);
    await moveInPicture(viewer, x, y);
  },
  colour: (viewer, { x, y }) => colourAt(viewer, x, y),
};

await ending(async (keep) => {
  const browser = keep(await Browser.start('chromium', { devices: true }));
  const viewer = await open(browser);
  try {
    for (const button of buttons)
      await press(viewer, button);
    if (buttons.length)
      await until('media leaves', 15, async () => await sent(viewer) >= 1);
    say({ event: 'sending', at: Date.now() / 1000 });
  } catch (error) {
    say({ event: 'failed', message: `${error.message}; the page says: ${await viewer.text()}; errors: ${viewer.errors.join('; ')}` });
  }
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    try {
      say({ answer: await answers[question.ask](viewer, question) ?? null });
    } catch (error) {
      say({ failed: error.message });
    }
  }
  const at = Date.now() / 1000;
  await viewer.close();
  say({ event: 'left', at });
});
