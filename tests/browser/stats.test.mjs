// gst-rtc: what the sink counts is what the browser counts; the times are true
// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BARS, Browser, Server, SINK, TONE, ending, entries, sleep, until } from './lib.mjs';

const COUNTERS = { packetsSent: 'packetsReceived', bytesSent: 'bytesReceived', headerBytesSent: 'headerBytesReceived' };

/** What both sides have counted; Firefox does not count headers. */
async function count(server, viewer, kind) {
  const ours = entries(await server.ask('stats'), 'outbound-rtp').find((entry) => entry.kind === kind);
  const theirs = await viewer.inbound(kind);
  assert.ok(ours, `the sink has an outbound-rtp for ${kind}`);
  assert.equal(ours.ssrc, theirs.ssrc);
  const known = Object.entries(COUNTERS).filter(([, received]) => theirs[received] !== undefined);
  return known.map(([sent, received]) => ({ sent, ours: ours[sent], theirs: theirs[received] }));
}

/** Nothing more is sent, and what was on its way has arrived: both sides have stopped counting. */
async function pausedCounts(server, viewer) {
  await server.ask('state', { value: 'PAUSED' });
  const look = async () => ({ video: await count(server, viewer, 'video'), audio: await count(server, viewer, 'audio') });
  let last = await look();
  await until('the counts stand still', 20, async () => {
    await sleep(1000);
    const now = await look();
    const stands = JSON.stringify(now) === JSON.stringify(last);
    last = now;
    return stands;
  });
  for (const counts of Object.values(last))
    for (const { ours, theirs } of counts)
      assert.ok(theirs > 0 && theirs <= ours, JSON.stringify(last));
  return last;
}

for (const kind of ['chromium', 'firefox'])
  test(`${kind}: the sink counts what the browser counts`, { timeout: 60000 }, () => ending(async (keep) => {
    const server = keep(await Server.start(`${SINK} ${BARS} ${TONE}`));
    const browser = keep(await Browser.start(kind));
    const viewer = await browser.open(server.url);
    await viewer.playing();
    await until('the round trip is known', 10, async () =>
      entries(await server.ask('stats'), 'remote-inbound-rtp').some((entry) =>
        entry.roundTripTime > 0));
    for (const media of ['video', 'audio'])
      await until(`${media} comes`, 20, async () => (await viewer.inbound(media))?.packetsReceived > 10);
    // Firefox does not count what comes before it has made its receiver: what is compared is what came later.
    const before = await pausedCounts(server, viewer);
    await server.ask('state', { value: 'PLAYING' });
    for (const media of ['video', 'audio'])
      await until('there is something to count', 20, async () =>
        (await viewer.inbound(media)).packetsReceived > before[media][0].theirs + 100);
    await server.ask('state', { value: 'PAUSED' });
    for (const media of ['video', 'audio']) {
      let counts;
      await until('both sides count the same', 10, async () => {
        counts = await count(server, viewer, media);
        return counts.every(({ ours, theirs }, i) =>
          ours - before[media][i].ours === theirs - before[media][i].theirs);
      }).catch((error) => { throw new Error(`${error.message}: ${media}: ${JSON.stringify([before[media], counts])}`); });
      assert.ok(counts.length >= 2, JSON.stringify(counts));
    }
    assert.equal((await viewer.inbound()).packetsLost, 0);
  }));

/** A picture 30 times a second whose grey says which of the last eight it is */
const CANVAS = 'videotestsrc name=canvas is-live=true pattern=solid-color ! video/x-raw,width=320,height=180,framerate=30/1 ! sink.';
const SAMPLES = 20;
/** Asked for reference times (a=rtcp-fb rrtr), Chromium 150 sends none, and so never knows a captureTime; this one does. */
const CHROMIUM_WITH_CAPTURE_TIME = 156;

/**
 * Collects pictures whose capture time is known: their grey, when they were captured by the sender's clock, as
 * abs-capture-time says it, and by the browser's, which it can say once it knows the round trip: isCaptured waits for that.
 */
function collectPictures(count, isCaptured) {
  const NTP_EPOCH = 2208988800000;
  const video = document.querySelector('video');
  const receiver = window.testPeers.at(-1).getReceivers().find(({ track }) => track.kind === 'video');
  const context = new OffscreenCanvas(8, 8).getContext('2d', { willReadFrequently: true });
  window.testPictures = [];
  const look = (now, { captureTime, rtpTimestamp }) => {
    const source = receiver.getSynchronizationSources().find((one) => one.rtpTimestamp === rtpTimestamp);
    const frame = new VideoFrame(video);
    context.drawImage(frame, 0, 0, 8, 8);
    // On a busy machine the video may already be further than the callback.
    const isSame = frame.metadata().rtpTimestamp === rtpTimestamp;
    frame.close();
    if (isSame && source?.captureTimestamp !== undefined && (captureTime !== undefined || !isCaptured))
      window.testPictures.push({
        grey: context.getImageData(4, 4, 1, 1).data[1],
        stamped: source.captureTimestamp - NTP_EPOCH,
        captured: performance.timeOrigin + captureTime,
      });
    if (window.testPictures.length < count)
      video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}

/** How far the time is from that of the nearest picture of the grey; another one of it is 267 ms away. */
function errorOf({ grey, stamped }, painted) {
  const times = painted.filter(([level]) => Math.abs(level - grey) < 16).map(([, seconds]) => 1000 * seconds);
  return times.map((time) => stamped - time).reduce((a, b) => Math.abs(a) < Math.abs(b) ? a : b, Infinity);
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

test('the capture time is true', { timeout: 60000 }, () => ending(async (keep) => {
  const server = keep(await Server.start(`${SINK} ${CANVAS}`));
  const browser = keep(await Browser.start('chromium'));
  const viewer = await browser.open(server.url);
  await viewer.playing();
  const isCaptured = parseInt((await browser.puppeteer.version()).replace(/^.*\//, '')) >= CHROMIUM_WITH_CAPTURE_TIME;
  await viewer.page.evaluate(collectPictures, SAMPLES, isCaptured);
  const pictures = await until('pictures whose capture time is known', 30, () => viewer.page.evaluate((count) =>
    window.testPictures.length >= count && window.testPictures, SAMPLES));
  const painted = await server.ask('painted');
  const errors = pictures.map((picture) => errorOf(picture, painted));
  console.log(`# stamped ${errors.map((error) => error.toFixed(1)).join(', ')} ms after the capture`);
  assert.ok(median(errors.map(Math.abs)) < 20, `stamped ${errors} ms after the capture`);
  if (!isCaptured)
    return;
  const offsets = pictures.map(({ stamped, captured }) => captured - stamped);
  console.log(`# the browser's clock has them ${offsets.map((offset) => offset.toFixed(1)).join(', ')} ms after that`);
  assert.ok(Math.abs(median(offsets)) < 30, `captured ${median(offsets)} ms after what is stamped`);
}));

/*
 * The encoders make a key frame by themselves every 3600 frames, which are 120 s: one that comes within seconds was asked
 * for, by the sink and not by the browser. How fast it is, tests/bench says.
 */
test('the first picture comes at once', { timeout: 120000 }, () => ending(async (keep) => {
  const server = keep(await Server.start(`${SINK} ${BARS} ${TONE}`));
  const browser = keep(await Browser.start('chromium'));
  const keeper = await browser.open(server.url);
  await keeper.playing();
  const times = [], requests = [];
  for (let i = 0; i < 5; i++) {
    const viewer = await browser.open(server.url);
    await viewer.playing();
    times.push(await viewer.firstPicture());
    requests.push((await viewer.inbound()).pliCount);
    await viewer.close();
  }
  console.log(`# first picture after ${times.map(Math.round).join(', ')} ms, with ${requests.join(', ')} requests`);
  assert.equal(median(requests), 0, `asked for key frames: ${requests.join(', ')}`);
}));
