// gst-rtc: calls between a page and rtcbin: each side sees and hears the other
// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BARS, Browser, TONE, assertMovingBars, ending, flowing, padsOf, press, sleep, startPipeline, until } from './lib.mjs';
import { assertCamera, assertDevices, assertMicrophone, noPads } from './devices.mjs';

const BIN = `rtcbin name=rtc ${BARS.replace('sink.', 'rtc.')} ${TONE.replace('sink.', 'rtc.')}`;

async function begin(keep, kind, pipeline = BIN) {
  const server = keep(await startPipeline(pipeline));
  const browser = keep(await Browser.start(kind, { devices: true }));
  const viewer = await browser.open(server.url);
  await viewer.playing();
  return { server, browser, viewer };
}

/** Firefox makes its receiver anew when our side begins or stops to send, and wants a key frame. */
async function assertPlays(viewer) {
  await until('the picture moves', 5, async () => {
    const { hash } = await viewer.picture();
    await sleep(200);
    return (await viewer.picture()).hash !== hash;
  });
  await assertMovingBars(viewer);
  const frequency = await viewer.frequency();
  assert.ok(Math.abs(frequency - 440) <= 30, `heard ${frequency} Hz, not 440`);
}

/** No frame of the element's picture is lost while our side of the session changes. */
async function assertUndisturbed(viewer, body) {
  const before = await viewer.inbound();
  await body();
  const after = await viewer.inbound();
  assert.equal(after.ssrc, before.ssrc, 'the same stream');
  assert.ok((after.freezeCount ?? 0) - (before.freezeCount ?? 0) <= 1, `stood still: ${JSON.stringify(after)}`);
}

const silent = (server, pad) => until('silence', 5, async () =>
  (await server.ask('sound', { pad, seconds: 0.5 })).loudness < 50);

for (const kind of ['chromium', 'firefox']) {
  test(`${kind} and rtcbin see and hear each other`, { timeout: 120000 }, () => ending(async (keep) => {
    const { server, viewer } = await begin(keep, kind);
    await assertPlays(viewer);
    assert.deepEqual(await server.ask('pads'), [], 'nothing is sent before the user wants it');
    await viewer.shot(`call-${kind}-begin`);

    await assertUndisturbed(viewer, async () => {
      await press(viewer, '#microphone');
      await assertMicrophone(server, kind, await flowing(server, 'audio'));
      await press(viewer, '#camera');
      await assertDevices(server, kind);
    });
    const msids = server.seen('pad-added').map(({ msid }) => msid);
    assert.ok(msids.length === 2 && msids[0] && msids[0] === msids[1], `one stream: ${msids}`);
    await press(viewer, '#unmute');
    await assertPlays(viewer);
    await viewer.shot(`call-${kind}`);

    await press(viewer, '#stop');
    await noPads(server);
    await assertPlays(viewer);
    await press(viewer, '#camera');
    await assertCamera(server, kind, await flowing(server, 'video'));
    await press(viewer, '#microphone');
    await assertDevices(server, kind);
    await assertPlays(viewer);
    assert.equal(server.seen('consumer-added').length, 1, 'one session all the time');
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));

  test(`${kind} talks back to a camera`, { timeout: 90000 }, () => ending(async (keep) => {
    const { server, viewer } = await begin(keep, kind, BIN.replace('name=rtc', 'name=rtc video-codecs=<>'));
    assert.equal(await viewer.page.$eval('#camera', (button) => button.hidden), true, 'no camera is asked for');
    for (let round = 0; round < 2; round++) {
      await viewer.page.keyboard.press('t');
      const pad = await flowing(server, 'audio');
      assert.equal(pad, 'audio_src_0', 'the same pad each time');
      await assertMicrophone(server, kind, pad);
      await viewer.page.keyboard.press('t');
      await silent(server, pad);
    }
    await viewer.shot(`call-${kind}-talk`);
    await assertPlays(viewer);
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));
}

test('both browsers call the same element', { timeout: 120000 }, () => ending(async (keep) => {
  const { server, viewer: chromium } = await begin(keep, 'chromium');
  const browser = keep(await Browser.start('firefox', { devices: true }));
  const firefox = await browser.open(server.url);
  await firefox.playing();
  await press(chromium, '#camera');
  const first = await flowing(server, 'video');
  await press(firefox, '#camera');
  const second = await flowing(server, 'video', 15, ({ pad }) => pad !== first);
  await assertCamera(server, 'chromium', first);
  await assertCamera(server, 'firefox', second);
  await assertMovingBars(chromium);
  await assertMovingBars(firefox);
  await chromium.close();
  await until('the pad of who left has gone', 5, async () => !(await padsOf(server, 'video')).includes(first));
  await assertCamera(server, 'firefox', second);
}));
