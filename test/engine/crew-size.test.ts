// How many threads the native engine takes while other programs want the processors: on played machines, where time is a number.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { skippingSuite } from '../skip.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const compiler = ['c++', 'g++', 'clang++'].find((name) => spawnSync(name, ['--version']).status === 0);
const name = 'crew size';
const test = compiler === undefined ? skippingSuite(name, 'there is no C++ compiler') : suite(name);

const folder = mkdtempSync(join(tmpdir(), 'facewright-crew-'));
const program = join(folder, 'crew-size');
test.before(() => {
  const sources = [join(root, 'test', 'engine', 'crew-size.cc'), join(root, 'native', 'crew-size.cc')];
  execFileSync(compiler!, ['-std=c++17', '-O1', ...sources, '-o', program]);
});
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** What was chosen in a tenth of a second. */
interface Tenth {
  readonly mean: number;
  readonly numbers: readonly number[];
}

/** @param phases `UNTIL:BUSY`: until so many seconds, so many cores have another program on them */
function play(cores: number, jitter: number, ...phases: string[]): Tenth[] {
  const output = execFileSync(program, [String(cores), String(jitter), ...phases], { encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .map((line) => {
      const [mean, ...numbers] = line.split(' ').map(Number);
      return { mean, numbers };
    });
}

/** The mean number of threads from one second to another. */
function meanOf(tenths: readonly Tenth[], from: number, to: number): number {
  const part = tenths.slice(from * 10, to * 10);
  return part.reduce((sum, { mean }) => sum + mean, 0) / part.length;
}

function numbersOf(tenths: readonly Tenth[]): Set<number> {
  return new Set(tenths.flatMap(({ numbers }) => numbers));
}

test('on a quiet machine all, and nothing is tried', () => {
  for (const cores of [2, 3, 16]) assert.equal(numbersOf(play(cores, 0, '5:0')), new Set([cores]));
});

test('one processor is one thread, whatever happens', () => {
  assert.equal(numbersOf(play(1, 0.2, '1:0', '2:1')), new Set([1]));
});

test('where times vary, all but now and then', () => {
  for (const jitter of [0.1, 0.3]) assert.ok(meanOf(play(4, jitter, '5:0'), 0, 5) > 3.9);
});

test('beside another program fewer, and all again when that has ended', () => {
  // Of 2 threads on two cores, one of them busy, a kernel takes what it takes alone: nothing is to be won. Of four cores there is.
  const tenths = play(4, 0.05, '1:0', '4:1', '8:0');
  assert.ok(meanOf(tenths, 0, 1) > 3.9);
  assert.ok(Math.abs(meanOf(tenths, 2, 4) - 3) < 0.15, `beside it ${meanOf(tenths, 2, 4)}`);
  assert.ok(meanOf(tenths, 6, 8) > 3.9, `afterwards ${meanOf(tenths, 6, 8)}`);
});

test('beside several, as many as have a core of their own, of the numbers that are tried', () => {
  // Seven are slower than eight here: one of them waits for a busy core all the same.
  const tenths = play(8, 0.05, '1:0', '6:2', '12:0');
  assert.ok(Math.abs(meanOf(tenths, 4, 6) - 6) < 0.3, `beside them ${meanOf(tenths, 4, 6)}`);
  assert.ok(meanOf(tenths, 10, 12) > 7.8, `afterwards ${meanOf(tenths, 10, 12)}`);
  for (const number of numbersOf(tenths)) assert.ok([8, 7, 6, 4, 1].includes(number), `${number} threads`);
});

test.run();
