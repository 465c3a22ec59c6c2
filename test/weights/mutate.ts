/** Files of every kind, damaged in every way: what the tests and tools/fuzz-weights.mjs hold the readers against. */

import { FacewrightError } from '../../dist/errors.js';
import { findGenerator } from '../../dist/find-generator.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { readAll } from '../../dist/graph/stored-tensor.js';
import { readNetwork } from '../../dist/model/dialects/table.js';
import { parseWeights } from '../../dist/weights/read.js';
import { randomSource } from '../random.js';
import { bytesOf, safetensors, u32 } from './assemble.js';
import {
  adaFile,
  asNvidiaStyleGan1,
  asNvidiaStyleGan2,
  dnnlibFile,
  renamed,
  smallStyleGan1,
  smallStyleGan2,
  torchFile,
} from './networks.js';

export const SOURCE = 'mutant.pt';

/** Good files, by what they are. */
export function goodFiles(): Map<string, Uint8Array> {
  const one = smallStyleGan1();
  const two = smallStyleGan2();
  const half = renamed(two, (name) => name);
  for (const [name, { shape, data }] of two) {
    half.set(name, { shape, dtype: 'bf16', data: Uint16Array.from(data, (value) => 0x3f80 + (value > 0 ? 1 : 2)) });
  }
  const pulse = renamed(one, (name) => (name.startsWith('synthesis.') ? name.slice('synthesis.'.length) : undefined));
  const checkpoint = { g: new Map([['w', hostTensor([2], Float32Array.of(1, 2))]]), g_ema: two };
  const files = new Map<string, Uint8Array>([
    ['safetensors', safetensors(one)],
    ['safetensors, StyleGAN2', safetensors(two, { kind: 'stylegan2', conv_clamp: '256' })],
    ['torch, zip', torchFile(pulse)],
    ['torch, zip, unchecked', torchFile(checkpoint, 'unchecked')],
    ['torch, zip, bfloat16', torchFile({ module: half }, 'unchecked')],
    ['torch, legacy', torchFile(pulse, 'legacy')],
  ]);
  for (let protocol = 0; protocol <= 5; protocol++) {
    files.set(`dnnlib, protocol ${protocol}`, dnnlibFile(asNvidiaStyleGan1(one), protocol));
    files.set(`persistence, protocol ${protocol}`, adaFile(two, protocol, { clamp: 256 }));
  }
  return files.set('dnnlib, StyleGAN2', dnnlibFile(asNvidiaStyleGan2(two), 4, { architecture: 'skip', conv_clamp: 4 }));
}

/** What is written into files: opcodes, names, and numbers at the borders of their types. */
const TOKENS: readonly Uint8Array[] = [
  ...[
    'cos\nsystem\n',
    'cposix\nsystem\n',
    '(',
    ')',
    't',
    'R',
    'b',
    '}',
    ']',
    'e',
    'u',
    's',
    'a',
    '0',
    '2',
    '.',
    'N',
    'Q',
    'h\0',
    'q\0',
  ],
  ...[
    '\x81',
    '\x85',
    '\x86',
    '\x87',
    '\x93',
    '\x94',
    '\x92',
    'I01\n',
    'g0\n',
    'p0\n',
    'l',
    'd',
    'o',
    'P1\n',
    '\x8e',
    '\x96',
    '\x95',
  ],
  ...[
    'G_ema',
    'synthesis.b4.const',
    '_parameters',
    '_modules',
    'variables',
    'components',
    '<',
    '>',
    'f8',
    'f2',
    'i8',
    'O',
  ],
  ...['"', '{', '[1,', 'null', '1e999', '-1', 'F64', 'U8', 'PK\x01\x02', 'PK\x05\x06', 'builtins', 'eval'],
].map((text) => bytesOf(text));
const BORDERS = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** Where the structure is: numbers of tensors are seen by nobody. */
const STRUCTURE_BYTES = 8192;

/** A file with one to eight changes. */
export function mutate(file: Uint8Array, other: Uint8Array, next: () => number): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(file);
  for (let count = 1 + Math.floor(8 * next() ** 2); count > 0; count--) bytes = change(bytes, other, next);
  return bytes;
}

function change(bytes: Uint8Array, other: Uint8Array, next: () => number): Uint8Array {
  const upTo = (most: number) => Math.floor(next() * most);
  const at = placeIn(bytes, next);
  const length = Math.min(1 + upTo(2 ** upTo(10)), bytes.length - at);
  const pick = next();
  if (pick < 0.3) return put(bytes, at, bytesOf(upTo(256)));
  if (pick < 0.4) return put(bytes, at, bytesOf((bytes[at] ?? 0) ^ (1 << upTo(8))));
  if (pick < 0.5) return put(bytes, at, u32(BORDERS[upTo(BORDERS.length)]));
  if (pick < 0.6) return put(bytes, at, TOKENS[upTo(TOKENS.length)]);
  if (pick < 0.7) return bytesOf(bytes.subarray(0, at), TOKENS[upTo(TOKENS.length)], bytes.subarray(at));
  if (pick < 0.78) return bytesOf(bytes.subarray(0, at), bytes.subarray(at + length));
  if (pick < 0.86) return bytesOf(bytes.subarray(0, at + length), bytes.subarray(at));
  if (pick < 0.94) return put(bytes, at, bytes.subarray(placeIn(bytes, next)).subarray(0, length));
  if (pick < 0.97) return bytesOf(bytes.subarray(0, at), other.subarray(placeIn(other, next)));
  return bytes.subarray(0, at);
}

/** A place, mostly near the beginning or the end. */
function placeIn(bytes: Uint8Array, next: () => number): number {
  const reach = Math.min(STRUCTURE_BYTES, bytes.length);
  const pick = next();
  if (pick < 0.6) return Math.floor(next() * reach);
  if (pick < 0.75) return bytes.length - 1 - Math.floor(next() * reach);
  return Math.floor(next() * bytes.length);
}

function put(bytes: Uint8Array, at: number, patch: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed.set(patch.subarray(0, Math.max(0, changed.length - at)), at);
  return changed;
}

/**
 * Reads a file as `--model` does, down to the network.
 *
 * @returns the error's message; undefined where it is read
 * @throws Error when the answer is neither a network nor a sentence that begins with the file's name
 */
export function outcome(bytes: Uint8Array): string | undefined {
  try {
    const { dialect, tensors: stored, metadata } = findGenerator(SOURCE, parseWeights(bytes, SOURCE));
    const tensors = readAll(stored);
    if (dialect.kind === 'stylegan1') readNetwork(SOURCE, { kind: dialect.kind, tensors, metadata });
    return undefined;
  } catch (error) {
    if (error instanceof FacewrightError && /^mutant\.pt: [^\n\p{Cc}]+$/u.test(error.message)) return error.message;
    throw error;
  }
}

/** What became of mutants. */
export interface Totals {
  readonly read: number;
  readonly refused: number;
  /** The longest that one took. */
  readonly slowestMs: number;
  readonly slowest: string;
}

/**
 * Makes and reads mutants: the same for the same seed.
 *
 * @param onFailure told of a mutant whose answer is wrong, before the error is thrown
 */
export function fuzz(
  count: number,
  seed: string,
  onFailure: (bytes: Uint8Array, name: string) => void = () => undefined,
): Totals {
  const files = [...goodFiles()];
  const totals = { read: 0, refused: 0, slowestMs: 0, slowest: '' };
  for (let round = 0; round < count; round++) {
    const [kind, file] = files[round % files.length];
    const next = randomSource(`${seed} ${round}`);
    const bytes = mutate(file, files[Math.floor(next() * files.length)][1], next);
    const name = `${kind}, seed ${seed}, round ${round}`;
    const start = performance.now();
    try {
      if (outcome(bytes) === undefined) totals.read++;
      else totals.refused++;
    } catch (error) {
      onFailure(bytes, name);
      throw new Error(`${name}: ${error instanceof Error ? error.stack : String(error)}`, { cause: error });
    }
    const took = performance.now() - start;
    if (took > totals.slowestMs) Object.assign(totals, { slowestMs: took, slowest: name });
  }
  return totals;
}
