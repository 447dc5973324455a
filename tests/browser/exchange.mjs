// gst-rtc: files and remote control in the page, as the tests use them
// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { until } from './lib.mjs';

export const ROW = '.transfer';

/** Bytes that never begin again; runs in the page, too. */
export function makeBytes(size, seed) {
  const bytes = new Uint8Array(size);
  for (let i = 0, value = seed; i < size; i++) {
    value = Math.imul(value, 1664525) + 1013904223 | 0;
    bytes[i] = value >>> 24;
  }
  return bytes;
}

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** What the page shows of its files, the newest first. */
export function rows(viewer) {
  return viewer.page.$$eval(ROW, (found) => found.map((row) => ({
    stage: row.dataset.stage,
    title: row.querySelector('.title').textContent,
    figures: row.querySelector('.figures').textContent,
    hash: row.querySelector('.hash').textContent.replace('SHA-256 ', ''),
    progress: row.querySelector('progress').hidden ? null : row.querySelector('progress').position,
  })));
}

export function rowThat(viewer, what, isIt, seconds = 15) {
  let seen;
  return until(what, seconds, async () => {
    seen = await rows(viewer);
    return seen.find(isIt);
  }).catch((error) => {
    throw new Error(`${error.message}; there are: ${JSON.stringify(seen)}; errors: ${viewer.errors.join('; ')}`);
  });
}

/** By the page's button. */
export async function chooseFiles(viewer, ...paths) {
  await viewer.page.waitForSelector('#send-files:not(:disabled)', { timeout: 15000 });
  await (await viewer.page.$('#file-choice')).uploadFile(...paths);
}

/** The row of a file that has come to its end; sha256: of what can be saved, as the browser counts it. */
export async function transferOf(viewer, title, seconds = 60) {
  const row = await rowThat(viewer, `${title} is over`, (one) => one.title === title
    && ['done', 'failed', 'cancelled'].includes(one.stage), seconds);
  const received = await viewer.page.evaluate(async (title) => {
    const transfer = window.rtcViewer.transfers.findLast(({ name, isSent }) => name === title && !isSent);
    if (!transfer)
      return null;
    const digest = await crypto.subtle.digest('SHA-256', await transfer.blob.arrayBuffer());
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }, title);
  return { ...row, sha256: received };
}

/** A line of chat, as soon as somebody can get it. */
export async function write(viewer, text) {
  await viewer.page.waitForSelector('#chat-text:not(:disabled)', { visible: true, timeout: 15000 });
  await viewer.page.type('#chat-text', `${text}\n`);
}

/** A click on the picture, as soon as it can be controlled. */
export async function takeControl(viewer) {
  await viewer.page.waitForSelector('video.controllable', { timeout: 15000 });
  await viewer.playing();
  await viewer.page.waitForSelector('#notice', { hidden: true, timeout: 15000 });   // its words would take the click
  await viewer.page.click('video');
  await until('the page says who is in control', 5, async () => (await viewer.text()).includes('You control the picture'));
}

/** x and y: fractions of the picture */
export async function moveInPicture(viewer, x, y) {
  const place = await viewer.page.$eval('video', (video) => {
    const { left, top, width, height } = video.getBoundingClientRect();
    const scale = Math.min(width / video.videoWidth, height / video.videoHeight);
    return { left: left + (width - video.videoWidth * scale) / 2, top: top + (height - video.videoHeight * scale) / 2,
      width: video.videoWidth * scale, height: video.videoHeight * scale };
  });
  assert.ok(place.width > 0);
  await viewer.page.mouse.move(place.left + x * place.width, place.top + y * place.height);
}

/** Red, green and blue */
export function colourAt(viewer, x, y) {
  return viewer.page.$eval('video', (video, x, y) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: video.videoWidth, height: video.videoHeight });
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0);
    return [...context.getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data].slice(0, 3);
  }, x, y);
}
