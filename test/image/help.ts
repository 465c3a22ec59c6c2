/** What the tests of image/ share: a folder that goes away, small pictures, and the shape of an error's sentence. */

import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import * as assert from 'uvu/assert';
import { FacewrightError } from '../../dist/errors.js';

/** A folder for one test file, removed when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'facewright-image-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes `bytes` below `folder` and returns the path. */
export async function put(folder: string, name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** A picture of one colour. */
export function plain(width: number, height: number, red: number, green: number, blue: number, alpha?: number): Sharp {
  const background = { r: red, g: green, b: blue, alpha: alpha ?? 1 };
  return sharp({ create: { width, height, channels: alpha === undefined ? 3 : 4, background } });
}

/** A picture that compresses badly, so that cutting a file short always cuts pixels. */
export function noisy(side: number, channels: 3 | 4 = 3): Sharp {
  let state = 1;
  const data = Uint8Array.from({ length: side * side * channels }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return sharp(data, { raw: { width: side, height: side, channels } });
}

/** Runs `work`, which has to fail with one sentence that starts with `start` and matches `pattern`. */
export async function failsWith(work: () => unknown, start: string, pattern: RegExp): Promise<void> {
  let error: unknown;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof FacewrightError, `${start}: expected a FacewrightError, got ${error}`);
  assert.ok(error.message.startsWith(`${start}: `), `starts with what it is about: ${error.message}`);
  assert.match(error.message.slice(start.length), pattern);
  assert.not.match(error.message, /\n|undefined|\[object/);
  assert.match(error.message, /; /, 'says what would do');
}

/** The pixel at x, y in 8 bits. */
export function pixel(image: { width: number; data: ArrayLike<number> }, x: number, y: number): number[] {
  return [0, 1, 2].map((c) => Math.round(image.data[(y * image.width + x) * 3 + c] * 255));
}

/** Every channel within `most` of what was expected. */
export function near(actual: ArrayLike<number>, expected: ArrayLike<number>, most: number): void {
  assert.is(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= most, `${i}: ${actual[i]} instead of ${expected[i]}`);
  }
}
