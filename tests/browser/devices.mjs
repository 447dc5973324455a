// gst-rtc: the made-up cameras and microphones of the browsers, and what of them comes out of an element
// SPDX-License-Identifier: LGPL-2.1-or-later
import assert from 'node:assert/strict';
import { flowing, padsOf, sleep, until } from './lib.mjs';

/**
 * Chromium: a light green mouth that opens and shuts on dark green, and beeps. Y'CbCr of 0 is behind it, beyond what there is
 * of colours: 135 in BT.601, 77 in BT.709, by which GStreamer reads pictures of 720 lines that do not say what they are.
 * Firefox: one colour that changes, and a tone.
 */
const CAMERAS = {
  chromium: ({ fields }) => fields.every(([red, green, blue]) => red < 90 && green > 65 && blue < 60),
  firefox: ({ fields }) => fields.slice(4).every((field) => field.every((value, i) => Math.abs(value - fields[11][i]) < 24)),
};
const TONES = { chromium: 400, firefox: 1000 };   // Hz

/** Different pictures come out of a pad, and each is one of this browser's camera. */
export async function assertCamera(server, kind, pad) {
  const hashes = new Set();
  let picture;
  for (let i = 0; i < 4; i++) {
    picture = await server.ask('picture', { pad });
    assert.ok(CAMERAS[kind](picture), `not the camera of ${kind}: ${JSON.stringify(picture)}`);
    hashes.add(picture.hash);
    await sleep(200);
  }
  assert.ok(hashes.size >= 3, `4 looks saw ${hashes.size} different pictures`);
  assert.equal(picture.backwards, 0, 'timestamps rise');
  return picture;
}

export function isBlack({ fields }) {
  return fields.every((field) => field.every((value) => value < 40));
}

export async function hears(server, kind, pad) {
  const { loudness, frequency } = await server.ask('sound', { pad });
  return loudness > 300 && Math.abs(frequency - TONES[kind]) <= 25;
}

export async function assertMicrophone(server, kind, pad) {
  await until('the microphone is heard', 5, () => hears(server, kind, pad)).catch(async (error) => {
    throw new Error(`${error.message}: ${JSON.stringify(await server.ask('sound', { pad }))}`);
  });
}

/** Both, from the newest pads; returns those. */
export async function assertDevices(server, kind) {
  const video = await flowing(server, 'video');
  const audio = await flowing(server, 'audio');
  await assertCamera(server, kind, video);
  await assertMicrophone(server, kind, audio);
  return { video, audio };
}

export async function noPads(server, seconds = 5) {
  await until('all pads have gone', seconds, async () =>
    (await padsOf(server, 'video')).length + (await padsOf(server, 'audio')).length === 0);
}
