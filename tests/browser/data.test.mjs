// gst-rtc: data channels between the page and the elements: files, chat, remote control
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Environment: RTC_TEST_FILE_MB (20): the size of the files
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { randomBytes } from 'node:crypto';
import { BARS, Browser, SINK, Server, assertBars, ending, startPipeline, until } from './lib.mjs';
import { chooseFiles, moveInPicture, rows, takeControl, transferOf, write } from './exchange.mjs';

const SIZE = Number(process.env.RTC_TEST_FILE_MB ?? 20) * 1000000;
const SECONDS = 30 + SIZE / 1000000;
const FILE = (name, size) => `application/x-data-channel,protocol=(string)"file?name=${name}&size=${size}"`;

/** A folder of its own, gone at the end. */
function makeFolder(keep) {
  const folder = mkdtempSync(path.join(tmpdir(), 'gst-rtc-data-'));
  keep({ stop: async () => rmSync(folder, { recursive: true }) });
  return (name) => path.join(folder, name);
}

async function makeFile(name, size) {
  const stream = createWriteStream(name);
  for (let written = 0; written < size; written += 1000000)
    if (!stream.write(randomBytes(Math.min(1000000, size - written))))
      await once(stream, 'drain');
  stream.end();
  await once(stream, 'finish');
}

async function sha256(name) {
  const hash = createHash('sha256');
  for await (const part of createReadStream(name))
    hash.update(part);
  return hash.digest('hex');
}

/** That a bar was somewhere between its ends, and grew. */
async function assertBarGrew(viewer) {
  const bars = await viewer.page.evaluate(() => window.testBars);
  const between = bars.filter((position) => position > 0 && position < 1);
  assert.ok(between.length >= 2 && between.every((position, i) => i === 0 || position >= between[i - 1]), `the bar: ${bars}`);
}

async function assertReceived(viewer, title, digest) {
  const row = await transferOf(viewer, title, SECONDS);
  assert.deepEqual([row.stage, row.sha256, row.hash], ['done', digest, digest], JSON.stringify(row));
}

/** The right picture, and soon another one */
async function assertPlays(viewer) {
  const first = await viewer.picture();
  assertBars(first);
  assertBars(await until('another picture', 15, async () => {
    const next = await viewer.picture();
    return next.hash !== first.hash && next;
  }));
}

/** A progress of a kind, from a pad */
function progress(server, kind, code = 'data_file') {
  return until(`progress ${kind} of ${code} (came: ${JSON.stringify(server.seen('progress').slice(-5))})`, SECONDS, () =>
    server.seen('progress').find((event) => event.kind === kind && event.code === code));
}

for (const kind of ['chromium', 'firefox']) {
  test(`a pipeline sends a file to ${kind}`, { timeout: SECONDS * 2000 }, () => ending(async (keep) => {
    const file = makeFolder(keep);
    await makeFile(file('film'), SIZE);
    const server = keep(await Server.start(`${SINK} filesrc location=${file('film')} blocksize=65536 ! ${FILE('film', SIZE)} ! sink.data_file`));
    const browser = keep(await Browser.start(kind));
    const viewer = await browser.open(server.url);
    await assertReceived(viewer, 'film', await sha256(file('film')));
    await assertBarGrew(viewer);
    await server.event('eos', 10);
    assert.match((await progress(server, 'complete')).text, /\d/);
    await viewer.shot(`data-${kind}-received`);
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));

  test(`${kind} sends files to a pipeline`, { timeout: SECONDS * 2000 }, () => ending(async (keep) => {
    const file = makeFolder(keep);
    await makeFile(file('film'), SIZE);
    const server = keep(await startPipeline(`rtcsrc name=rtc video-codecs=<> audio-codecs=<> rtc.data_file ! filesink location=${file('kept')} async=false`));
    const browser = keep(await Browser.start(kind));
    const viewer = await browser.open(server.url);
    await chooseFiles(viewer, file('film'));
    const digest = await sha256(file('film'));
    const row = await transferOf(viewer, 'film', SECONDS);
    assert.deepEqual([row.stage, row.hash], ['done', digest], JSON.stringify(row));
    await assertBarGrew(viewer);
    await viewer.shot(`data-${kind}-sent`);
    await server.event('eos', 10);
    assert.equal(statSync(file('kept')).size, SIZE);
    assert.equal(await sha256(file('kept')), digest);
    await progress(server, 'complete');
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));

  test(`${kind} exchanges files and words while a picture plays`, { timeout: 90000 }, () => ending(async (keep) => {
    const file = makeFolder(keep);
    const size = 3000000;
    for (const name of ['one', 'two', 'three'])
      await makeFile(file(name), size);
    const server = keep(await startPipeline(`rtcbin name=rtc data-channels=true video-codecs=<> audio-codecs=<> ${BARS.replace('sink.', 'rtc.')}`
      + ` filesrc location=${file('one')} blocksize=65536 ! ${FILE('one', size)} ! rtc.data_one`
      + ` filesrc location=${file('two')} blocksize=65536 ! ${FILE('two', size)} ! rtc.data_two`
      + ` rtc.data_src_file ! filesink location=${file('kept')} async=false`));
    const browser = keep(await Browser.start(kind));
    const viewer = await browser.open(server.url);
    await viewer.playing();
    for (const name of ['one', 'two'])
      await assertReceived(viewer, name, await sha256(file(name)));
    await chooseFiles(viewer, file('three'));
    assert.equal((await transferOf(viewer, 'three')).stage, 'done');
    const digest = await sha256(file('three'));
    await until('the whole file', 10, async () => statSync(file('kept')).size === size && await sha256(file('kept')) === digest);
    await viewer.shot(`data-${kind}-files`);

    const { viewer: name } = await server.event('consumer-added', 5);
    await viewer.page.click('#chat-toggle');
    await write(viewer, 'Is the picture sharp?');
    assert.equal((await server.event('channel', 10)).label, 'chat');
    assert.equal((await server.event('message', 10)).text, 'Is the picture sharp?\n');
    await server.ask('send', { text: 'Sharp as a knife' });
    await until('the answer', 10, async () => (await viewer.text()).includes('Sharp as a knife'));
    await server.ask('open', { viewer: name, label: 'chat' });
    await server.ask('send', { text: 'By another channel' });
    await until('words by another channel', 10, async () => (await viewer.text()).includes('By another channel'));
    await write(viewer, 'Both work');
    assert.equal((await server.event('message', 10, 2)).text, 'Both work\n');
    await viewer.shot(`data-${kind}-chat`);
    await assertPlays(viewer);
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));

  test(`${kind} controls a picture`, { timeout: 60000 }, () => ending(async (keep) => {
    const server = keep(await Server.start('videotestsrc is-live=true pattern=solid-color foreground-color=0xff9db8d2'
      + ' ! video/x-raw,width=640,height=360,framerate=30/1 ! navigationtest name=controlled ! videoconvert'
      + ' ! rtcsink name=sink enable-data-channel-navigation=true'));
    const browser = keep(await Browser.start(kind));
    const viewer = await browser.open(server.url);
    await viewer.playing();
    const events = () => server.seen('navigation');
    const came = (what, isIt) => until(`${what} (came: ${JSON.stringify(events())})`, 10, () => events().find(isIt));
    await takeControl(viewer);
    await moveInPicture(viewer, 0.25, 0.75);
    const near = (value, wanted) => Math.abs(value - wanted) < 2;
    await came('the mouse', (event) => event.what === 'mouse-move' && near(event.pointer_x, 160) && near(event.pointer_y, 270));
    await viewer.page.mouse.down({ button: 'right' });
    await viewer.page.mouse.up({ button: 'right' });
    await came('a button', (event) => event.what === 'mouse-button-press' && event.button === 3 && near(event.pointer_x, 160));
    await came('its end', (event) => event.what === 'mouse-button-release' && event.button === 3);
    await viewer.page.mouse.wheel({ deltaY: -100 });
    await came('the wheel', (event) => event.what === 'mouse-scroll' && event.delta_pointer_y > 0);
    await viewer.page.keyboard.press('Enter');
    await came('a key', (event) => event.what === 'key-press' && event.key === 'Return');
    await came('its end', (event) => event.what === 'key-release' && event.key === 'Return');
    await viewer.shot(`data-${kind}-control`);
    await viewer.page.keyboard.press('Escape');
    await until('the sign says how to begin again', 5, async () => (await viewer.text()).includes('Click or tap'));
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));
}

test('a session without pictures goes and comes back', { timeout: 90000 }, () => ending(async (keep) => {
  const PIPELINE = 'rtcbin name=rtc data-channels=true video-codecs=<> audio-codecs=<>';
  const server = keep(await startPipeline(PIPELINE));
  const browser = keep(await Browser.start('chromium'));
  const viewer = await browser.open(server.url);
  const badge = (wanted) => until(`the badge says ${wanted}`, 20, async () =>
    (await viewer.page.$eval('#badge', ({ textContent }) => textContent)) === wanted);
  await badge('Connected');
  assert.equal(await viewer.page.$eval('#send-files', ({ disabled }) => disabled), false);
  await viewer.shot('data-only');
  await server.ask('state', { value: 'NULL' });
  await until('the page says so', 10, async () => (await viewer.text()).includes('The other side has gone'));
  assert.equal(await viewer.page.$eval('#send-files', ({ disabled }) => disabled), true);
  await viewer.shot('data-only-gone');
  await server.ask('state', { value: 'PLAYING' });
  await badge('Connected');
  await write(viewer, 'Here again');
  assert.equal((await server.event('message', 10)).text, 'Here again\n');
  assert.deepEqual(await rows(viewer), []);
}));

test('a file that breaks off is no whole one', { timeout: 60000 }, () => ending(async (keep) => {
  const file = makeFolder(keep);
  const size = 1000000;
  await makeFile(file('half'), size);
  const server = keep(await Server.start(`${SINK} filesrc location=${file('half')} blocksize=65536 ! ${FILE('half', 2 * size)} ! sink.data_file`));
  const browser = keep(await Browser.start('chromium'));
  const viewer = await browser.open(server.url);
  const row = await transferOf(viewer, 'half');
  assert.equal(row.stage, 'failed');
  assert.match(row.figures, /Only 1.00 MB of 2.00 MB/);
}));
