// gst-rtc: the page in Chromium and in Firefox: pictures and sound by their content
// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BARS, Browser, Server, SINK, TONE, assertMovingBars, ending, until } from './lib.mjs';

const PIPELINE = `${SINK} ${BARS} ${TONE}`;
const CODEC = { chromium: 'video/H264', firefox: 'video/VP8' };

/** Everything that a person would look and listen for. */
async function assertWatches(viewer) {
  await viewer.playing();
  await assertMovingBars(viewer);
  assert.equal(await viewer.page.evaluate(() => document.querySelector('video').muted), true, 'begins muted');
  await viewer.page.click('#unmute');
  await until('the sound is on', 3, () => viewer.page.evaluate(() => !document.querySelector('video').muted));
  const frequency = await viewer.frequency();
  assert.ok(Math.abs(frequency - 440) <= 30, `heard ${frequency} Hz, not 440`);
  await assertMovingBars(viewer);
  assert.deepEqual(viewer.errors, [], 'nothing in the console');
}

async function assertStatisticsShow(viewer, codec) {
  await viewer.page.click('#statistics-toggle');
  const text = await until('the statistics show a codec and a frame rate', 6, async () => {
    const shown = await viewer.page.evaluate(() => document.querySelector('#statistics').innerText);
    return new RegExp(codec.replace('video/', ''), 'i').test(shown) && /\b[1-9]\d*(\.\d+)?\s*(fps|\/s)/i.test(shown) && shown;
  });
  assert.match(text, /640\s*[×x]\s*360/, 'the size of the picture');
}

for (const kind of ['chromium', 'firefox'])
  test(`${kind} alone sees and hears`, { timeout: 90000 }, () => ending(async (keep) => {
    const server = keep(await Server.start(PIPELINE));
    const browser = keep(await Browser.start(kind));
    const viewer = await browser.open(server.url);
    await assertWatches(viewer);
    assert.equal(await viewer.codec(), CODEC[kind]);
    assert.equal(await viewer.codec('audio'), 'audio/opus');
    await assertStatisticsShow(viewer, CODEC[kind]);
    await viewer.shot(`page-${kind}`);
  }));

test('both at once, with one encoder for each codec', { timeout: 120000 }, () => ending(async (keep) => {
  const server = keep(await Server.start(PIPELINE));
  assert.deepEqual(await server.ask('encoders'), [], 'nobody watches, nothing is encoded');

  const chromium = keep(await Browser.start('chromium'));
  const firefox = keep(await Browser.start('firefox'));
  const viewers = [];
  for (const browser of [chromium, firefox, chromium, firefox])
    viewers.push(await browser.open(server.url));
  // A tab in the background is not painted: look at each with its tab in front.
  for (const viewer of viewers) {
    await viewer.page.bringToFront();
    await assertWatches(viewer);
    assert.equal(await viewer.codec(), CODEC[viewer.kind]);
  }

  const encoders = await server.ask('encoders');
  assert.equal(encoders.length, 3, `H.264, VP8 and Opus once each, not ${encoders}`);
  assert.ok(encoders.some((name) => /264/.test(name)), `an H.264 encoder in ${encoders}`);
  assert.ok(encoders.some((name) => /vp8/.test(name)), `a VP8 encoder in ${encoders}`);
  assert.ok(encoders.some((name) => /opus/.test(name)), `an Opus encoder in ${encoders}`);

  for (const viewer of viewers.filter(({ kind }) => kind === 'firefox'))
    await viewer.close();
  await until('the encoder that nobody needs has gone', 10,
    async () => !(await server.ask('encoders')).some((name) => /vp8/.test(name)));
  await viewers[2].page.bringToFront();
  await assertMovingBars(viewers[2]);
}));
