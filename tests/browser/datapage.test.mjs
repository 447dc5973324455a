// gst-rtc: files, chat and remote control in the page, against another side that can be told to do anything
// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { Browser, ending, press, until } from './lib.mjs';
import { ROW, makeBytes, rowThat, rows, sha256, write } from './exchange.mjs';
import { PageServer, openWithOther } from './otherside.mjs';

async function begin(keep, kind, options) {
  const server = keep(await PageServer.start());
  const browser = keep(await Browser.start(kind, { addresses: true }));
  const viewer = await openWithOther(browser, server, options);
  return { browser, viewer };
}

/** The other side opens a channel for a file, sends some of it in messages, and keeps it as other[key]. */
function sendSome(viewer, { key = 'file', protocol, size, seed = 1, from = 0, to = size, close = false }) {
  return viewer.page.evaluate(async (makeBytes, { key, protocol, size, seed, from, to, close }) => {
    const bytes = new Function(`return ${makeBytes}`)()(size, seed);
    window.other[key] ??= await window.other.open('file', protocol);
    for (let start = from; start < to; start += 65536)
      window.other[key].send(bytes.subarray(start, Math.min(start + 65536, to)));
    close && window.other[key].close();
  }, makeBytes.toString(), { key, protocol, size, seed, from, to, close });
}

for (const kind of ['chromium', 'firefox']) {
  test(`${kind} receives several files at once, and saves them`, { timeout: 60000 }, () => ending(async (keep) => {
    const { browser, viewer } = await begin(keep, kind);
    const size = 3000000;
    const files = ['one two.bin', 'größer.bin'].map((name, i) => ({ key: `file${i}`, seed: i + 1, size,
      protocol: `file?name=${encodeURIComponent(name)}&size=${size}&type=` }));
    for (const file of files)
      await sendSome(viewer, { ...file, to: size / 2 });
    for (const name of ['one two.bin', 'größer.bin'])
      await rowThat(viewer, `the bar of ${name} in the middle`, ({ title, progress }) => title === name && progress === 0.5);
    await viewer.shot(`datapage-${kind}-receiving`);
    for (const file of files)
      await sendSome(viewer, { ...file, from: size / 2, close: true });
    for (const { seed } of files)
      await rowThat(viewer, 'its hash', ({ stage, hash, progress }) =>
        stage === 'done' && hash === sha256(makeBytes(size, seed)) && progress === null);
    await viewer.shot(`datapage-${kind}-received`);

    await press(viewer, `${ROW}:last-child .save`);
    const saved = await until('the file is saved', 15, async () => {
      const names = await readdir(browser.downloads).catch(() => []);
      const whole = names.find((name) => name === 'one two.bin');
      const bytes = whole && await readFile(path.join(browser.downloads, whole));
      return bytes?.length === size && bytes;
    });
    assert.equal(sha256(saved), sha256(makeBytes(size, 1)));
    await press(viewer, `${ROW}:last-child .end`);
    assert.equal((await rows(viewer)).length, 1, 'the other one is left');
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));

  test(`${kind} sends files that are chosen and dropped`, { timeout: 60000 }, () => ending(async (keep) => {
    const { viewer } = await begin(keep, kind);
    const sizes = [0, 1, 65536, 5000000, 100000, 200000, 300000];
    await viewer.page.evaluate((makeBytes, sizes) => {
      const make = new Function(`return ${makeBytes}`)();
      const transfer = new DataTransfer();
      sizes.forEach((size, i) => transfer.items.add(new File([make(size, i)], `dropped ${i}&.bin`, { type: 'a/b' })));
      const drag = (type) => document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
      drag('dragenter');
      window.wasMarked = !document.querySelector('#drop').hidden;
      drag('drop');
    }, makeBytes.toString(), sizes);
    assert.ok(await viewer.page.evaluate(() => window.wasMarked), 'the page says that it takes what is dropped');
    await (await viewer.page.$('#file-choice')).uploadFile(path.resolve('README.md'));
    for (let i = 0; i < sizes.length; i++)
      await rowThat(viewer, `all of ${i}`, ({ title, stage, hash }) => title === `dropped ${i}&.bin` && stage === 'done'
        && hash === sha256(makeBytes(sizes[i], i)));
    await rowThat(viewer, 'the chosen one', ({ title, stage }) => title === 'README.md' && stage === 'done');
    await viewer.shot(`datapage-${kind}-sent`);

    const came = await viewer.page.evaluate(async () => Promise.all(window.other.channels.map(async ({ label, protocol, messages }) => ({
      label, protocol, largest: Math.max(0, ...messages.map(({ length }) => length)),
      hash: [...new Uint8Array(await crypto.subtle.digest('SHA-256', await new Blob(messages).arrayBuffer()))]
        .map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    }))));
    assert.equal(came.length, sizes.length + 1);
    sizes.forEach((size, i) => {
      const file = came.find(({ protocol }) => protocol === `file?name=dropped%20${i}%26.bin&size=${size}&type=a%2Fb`);
      assert.equal(file?.hash, sha256(makeBytes(size, i)), JSON.stringify(came));
      assert.ok(file.label === 'file' && file.largest <= 65536);
    });
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));

  test(`${kind} chats on a channel of either side`, { timeout: 60000 }, () => ending(async (keep) => {
    const { viewer } = await begin(keep, kind);
    await write(viewer, 'Is anybody there?');
    const first = await until('the page opens a channel', 10, () => viewer.page.evaluate(() =>
      window.other.channels[0]?.messages.length === 1 && { label: window.other.channels[0].label, message: window.other.channels[0].messages[0] }));
    assert.deepEqual(first, { label: 'chat', message: 'Is anybody there?\n' });
    await viewer.page.evaluate(() => window.other.channels[0].send('Yes <b>I</b> am\n'));
    await until('the answer', 10, async () => (await viewer.text()).includes('Yes <b>I</b> am'));

    await viewer.page.evaluate(async () => {
      window.other.channels[0].close();
      (await window.other.open('chat')).send(new TextEncoder().encode('bytes of a terminal\n'));
    });
    await until('words that came as bytes', 10, async () => (await viewer.text()).includes('bytes of a terminal'));
    await write(viewer, 'Got it');
    await until('the answer on the channel that is open', 10, () => viewer.page.evaluate(() =>
      window.other.channels.length === 2 && window.other.channels[1].messages[0] === 'Got it\n'));
    await viewer.shot(`datapage-${kind}-chat`);
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));

  test(`${kind} controls a picture while it has the focus`, { timeout: 60000 }, () => ending(async (keep) => {
    const { viewer } = await begin(keep, kind, { hasPicture: true });
    await viewer.playing();
    const { page } = viewer;
    await page.evaluate(async () => { await window.other.open('input', 'navigation'); });
    const said = () => page.evaluate(() => window.other.channels[0].messages.splice(0));
    await page.waitForSelector('video.controllable');
    await page.mouse.move(500, 350);
    await viewer.shot(`datapage-${kind}-control-hint`);
    await page.mouse.click(500, 350);
    await until('the sign', 5, async () => (await viewer.text()).includes('You control the picture'));
    assert.deepEqual(await said(), [], 'the first click only begins');

    // 1000 × 700 shows 16:9 as 1000 × 562.5, with 68.75 above and below.
    await page.mouse.move(250, 68.75 + 281.25);
    const expect = async (...lines) => {
      const came = [];
      await until(`${lines} (came: ${came})`, 5, async () => {
        came.push(...await said());
        return came.length >= lines.length;
      }).catch((error) => { throw new Error(`${error.message}; came: ${JSON.stringify(came)}`); });
      assert.deepEqual(came, lines);
    };
    await expect('mouse-move 0.25000 0.50000');
    await page.mouse.move(250, 20);
    await page.mouse.move(750, 350);
    await expect('mouse-move 0.75000 0.50000');
    await page.mouse.down();
    await expect('mouse-down 1 0.75000 0.50000 mods=256');
    await page.mouse.move(750, 690);
    await expect('mouse-move 0.75000 1.00000 mods=256');
    await page.mouse.up();
    await expect('mouse-up 1 0.75000 1.00000');
    await page.mouse.move(500, 350);
    await page.mouse.wheel({ deltaY: 120 });
    await expect('mouse-move 0.50000 0.50000', 'mouse-scroll 0.50000 0.50000 0.0 -120.0');
    for (const key of ['s', 'ArrowLeft', 'Enter', '%'])
      await page.keyboard.press(key);
    await page.$eval('video', (video) => {    // not on the keyboard of the test
      for (const type of ['keydown', 'keyup'])
        video.dispatchEvent(new KeyboardEvent(type, { key: 'ö', code: 'Semicolon', bubbles: true }));
    });
    await expect(...['s', 'Left', 'Return', 'percent', 'U00F6'].flatMap((name) => [`key-down ${name}`, `key-up ${name}`]));
    assert.equal(await page.$eval('#statistics', ({ hidden }) => hidden), true, 'the keys are not for the page');
    await viewer.shot(`datapage-${kind}-control`);

    await page.keyboard.down('Shift');
    await page.keyboard.down('A');
    await expect('key-down Shift_L mods=1', 'key-down A mods=1');
    await page.keyboard.press('Escape');
    await expect('key-up Shift_L', 'key-up A');
    await page.keyboard.up('A');
    await page.keyboard.up('Shift');
    await page.mouse.move(300, 300);
    await page.keyboard.press('s');
    await until('the keys are for the page again', 5, () => page.$eval('#statistics', ({ hidden }) => !hidden));
    assert.deepEqual(await said(), [], 'nothing after Escape');

    await page.keyboard.press('s');
    await page.focus('video');
    await page.evaluate(() => window.other.channels[0].close());
    await until('no sign without a channel', 5, async () => page.$eval('#control-sign', ({ hidden }) => hidden));
    assert.deepEqual(viewer.errors, [], 'nothing in the console');
  }));
}

test('fingers control a picture', { timeout: 60000 }, () => ending(async (keep) => {
  const { viewer } = await begin(keep, 'chromium', { hasPicture: true });
  await viewer.playing();
  const { page } = viewer;
  await page.evaluate(async () => { await window.other.open('input', 'navigation'); });
  await page.waitForSelector('video.controllable');
  await page.focus('video');
  const first = await page.touchscreen.touchStart(250, 350);
  const second = await page.touchscreen.touchStart(750, 350);
  await second.move(750, 400);
  await first.end();
  await second.end();
  const words = await until('all of it', 5, () => page.evaluate(() => {
    const { messages } = window.other.channels[0];
    return messages.filter((message) => message.startsWith('touch-up')).length === 2 && messages;
  }));
  const events = words.map((message) => message.split(' ').slice(0, 4).join(' '));
  assert.deepEqual(events.filter((one) => one !== 'touch-frame'), [
    'touch-down 0 0.25000 0.50000', 'touch-down 1 0.75000 0.50000', 'touch-motion 1 0.75000 0.58889',
    'touch-up 0 0.25000 0.50000', 'touch-up 1 0.75000 0.58889']);
  assert.equal(events.filter((one) => one === 'touch-frame').length, 5);
}));

test('what goes wrong with a file is said in words', { timeout: 60000 }, () => ending(async (keep) => {
  const { viewer } = await begin(keep, 'chromium');
  for (const [key, protocol] of [['short', 'file?name=short&size=2000'], ['unknown', 'file?name=..%2F..%2F.profile%00&size=1e3'], ['bare', '']]) {
    await sendSome(viewer, { key, protocol, size: 1000 });
    await rowThat(viewer, `what came of ${key}`, ({ stage, figures }) => stage === 'moving' && figures.startsWith('1.00 kB'));
    await viewer.page.evaluate((key) => window.other[key].close(), key);
  }
  await sendSome(viewer, { key: 'long', protocol: 'file?name=long&size=500', size: 1000 });
  await rowThat(viewer, 'too few', ({ title, stage, figures }) => title === 'short' && stage === 'failed' && /Only 1.00 kB of 2.00 kB/.test(figures));
  await rowThat(viewer, 'too many', ({ title, stage, figures }) => title === 'long' && stage === 'failed' && /More came/.test(figures));
  await rowThat(viewer, 'a name without folders', ({ title, stage }) => title === '.profile' && stage === 'done');
  await rowThat(viewer, 'a name in want of one', ({ title, stage }) => title === 'file' && stage === 'done');
  await until('the channel that brings too much is closed', 5, () => viewer.page.evaluate(() => window.other.long.readyState === 'closed'));

  await viewer.page.evaluate(() => {
    window.other.pc.ondatachannel = ({ channel }) => {
      channel.onmessage = () => channel.close();
    };
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(3000000)], 'refused'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  });
  await rowThat(viewer, 'the other side took no more', ({ title, stage, figures }) => title === 'refused' && stage === 'failed' && /took no more/.test(figures));
  await sendSome(viewer, { key: 'cancelled', protocol: 'file?name=cancelled&size=2000', size: 1000 });
  await rowThat(viewer, 'half of it', ({ title, progress }) => title === 'cancelled' && progress === 0.5);
  await press(viewer, `${ROW}:first-child .end`);
  await rowThat(viewer, 'the end by the user', ({ title, stage }) => title === 'cancelled' && stage === 'cancelled');
  await until('the other side hears of it', 5, () => viewer.page.evaluate(() => window.other.cancelled.readyState === 'closed'));
  await viewer.shot('datapage-words');
}));

test('a goodbye overtakes no file', { timeout: 60000 }, () => ending(async (keep) => {
  const { viewer } = await begin(keep, 'chromium');
  const size = 4000000;
  await sendSome(viewer, { protocol: `file?name=late&size=${size}`, size, to: 1000000 });
  await rowThat(viewer, 'some of it', ({ title, progress }) => title === 'late' && progress > 0);
  await sendSome(viewer, { size, from: 1000000, close: true });
  await viewer.page.evaluate(() => window.other.say({ type: 'leave' }));
  await rowThat(viewer, 'all of it', ({ stage, hash }) => stage === 'done' && hash === sha256(makeBytes(size, 1)));
  await until('the page says who has gone', 5, async () => (await viewer.text()).includes('The other side has gone'));
  await viewer.shot('datapage-goodbye');
}));
