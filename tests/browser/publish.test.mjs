// gst-rtc: pages that publish into rtcsrc: cameras, microphones and screens by their content
// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Browser, ending, flowing, padsOf, press, sleep, startPipeline, until } from './lib.mjs';
import { assertCamera, assertDevices, assertMicrophone, isBlack, noPads } from './devices.mjs';

const SRC = 'rtcsrc name=rtc';

const badge = (viewer, text) => until(`the badge says ${text}`, 15, () => viewer.page.evaluate((wanted) =>
  document.querySelector('#badge').innerText === wanted, text));
const says = (viewer, pattern, seconds = 10) => until(`the page says ${pattern}`, seconds, async () => pattern.test(await viewer.text()));
const since = (server, count) => server.events.slice(count).map(({ event, pad }) => [event, pad].join(' ').trim());

async function begin(keep, kind, pipeline = SRC) {
  const server = keep(await startPipeline(pipeline));
  const browser = keep(await Browser.start(kind, { devices: true }));
  const viewer = await browser.open(server.url);
  await badge(viewer, 'Ready');
  return { server, browser, viewer };
}

/** Silence and a black picture come by the same pads. */
async function assertMutes(server, viewer, kind, { video, audio }) {
  const before = server.events.length;
  await press(viewer, '#microphone');
  await until('silence', 5, async () => (await server.ask('sound', { pad: audio, seconds: 0.5 })).loudness < 50);
  await press(viewer, '#microphone');
  await assertMicrophone(server, kind, audio);
  await press(viewer, '#camera');
  await until('a black picture', 5, async () => isBlack(await server.ask('picture', { pad: video })));
  await press(viewer, '#camera');
  await until('the picture is back', 5, async () => !isBlack(await server.ask('picture', { pad: video })));
  await assertCamera(server, kind, video);
  assert.deepEqual(since(server, before), [], 'no pad came or went');
}

async function assertChangesSize(server, viewer, kind, video) {
  const before = server.events.length;
  await viewer.page.evaluate(async () => {
    const sender = window.testPeers.at(-1).getSenders().find(({ track }) => track?.kind === 'video');
    await sender.track.applyConstraints({ width: { exact: 640 }, height: { exact: 480 } });
  });
  await until('the picture has its new shape', 10, async () => {
    const { width, height } = await server.ask('picture', { pad: video });
    return Math.abs(width / height - 4 / 3) < 0.05;
  });
  await assertCamera(server, kind, video);
  assert.deepEqual(since(server, before), [], 'no pad came or went');
}

async function assertStatistics(viewer) {
  await press(viewer, '#statistics-toggle');
  await says(viewer, /Sent video[^]*\d+ × \d+[^]*fps[^]*kbit\/s[^]*Packet loss\s+0\.0 %[^]*Sent audio/);
  await press(viewer, '#statistics-toggle');
}

for (const kind of ['chromium', 'firefox']) {
  test(`${kind} shares camera and microphone`, { timeout: 120000 }, () => ending(async (keep) => {
    const { server, viewer } = await begin(keep, kind);
    await viewer.shot(`publish-${kind}-begin`);
    assert.deepEqual(await server.ask('pads'), [], 'nothing is sent before the user chooses');

    await press(viewer, '#share-both');
    await badge(viewer, 'Sharing');
    const pads = await assertDevices(server, kind);
    const msids = server.seen('pad-added').map(({ msid }) => msid);
    assert.ok(msids.length === 2 && msids[0] && msids[0] === msids[1], `one stream: ${msids}`);
    await assertStatistics(viewer);
    await viewer.shot(`publish-${kind}`);
    await assertMutes(server, viewer, kind, pads);
    if (kind === 'chromium')    // Firefox's made-up camera has one size
      await assertChangesSize(server, viewer, kind, pads.video);
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));

  test(`${kind} stops, shares again, and reloads the page`, { timeout: 120000 }, () => ending(async (keep) => {
    const { server, viewer } = await begin(keep, kind);
    for (let round = 0; round < 3; round++) {
      await press(viewer, round === 1 ? '#share-microphone' : '#share-both');
      if (round === 1) {
        await assertMicrophone(server, kind, await flowing(server, 'audio'));
        assert.deepEqual(await padsOf(server, 'video'), [], 'only the microphone');
        await says(viewer, /Your microphone is shared/);
      } else {
        await assertDevices(server, kind);
      }
      await press(viewer, '#stop');
      await badge(viewer, 'Ready');
      await noPads(server);
      assert.equal(server.seen('pad-eos').length, server.seen('pad-added').length, 'each pad left with EOS');
    }
    assert.equal(server.seen('consumer-added').length, 1, 'one session all the time');

    await press(viewer, '#share-both');
    await assertDevices(server, kind);
    await viewer.page.reload();
    await server.event('consumer-removed', 5);
    await badge(viewer, 'Ready');
    await noPads(server);
    await press(viewer, '#share-both');
    await assertDevices(server, kind);
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));

  test(`${kind} goes on sharing when the element comes back`, { timeout: 90000 }, () => ending(async (keep) => {
    const { server, viewer } = await begin(keep, kind);
    await press(viewer, '#share-both');
    await assertDevices(server, kind);
    await server.stop();
    await says(viewer, /gone|ended|not answer/);
    await viewer.shot(`publish-${kind}-gone`);
    const next = keep(await startPipeline(SRC, { port: server.port }));
    await badge(viewer, 'Sharing');
    await assertDevices(next, kind);
  }));
}

test('a screen beside the camera', { timeout: 90000 }, () => ending(async (keep) => {
  const { server, viewer } = await begin(keep, 'chromium');
  await press(viewer, '#share-both');
  const camera = (await assertDevices(server, 'chromium')).video;
  await press(viewer, '#screen');
  const screen = await flowing(server, 'video', 15, ({ pad }) => pad !== camera);
  const msid = (pad) => server.seen('pad-added').find((event) => event.pad === pad).msid;
  assert.notEqual(msid(screen), msid(camera), 'another stream');
  await viewer.shot('publish-screen');

  await press(viewer, '#screen');
  await until('the pad of the screen has gone', 5, async () => (await padsOf(server, 'video')).length === 1);
  assert.deepEqual(await padsOf(server, 'video'), [camera], 'the camera stays');
  await assertCamera(server, 'chromium', camera);
  await press(viewer, '#screen');
  await flowing(server, 'video', 15, ({ pad }) => pad !== camera);
  await assertCamera(server, 'chromium', camera);
  assert.deepEqual(viewer.errors, [], 'nothing in the console');
}));

test('only H.264 is wanted', { timeout: 90000 }, () => ending(async (keep) => {
  const { server, viewer } = await begin(keep, 'chromium', `${SRC} video-codecs=<H264>`);
  await press(viewer, '#share-both');
  await assertDevices(server, 'chromium');
  const firefox = await begin(keep, 'firefox', `${SRC} video-codecs=<H264>`);
  await firefox.viewer.page.waitForSelector('#share-microphone', { visible: true });
  assert.equal(await firefox.viewer.page.$eval('#share-both', (button) => button.hidden), true,
    'a browser without it is asked for its microphone only');
}));

test('one publisher at a time', { timeout: 60000 }, () => ending(async (keep) => {
  const { server, browser, viewer } = await begin(keep, 'chromium');
  const second = await browser.open(server.url);
  await says(second, /max-consumers/);
  await second.shot('publish-refused');
  await viewer.close();
  await badge(second, 'Ready');
}));

test('there is no screen to share', { timeout: 60000 }, () => ending(async (keep) => {
  const { server, viewer } = await begin(keep, 'firefox');    // its screens are not made up
  await press(viewer, '#share-both');
  const pads = await assertDevices(server, 'firefox');
  await press(viewer, '#screen');
  await says(viewer, /There is no screen/);
  await viewer.shot('publish-no-screen');
  await assertCamera(server, 'firefox', pads.video);
}));

test('what does not work is said in words', { timeout: 90000 }, () => ending(async (keep) => {
  const server = keep(await startPipeline(SRC));
  const browser = keep(await Browser.start('chromium'));
  const viewer = await browser.open(server.url);
  await press(viewer, '#share-both');
  await says(viewer, /There is no|does not allow/);
  await viewer.shot('publish-no-device');
  await badge(viewer, 'Ready');
  assert.deepEqual(await server.ask('pads'), []);
}));

const skip = process.env.IN_NETWORK ? false : 'this machine allows no network namespaces (CAP_SYS_ADMIN or user namespaces)';

test('a page that came without TLS says what it lacks', { timeout: 60000, skip }, () => ending(async (keep) => {
  const server = keep(await startPipeline(SRC, { host: '198.51.100.1' }));
  const browser = keep(await Browser.start('firefox', { devices: true }));
  const viewer = await browser.open(server.url);
  await says(viewer, /https/);
  assert.equal(await viewer.page.$eval('#share-both', (button) => button.disabled), true);
  await viewer.shot('publish-insecure');
}));
