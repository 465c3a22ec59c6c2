/** Lines of run.jsonl that never ran, and the pictures that they name. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { encodePng } from '../../../dist/image/write.js';
import type { EmojiLabel } from '../../../dist/results/emoji-label.js';
import type { JournalLine } from '../../../dist/results/journal.js';

/** A label of an emoji that differs from others in what is given. */
export function label(given: Partial<EmojiLabel>): EmojiLabel {
  const base = given.base ?? '1f9d4';
  return {
    character: '🧔',
    codePoints: `${base}-${given.tone ?? 'none'}`,
    base,
    name: 'person: beard',
    baseName: 'person: beard',
    tone: 'none',
    group: 'people-body',
    subgroup: 'person',
    order: 1,
    categories: [],
    set: 'openmoji',
    frame: 'face',
    ...given,
  };
}

let count = 0;

/** A line of a result that was found. */
export function found(
  given: Partial<JournalLine> & { readonly L2?: number; readonly size?: number } = {},
): JournalLine {
  const { L2 = 0.01, size = 16, ...rest } = given;
  count++;
  return {
    v: 1,
    key: String(count),
    status: 'done',
    input: `in/${count}.png`,
    output: `${size}/${count}.png`,
    target: `${size}/${count}.target.png`,
    seed: 1,
    duplicate: 0,
    restart: 0,
    model: { name: 'demo-128', sha256: 'abc', licence: 'CC0-1.0' },
    engine: 'native',
    adapter: 'a processor',
    options: { loss: '100*L2', size },
    steps: 30,
    best_step: 29,
    losses: { L2, TOTAL: 100 * L2 },
    eps: 0.002,
    met: L2 <= 0.002,
    seconds: 1,
    ...rest,
  };
}

/** A line of a result that was not. */
export function failed(given: Partial<JournalLine>): JournalLine {
  return { ...found(), status: 'failed', target: null, losses: null, best_step: null, met: false, ...given };
}

/** Writes a square picture. @param at its colour, from 0 to 255, at a place from 0 to 1 */
export async function writeSquare(
  path: string,
  size: number,
  at: (x: number, y: number) => readonly [number, number, number],
): Promise<void> {
  const data = new Uint8Array(3 * size * size);
  for (let i = 0; i < size * size; i++) {
    data.set(at(((i % size) + 0.5) / size, (Math.floor(i / size) + 0.5) / size), 3 * i);
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await encodePng({ data, width: size, height: size }));
}
