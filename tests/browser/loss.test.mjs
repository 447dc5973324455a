// gst-rtc: Chromium behind a network that loses packets, and one that goes away
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Wants tests/lib/network around it.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { BARS, Browser, Server, SINK, assertMovingBars, ending, entries, sleep, until } from './lib.mjs';

const skip = process.env.IN_NETWORK ? false : 'this machine allows no network namespaces (CAP_SYS_ADMIN or user namespaces)';
const run = (...command) => execFileSync(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] }).toString();

/** Another namespace behind a veth: ours is 10.77.0.1, the other one 10.77.0.2. */
class Elsewhere {
  static async make() {
    const elsewhere = new Elsewhere();
    elsewhere.process = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
    const { pid } = elsewhere.process;
    elsewhere.prefix = ['nsenter', `--net=/proc/${pid}/ns/net`];
    await until('the namespace', 5, () => run('readlink', `/proc/${pid}/ns/net`) !== run('readlink', '/proc/self/ns/net'));
    run('ip', 'link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far', 'netns', `${pid}`);
    run('ip', 'addr', 'add', '10.77.0.1/24', 'dev', 'near');
    run('ip', 'link', 'set', 'near', 'up');
    // A veth carries what UDP_SEGMENT cuts in one piece: it would all be lost at once.
    for (const command of ['link set lo up', 'addr add 10.77.0.2/24 dev far', 'link set far gso_max_segs 1', 'link set far up'])
      run(...elsewhere.prefix, 'ip', ...command.split(' '));
    return elsewhere;
  }

  lose(percent) {
    run('nft', 'add table inet loss; add chain inet loss in { type filter hook input priority 0; };'
      + ` add rule inet loss in iifname "near" ip protocol udp numgen random mod 100 < ${percent} drop`);
  }

  /**
   * Of the first packets of RTP video only the third arrives; the ninth and all after it do. The first byte of RTP begins with the bits 10;
   * the payload types of video, 96 to 127, with 11.
   */
  loseBeginning() {
    run('nft', 'add table inet loss; add chain inet loss in { type filter hook input priority 0; };'
      + ' add rule inet loss in iifname "near" meta l4proto udp @th,64,2 2 @th,73,2 3'
      + ' numgen inc mod 1000000000 { 0, 1, 3, 4, 5, 6, 7 } drop');
  }

  async stop() {
    spawnSync('nft', ['delete', 'table', 'inet', 'loss'], { stdio: 'ignore' });
    spawnSync('ip', ['link', 'del', 'near'], { stdio: 'ignore' });
    this.process.kill('SIGKILL');
  }
}

const start = (keep, elsewhere) =>
  Server.start(`${SINK} ${BARS}`, { host: '10.77.0.2', port: 8080, prefix: elsewhere.prefix }).then(keep);

test('5 % loss: retransmission keeps the picture going', { timeout: 120000, skip }, () => ending(async (keep) => {
  const elsewhere = keep(await Elsewhere.make());
  elsewhere.lose(5);
  const server = await start(keep, elsewhere);
  const browser = keep(await Browser.start('chromium'));
  const viewer = await browser.open(server.url);
  await viewer.playing(20);

  const sent = async () => entries(await server.ask('stats'), 'outbound-rtp')[0].framesSent;
  const before = await viewer.inbound(), sentBefore = await sent();
  await sleep(12000);
  const framesSent = await sent() - sentBefore, after = await viewer.inbound();
  const text = JSON.stringify(after);
  const frames = after.framesDecoded - before.framesDecoded;
  console.log(`# ${frames} of ${framesSent} frames, ${after.totalFreezesDuration - before.totalFreezesDuration} s of freezes`);
  // Of what was sent: how much that is, the machine says.
  assert.ok(framesSent > 100, `${framesSent} frames sent in 12 s`);
  assert.ok(frames > framesSent * 0.9, `${frames} of ${framesSent} frames: ${text}`);
  assert.ok(after.nackCount > 5, `asked again: ${text}`);
  assert.ok(after.retransmittedPacketsReceived > 5, `got it again: ${text}`);
  assert.ok(after.pliCount - before.pliCount <= 5, `asked for key frames: ${text}`);
  await assertMovingBars(viewer);
}));

test('the beginning is lost, and asked for', { timeout: 60000, skip }, () => ending(async (keep) => {
  const elsewhere = keep(await Elsewhere.make());
  elsewhere.loseBeginning();
  const server = await start(keep, elsewhere);
  const browser = keep(await Browser.start('chromium'));
  const viewer = await browser.open(server.url);
  await viewer.playing(20);
  const inbound = await viewer.inbound(), [sent] = entries(await server.ask('stats'), 'outbound-rtp');
  assert.equal(inbound.keyFramesDecoded, 1, JSON.stringify(inbound));
  assert.ok(inbound.nackCount > 0, `asked again: ${JSON.stringify(inbound)}`);
  assert.ok(sent.retransmittedPacketsSent >= 4, `got it again: ${JSON.stringify(sent)}`);
  await assertMovingBars(viewer);
}));

test('a viewer whose network is gone leaves within 30 seconds', { timeout: 90000, skip }, () => ending(async (keep) => {
  const elsewhere = keep(await Elsewhere.make());
  const server = await start(keep, elsewhere);
  const browser = keep(await Browser.start('chromium'));
  const viewer = await browser.open(server.url);
  await viewer.playing(20);
  run('ip', 'link', 'set', 'near', 'down');
  const gone = Date.now();
  const removed = await server.event('consumer-removed', 31);
  console.log(`# gone after ${(removed.at - gone) / 1000} s: ${removed.reason}`);
}));
