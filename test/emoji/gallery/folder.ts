// A folder of results, small and made here: pictures of plain colours with a journal that says what they would be.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodePng } from '../../../dist/image/write.js';
import type { JournalLine } from '../../../dist/results/journal.js';

export const options = { loss: '100*L2', steps: 100, size: 16, 'bad-noise': [] };

/** A plain picture with something in it, so that scaling and coding have something to do. */
async function writePicture(path: string, side: number, hue: number, generated: boolean): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const data = new Uint8Array(3 * side * side);
  for (let i = 0; i < side * side; i++) data.set([hue, (i % side) * (255 / side), 255 - hue], 3 * i);
  writeFileSync(path, await encodePng({ data, width: side, height: side }, { generated }));
}

/** What may be said of a result; the rest follows. */
export type Result = Partial<JournalLine> & Pick<JournalLine, 'output'>;

/** Fills a new folder with results and their files. @returns its path */
export async function folderWith(results: readonly Result[], side = 32): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'facewright-gallery-'));
  for (const [i, result] of results.entries()) {
    const line = lineOf(result);
    if (line.emoji?.drawing !== undefined) await writePicture(join(folder, line.emoji.drawing), 64, i * 10, false);
    if (line.status === 'failed') continue;
    await writePicture(join(folder, line.output), side, 100 + i, true);
    await writePicture(join(folder, line.target!), 16, 90 + i, false);
  }
  writeJournal(folder, results);
  return folder;
}

export function writeJournal(folder: string, results: readonly Result[]): void {
  const lines = results.map((result) => `${JSON.stringify(lineOf(result))}\n`);
  writeFileSync(join(folder, 'run.jsonl'), lines.join(''));
}

function lineOf(result: Result): JournalLine {
  const failed = result.status === 'failed';
  const name = result.output.replace(/\.png$/, '');
  return {
    v: 1,
    key: `key of ${result.output}`,
    status: 'done',
    input: `${name}.input.png`,
    target: failed ? null : `${name.replace(/_\d+$/, '')}.target.png`,
    seed: 1,
    duplicate: 0,
    restart: 0,
    model: { name: 'demo-128', sha256: 'abc', licence: 'CC0-1.0' },
    engine: 'native',
    adapter: 'test',
    options,
    steps: 100,
    best_step: failed ? null : 98,
    losses: failed ? null : { L2: 0.003, GEOCROSS: 3, TOTAL: 0.45 },
    eps: 0.002,
    met: false,
    seconds: 0.5,
    ...result,
  };
}

const slug = (text: string) => text.replace(/[^a-z]+/g, '-');

interface Of {
  readonly set: string;
  readonly base: string;
  readonly name: string;
  readonly tone?: 'none' | 'light' | 'dark';
  readonly subgroup?: string;
  readonly categories?: readonly string[];
  readonly order: number;
  readonly drawn?: boolean;
}

/** An emoji's result, at 16 px. */
export function emojiResult(of: Of, more: Partial<JournalLine> = {}): Result {
  const { set, base, name, tone = 'none', subgroup = 'person', categories = [], order, drawn = true } = of;
  const file = `${slug(set.toLowerCase())}/${slug(name)}${tone === 'none' ? '' : `-${tone}`}.png`;
  return {
    output: `16/${file}`,
    emoji: {
      character: String.fromCodePoint(Number.parseInt(base, 16) || 0x1f600),
      codePoints: tone === 'none' ? base : `${base}-1f3fb`,
      base,
      name: tone === 'none' ? name : `${name}: ${tone} skin tone`,
      baseName: name,
      tone,
      group: 'people-body',
      subgroup,
      order,
      categories,
      set,
      frame: 'face',
      ...(drawn ? { drawing: `drawings/${file}` } : {}),
    },
    ...more,
  };
}

/** Two sets, three emoji, two tones, and one failure of each kind. */
export const emojiResults: readonly Result[] = [
  emojiResult({ set: 'openmoji', base: '1f9d4', name: 'person: beard', order: 2, categories: ['bearded'] }),
  emojiResult(
    { set: 'openmoji', base: '1f9d4', name: 'person: beard', order: 3, tone: 'light', categories: ['bearded'] },
    { met: true, losses: { L2: 0.001, TOTAL: 0.1 } },
  ),
  emojiResult({ set: 'noto', base: '1f9d4', name: 'person: beard', order: 2, categories: ['bearded'] }),
  emojiResult({ set: 'openmoji', base: '1f600', name: 'grinning face', order: 1, subgroup: 'face-smiling' }),
  emojiResult(
    { set: 'noto', base: '1f600', name: 'grinning face', order: 1, subgroup: 'face-smiling' },
    { status: 'failed', failure: 'no-face', error: 'no face found' },
  ),
  emojiResult(
    { set: 'openmoji', base: '1f9d1-200d-1f373', name: 'cook', order: 4, categories: ['cooks'], drawn: false },
    { status: 'failed', failure: 'missing', error: 'openmoji has no cook' },
  ),
  emojiResult(
    { set: 'noto', base: '1f9d1-200d-1f373', name: 'cook', order: 4, categories: ['cooks'] },
    { status: 'failed', error: 'the file is damaged' },
  ),
];
