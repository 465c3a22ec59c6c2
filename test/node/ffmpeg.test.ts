// What is told when ffmpeg is missing, lacks something, fails or is stopped: with scripts that play ffmpeg.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeAnimation } from '../../dist/image/animation/encode.js';
import type { Frame } from '../../dist/image/animation/frame.js';
import { FFMPEG_VARIABLE, requireFfmpeg } from '../../dist/node/ffmpeg.js';
import { skippingSuite } from '../skip.js';

const test =
  process.platform === 'win32'
    ? skippingSuite<{ folder: string }>('node/ffmpeg', 'the scripts that play ffmpeg are for a POSIX shell')
    : suite<{ folder: string }>('node/ffmpeg');
const needs = { encoder: 'libx264', muxer: 'mp4' };
const path = process.env.PATH;

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'facewright-ffmpeg-'));
});
test.after.each(({ folder }) => {
  delete process.env[FFMPEG_VARIABLE];
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

/** Puts a script in ffmpeg's place. */
function fake(folder: string, script: string): string {
  const file = join(folder, 'my ffmpeg; echo $HOME');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  process.env[FFMPEG_VARIABLE] = file;
  return file;
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => assert.unreachable('it passed') as never,
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

async function* frames(count = 3): AsyncGenerator<Frame> {
  // More than a pipe holds, so that a script that does not read stops the writing.
  const [width, height] = [400, 300];
  for (let i = 0; i < count; i++) {
    yield { image: { width, height, data: new Uint8Array(width * height * 3).fill(i) }, ticks: 1 };
  }
}

const encode = (signal?: AbortSignal, film = frames()) =>
  encodeAnimation(film, { format: 'mp4', width: 400, height: 300, fps: 20, loop: 0, creatorTool: 'test', signal });

const LISTS = 'case "$*" in *-encoders*) echo " V....D libx264   H.264";; *-muxers*) echo "  E mp4    MP4";; esac';

test('none is installed', async ({ folder }) => {
  process.env.PATH = folder;
  const message = await messageOf(requireFfmpeg('mp4', needs));
  assert.match(
    message,
    /^FacewrightError: mp4 needs ffmpeg, which is not installed; install it \(Debian, Ubuntu: apt-get/,
  );
  assert.match(message, /name it in FACEWRIGHT_FFMPEG, or choose webp, gif or apng$/);
});

test('the one that is named cannot be run', async ({ folder }) => {
  process.env[FFMPEG_VARIABLE] = join(folder, 'none');
  assert.match(
    await messageOf(requireFfmpeg('avif', needs)),
    /avif needs ffmpeg, and .*\/none cannot be run \(ENOENT\)/,
  );
  chmodSync(fake(folder, ''), 0o644);
  assert.match(await messageOf(requireFfmpeg('avif', needs)), /cannot be run \(EACCES\)/);
});

test('it has what it takes, or lacks it', async ({ folder }) => {
  fake(folder, LISTS);
  await requireFfmpeg('mp4', needs);
  assert.match(
    await messageOf(requireFfmpeg('avif', { encoder: 'libaom-av1', muxer: 'avif' })),
    /avif needs an ffmpeg with the encoder libaom-av1, which .* lacks; install a full or newer build/,
  );
  assert.match(await messageOf(requireFfmpeg('avif', { ...needs, muxer: 'avif' })), /with the muxer avif, which/);
});

test('its failure is told in its own words, however little it has read', async ({ folder }) => {
  fake(folder, 'echo "Invalid" >&2; echo "frame size" >&2; exit 7');
  assert.match(await messageOf(encode()), /^FacewrightError: mp4: .* failed \(Invalid; frame size\); choose webp/);
  fake(folder, 'exit 3');
  assert.match(await messageOf(encode()), /failed \(exit code 3\)/);
});

test('what it writes is taken, with the mark behind it', async ({ folder }) => {
  // The last word is where to write.
  fake(folder, 'cat > /dev/null; for last; do :; done; printf "....ftypisom" > "$last"');
  const file = await encode();
  assert.is(file.toString('latin1', 0, 12), '....ftypisom');
  assert.is(file.toString('latin1', 16, 20), 'uuid');
});

test('it is killed when the signal is raised', async ({ folder }) => {
  const pid = join(folder, 'pid');
  fake(folder, `echo $$ > '${pid}'; exec sleep 600`);
  const controller = new AbortController();
  const timer = setInterval(() => existsSync(pid) && controller.abort(), 20);
  const message = await messageOf(encode(controller.signal, frames(1000)));
  clearInterval(timer);
  assert.match(message, /^AbortError: stopped/);
  assert.throws(() => process.kill(Number(readFileSync(pid, 'utf8')), 0), /ESRCH/);
});

test('it is killed when a frame cannot be made', async ({ folder }) => {
  const pid = join(folder, 'pid');
  fake(folder, `echo $$ > '${pid}'; cat > /dev/null; exec sleep 600`);
  async function* broken(): AsyncGenerator<Frame> {
    yield* frames(2);
    while (!existsSync(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error('no such picture');
  }
  assert.is(await messageOf(encode(undefined, broken())), 'Error: no such picture');
});

test.run();
