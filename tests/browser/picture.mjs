// gst-rtc: makes docs/page.png, the page as Chromium shows it
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// usage: meson devenv -C build -w . node tests/browser/picture.mjs
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser, Server, SINK, ending, sleep } from './lib.mjs';

const PICTURE = 'videotestsrc is-live=true pattern=smpte75 ! video/x-raw,width=1280,height=720,framerate=30/1'
  + " ! timeoverlay halignment=left valignment=center font-desc='Sans Bold 40' ! sink.";
const SOUND = 'audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=2 ! sink.';

await ending(async (keep) => {
  const server = keep(await Server.start(`${SINK} ${PICTURE} ${SOUND}`));
  const browser = keep(await Browser.start('chromium'));
  const viewer = await browser.open(server.url);
  await viewer.page.setViewport({ width: 960, height: 600 });
  await viewer.playing();
  await viewer.page.click('#statistics-toggle');
  await sleep(15000);
  await viewer.page.mouse.move(400, 300);
  await viewer.page.screenshot({ path: path.join(path.dirname(fileURLToPath(import.meta.url)), '../../docs/page.png') });
});
