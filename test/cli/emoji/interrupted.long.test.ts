import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { JournalLine } from '../../../dist/results/journal.js';
import { readResults } from '../../../dist/results/read-results.js';
import { facewrightProcess, journalOf, newFolder } from '../command.js';
import { QUICK } from './quick.js';

const test = suite('cli/emoji: in parts, and interrupted');

/** Lines of any journal by their output, without what differs from run to run. */
const bare = (lines: readonly JournalLine[]) =>
  lines.map(({ seconds, at, ...line }) => line).sort((a, b) => (a.output < b.output ? -1 : 1));

test('shards share the work and the folder, and come to what one process comes to', async () => {
  const folder = newFolder();
  const words = ['emoji', 'red-hair', 'vampires', '--set', 'openmoji', '--size', '16', ...QUICK];
  const [whole, ...shards] = await Promise.all([
    facewrightProcess(folder, [...words, '-o', 'whole']),
    ...[1, 2, 3].map((i) => facewrightProcess(folder, [...words, '-o', 'parts', '--shard', `${i}/3`])),
  ]);
  assert.is(whole.code, 0, whole.stderr);
  for (const shard of shards) assert.is(shard.code, 0, shard.stderr);
  const parts = join(folder, 'parts');
  assert.equal(
    readdirSync(parts).filter((file) => file.endsWith('.jsonl')),
    ['run.1-of-3.jsonl', 'run.2-of-3.jsonl', 'run.3-of-3.jsonl'],
  );
  const [one, together] = [await readResults(join(folder, 'whole')), await readResults(parts)];
  assert.equal(bare(together), bare(one));
  for (const { output } of one) {
    assert.equal(readFileSync(join(parts, output)), readFileSync(join(folder, 'whole', output)), output);
  }
  const rest = await facewrightProcess(folder, [...words, '-o', 'parts']);
  assert.match(rest.stderr, /nothing was left to do/);
});

test('killed in the middle, it goes on where it was', async () => {
  const folder = newFolder();
  const words = [
    'emoji',
    'person-role',
    '--set',
    'openmoji',
    '--size',
    '16',
    '--batch',
    '2',
    '--json',
    '-o',
    'out',
    ...QUICK,
  ];
  const killed = await facewrightProcess(folder, words, (child, stdout) => {
    if (stdout.split('\n').length > 9) child.kill('SIGKILL');
  });
  assert.is(killed.code, null);
  const before = journalOf(join(folder, 'out'));
  assert.ok(before.length >= 9 && before.length < 30, `${before.length}`);
  const kept = before.filter(({ status }) => status === 'done').map(({ output }) => join(folder, 'out', output));
  // Every noted face is whole.
  for (const path of kept) assert.is((await sharp(path).stats()).channels.length, 3, path);

  const resumed = await facewrightProcess(folder, words);
  assert.is(resumed.code, 0, resumed.stderr);
  const after = journalOf(join(folder, 'out'));
  assert.equal(after.slice(0, before.length), before, 'what was done is not done again');
  assert.is(new Set(after.map(({ output }) => output)).size, after.length, 'nothing is doubled');
  const whole = await facewrightProcess(
    folder,
    words.map((word) => (word === 'out' ? 'other' : word)),
  );
  assert.is(whole.code, 0);
  assert.equal(bare(after), bare(journalOf(join(folder, 'other'))));
});

test.run();
