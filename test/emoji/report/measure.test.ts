import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type MeasureOptions, measureResults } from '../../../dist/emoji/report/measure.js';
import { SpreadSum } from '../../../dist/emoji/report/spread.js';
import type { JournalLine } from '../../../dist/results/journal.js';
import { plain, temporaryFolder } from '../../image/help.js';
import { failed, found, label, writeSquare } from './made-up.js';

const test = suite('emoji/report/measure');
const folder = temporaryFolder();

const near = (actual: number | undefined, expected: number, most: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= most, `${actual} instead of ${expected}`);

type Colour = readonly [number, number, number];

/** Writes the pictures of a line, both of one colour in the face, and of another beside it. */
async function write(line: JournalLine, target: Colour, face: Colour, side = 128): Promise<JournalLine> {
  const inside = (x: number, y: number) => Math.abs(x - 0.5) < 0.3 && Math.abs(y - 0.6) < 0.3;
  const size = line.options.size as number;
  await writeSquare(join(folder, line.target!), size, (x, y) => (inside(x, y) ? target : [0, 0, 255]));
  await writeSquare(join(folder, line.output), side, (x, y) => (inside(x, y) ? face : [0, 90, 0]));
  return line;
}

async function measure(lines: readonly JournalLine[], options: MeasureOptions = {}) {
  const warnings: string[] = [];
  const measured = await measureResults(folder, lines, { onWarning: (text) => warnings.push(text), ...options });
  return { measured, warnings };
}

test('the difference and the angles of the face alone, at both sizes and from any face', async () => {
  const lines = [
    await write(found({ size: 16 }), [255, 0, 0], [0, 255, 0]),
    await write(found({ size: 32 }), [255, 0, 0], [0, 255, 0], 96),
    await write(found({ size: 16 }), [128, 128, 128], [128, 128, 128], 16),
  ];
  const { measured, warnings } = await measure(lines);
  assert.equal(warnings, []);
  for (const { output } of lines.slice(0, 2)) {
    const { colourDifference, angle } = measured.get(output)!;
    // Red and green, as published; 8 bits after D.
    near(colourDifference, 86.608, 0.02);
    // L* 53.24, b* 67.20, and L* 87.73, b* 83.18
    near(angle!.target, (Math.atan2(3.24, 67.2) * 180) / Math.PI, 0.05);
    near(angle!.result, (Math.atan2(37.73, 83.18) * 180) / Math.PI, 0.05);
  }
  near(measured.get(lines[2].output)!.colourDifference, 0, 1e-9);
});

test('whole drawings have no colours measured, and what failed is passed over', async () => {
  const art = await write(found({ emoji: label({ frame: 'art' }) }), [255, 0, 0], [0, 255, 0]);
  const { measured, warnings } = await measure([art, failed({ failure: 'no-face' })]);
  assert.equal([...measured], [[art.output, { output: art.output }]]);
  assert.equal(warnings, []);
});

test('the spread between seeds stands with the first of them, and only there', async () => {
  // Of greys 0, 51 and 102 in the face, 51 apart; beside it they are alike.
  const setting = { input: 'in/one.png', target: '16/one.target.png' };
  const lines = [];
  for (const [i, grey] of [0, 51, 102].entries()) {
    lines.push(await write(found({ ...setting, duplicate: i + 1 }), [9, 9, 9], [grey, grey, grey], 64));
  }
  const other = await write(found(), [9, 9, 9], [255, 255, 255]);
  const { measured } = await measure([...lines, other]);
  const spreads = [...lines, other].map(({ output }) => measured.get(output)!.spread);
  // Standard deviation 51/255 in the face; that is 38 of 64 pixels across, and 39 down.
  near(spreads[0], 0.2 * Math.sqrt((38 * 39) / 64 ** 2), 1e-9);
  assert.equal(spreads.slice(1), [undefined, undefined, undefined]);
});

test('two searches that differ in more than the seed are not two seeds', async () => {
  const setting = { input: 'in/two.png' };
  const lines = [
    await write(found({ ...setting, size: 16 }), [9, 9, 9], [0, 0, 0]),
    await write(found({ ...setting, size: 32 }), [9, 9, 9], [255, 255, 255]),
    await write(found({ ...setting, model: { name: 'm', sha256: 'other', licence: '' } }), [9, 9, 9], [9, 9, 9]),
  ];
  const { measured } = await measure(lines);
  assert.equal(
    [...measured.values()].map(({ spread }) => spread),
    [undefined, undefined, undefined],
  );
});

test('what cannot be read is left out and told; the others go on', async () => {
  const good = await write(found(), [1, 2, 3], [1, 2, 3]);
  const [cut, gone, oblong] = [
    await write(found(), [1, 2, 3], [1, 2, 3]),
    await write(found(), [1, 2, 3], [1, 2, 3]),
    await write(found(), [1, 2, 3], [1, 2, 3]),
  ];
  writeFileSync(join(folder, cut.output), 'no picture');
  rmSync(join(folder, gone.target!));
  await plain(20, 10, 1, 2, 3).toFile(join(folder, oblong.output));
  let done = 0;
  const { measured, warnings } = await measure([cut, gone, oblong, good], {
    concurrency: 1,
    onProgress: (count) => {
      done = count;
    },
  });
  assert.equal([...measured.keys()], [good.output]);
  assert.is(done, 4);
  assert.is(warnings.length, 3);
  const all = warnings.join('\n');
  for (const path of [cut.output, gone.target!, oblong.output]) assert.ok(all.includes(join(folder, path)), path);
  assert.match(all, /20 × 10 px, where a square was written; run it again/);
});

test('the spread by hand', () => {
  const spread = new SpreadSum();
  spread.add(Uint8Array.of(0, 255));
  spread.add(Uint8Array.of(51, 255));
  // Standard deviations √((0.1² + 0.1²) / 1) and 0; root mean square.
  near(spread.value, Math.sqrt(0.02 / 2), 1e-12);
  spread.add(Uint8Array.of(9));
  assert.is(spread.count, 2);
});

test.run();
