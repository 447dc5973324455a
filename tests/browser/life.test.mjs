// gst-rtc: viewers come and go, and so does the server
// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BARS, Browser, Server, SINK, assertMovingBars, ending, sleep, until } from './lib.mjs';

const PIPELINE = `${SINK} ${BARS}`;

for (const kind of ['chromium', 'firefox']) {
  test(`${kind}: a closed page is noticed at once`, { timeout: 60000 }, () => ending(async (keep) => {
    const server = keep(await Server.start(PIPELINE));
    const browser = keep(await Browser.start(kind));
    const viewer = await browser.open(server.url);
    await viewer.playing();
    assert.equal(server.seen('consumer-added').length, 1);

    const closed = Date.now();
    await viewer.close();
    const removed = await server.event('consumer-removed', 10);
    console.log(`# noticed after ${removed.at - closed} ms: ${removed.reason}`);
    // What is only noticed by its silence has other reasons.
    assert.match(removed.reason, /said goodbye|closed the connection|has left/);
    assert.equal(removed.viewer, server.seen('consumer-added')[0].viewer);
    await until('nothing is encoded any more', 10, async () => (await server.ask('encoders')).length === 0);
  }));

  test(`${kind}: a killed browser is gone within 30 seconds`, { timeout: 90000 }, () => ending(async (keep) => {
    const server = keep(await Server.start(PIPELINE));
    const browser = await Browser.start(kind);
    try {
      await (await browser.open(server.url)).playing();
    } finally {
      await browser.kill();
    }
    await server.event('consumer-removed', 30);
  }));

  test(`${kind}: the page comes back by itself`, { timeout: 90000 }, () => ending(async (keep) => {
    const first = await Server.start(PIPELINE);
    const browser = keep(await Browser.start(kind));
    const viewer = await browser.open(first.url);
    await viewer.playing();
    await first.stop();
    await until('the page says that something is wrong', 5, () => viewer.page.evaluate(() =>
      document.querySelector('#badge').dataset.state !== 'live' && document.querySelector('#headline').innerText !== ''));
    await viewer.shot(`page-${kind}-waiting`);

    keep(await Server.start(PIPELINE, { port: first.port }));
    await until('a new connection', 20, () => viewer.page.evaluate(() => window.testPeers.length > 1));
    await viewer.playing(20);
    await until('the picture moves again', 10, async () => {
      const before = (await viewer.inbound())?.framesDecoded;
      await sleep(300);
      return before > 0 && (await viewer.inbound()).framesDecoded > before;
    });
    await assertMovingBars(viewer);
  }));
}

test('stopping and starting the pipeline under a viewer', { timeout: 90000 }, () => ending(async (keep) => {
  const server = keep(await Server.start(PIPELINE));
  const browser = keep(await Browser.start('chromium'));
  const viewer = await browser.open(server.url);
  await viewer.playing();
  for (let round = 0; round < 3; round++) {
    assert.match(await server.ask('state', { value: 'NULL' }), /SUCCESS/i);
    assert.match(await server.ask('state', { value: 'PLAYING' }), /SUCCESS|ASYNC|NO_PREROLL/i);
    const peers = await viewer.page.evaluate(() => window.testPeers.length);
    await until('the page is back', 20, () => viewer.page.evaluate((n) => window.testPeers.length > n
      || window.testPeers.at(-1).connectionState === 'connected', peers));
    await until('pictures come', 20, async () => ((await viewer.inbound())?.framesDecoded ?? 0) > 5);
  }
  await assertMovingBars(viewer);
}));
