/** Damaged files: whatever is cut off or changed, the answer is tensors or a sentence, soon. */

import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FacewrightError } from '../../dist/errors.js';
import { goldenTest } from '../goldens.js';
import { bytesOf, call, dict, f32, pickle, tensor, text, torchLegacy, u64, zip } from './assemble.js';
import { readAll } from './read-all.js';
import { SOURCE } from './refuses.js';

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Whether the bytes are read; that anything but a sentence is thrown fails the test. */
function opens(bytes: Uint8Array, what: string): boolean {
  try {
    readAll(bytes, SOURCE);
    return true;
  } catch (error) {
    assert.instance(error, FacewrightError, `${what}: ${String(error)}`);
    assert.match((error as Error).message, /^faces\.pt: [^\n]+$/);
    return false;
  }
}

const x = tensor({ count: 6, shape: [3, 2], strides: [1, 3] });
const y = tensor({ key: '1', type: 'Half', count: 4, view: [1, 3], shape: [2], strides: [1] });
const object = bytesOf(
  ...[call('collections', 'OrderedDict'), '(', text('x'), x, text('in'), dict({ y }), 'u'],
  ...[dict({ _metadata: dict({}) }), 'b'],
);
const storages = { 0: f32(0, 1, 2, 3, 4, 5), 1: bytesOf(0, 1, 2, 3, 4, 5, 6, 7) };
const header = Buffer.from(
  JSON.stringify({
    __metadata__: { licence: 'MIT' },
    x: { dtype: 'F32', shape: [3], data_offsets: [0, 12] },
    y: { dtype: 'F16', shape: [2, 1], data_offsets: [12, 16] },
  }),
);

const entries = { 'w/data.pkl': pickle(object), 'w/data/0': storages[0], 'w/data/1': storages[1] };

const SMALL: Readonly<Record<string, Uint8Array>> = {
  zip: zip(entries),
  // Without checksums, so that what is changed inside reaches the readers behind.
  'zip, unchecked': zip(entries, { crc: 0 }),
  'zip64, unchecked': zip(entries, { crc: 0, zip64: true }),
  legacy: torchLegacy(dict({ x }), { 0: storages[0] }),
  safetensors: bytesOf(u64(header.length), header, f32(1, 2, 3), bytesOf(0, 1, 2, 3)),
};

test('the small files are good before they are damaged', () => {
  for (const [kind, bytes] of Object.entries(SMALL)) assert.ok(opens(bytes, kind), kind);
});

test('small files, cut at every byte', () => {
  for (const [kind, bytes] of Object.entries(SMALL)) {
    for (let length = 0; length < bytes.length; length++) {
      assert.not.ok(opens(bytes.subarray(0, length), `${kind} cut to ${length}`));
    }
  }
});

test('small files with up to four bytes changed', () => {
  const next = random(1);
  for (const [kind, bytes] of Object.entries(SMALL)) {
    for (let round = 0; round < 800; round++) {
      const changed = Uint8Array.from(bytes);
      for (let count = 1 + Math.floor(4 * next()); count > 0; count--) {
        changed[Math.floor(next() * changed.length)] = Math.floor(256 * next());
      }
      opens(changed, `${kind}, round ${round}`);
    }
  }
});

for (const file of [
  'stylegan1/synthesis.pt',
  'stylegan1/synthesis.legacy.pt',
  'stylegan1/gaussian_fit.pt',
  'stylegan1/mapping.safetensors',
  'real/pulse-gaussian_fit.pt',
]) {
  goldenTest(test, `${file}, cut at every 997th byte and changed`, [file], (path) => {
    const bytes = readFileSync(path);
    for (let length = 0; length < bytes.length; length += 997) {
      assert.not.ok(opens(bytes.subarray(0, length), `cut to ${length}`));
    }
    const next = random(2);
    // Where the pickles and headers are: changes in the numbers behind them would be seen by no reader.
    const reach = Math.min(bytes.length, 16384);
    for (let round = 0; round < 150; round++) {
      const changed = Uint8Array.from(bytes);
      const at = Math.floor(next() * reach);
      changed[round % 2 === 0 ? at : bytes.length - 1 - at] = Math.floor(256 * next());
      opens(changed, `round ${round}`);
    }
  });
}

test.run();
