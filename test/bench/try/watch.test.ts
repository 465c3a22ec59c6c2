// Trying again at every save.

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TryBench, TryReport } from '../../../dist/bench/try/try-kernel.js';
import { savesOf, tryAgain, tryFile } from '../../../dist/bench/try/watch.js';

const test = suite<{ folder: string }>('trying again at every save');

test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), 'facewright-watch-'));
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

/** The next save, if there is one within a second. */
async function next(saves: AsyncGenerator<void>): Promise<'saved' | 'ended'> {
  return (await saves.next()).done ? 'ended' : 'saved';
}

test('a file is taken at once, and whenever it was written or another was put in its place', async ({ folder }) => {
  const file = join(folder, 'mine.wgsl');
  await writeFile(file, 'one');
  const abort = new AbortController();
  const saves = savesOf(file, abort.signal);
  assert.is(await next(saves), 'saved');

  const written = next(saves);
  await writeFile(file, 'two');
  assert.is(await written, 'saved');

  const replaced = next(saves);
  await writeFile(join(folder, 'mine.wgsl~'), 'three');
  await rename(join(folder, 'mine.wgsl~'), file);
  assert.is(await replaced, 'saved');

  const other = next(saves);
  await writeFile(join(folder, 'notes.txt'), 'nothing to do with it');
  assert.is(await Promise.race([other, wait(300, 'nothing')]), 'nothing');
  abort.abort();
  assert.is(await other, 'ended');
});

test('what is saved meanwhile, however often, is one save', async ({ folder }) => {
  const file = join(folder, 'mine.wgsl');
  const abort = new AbortController();
  const saves = savesOf(file, abort.signal);
  await next(saves);
  for (const text of ['one', 'two', 'three']) await writeFile(file, text);
  await wait(400);
  assert.is(await next(saves), 'saved');
  const more = next(saves);
  assert.is(await Promise.race([more, wait(300, 'nothing')]), 'nothing');
  abort.abort();
  assert.is(await more, 'ended');
});

test('a folder that is not there is refused', async ({ folder }) => {
  const saves = savesOf(join(folder, 'none', 'mine.wgsl'), new AbortController().signal);
  let error: unknown;
  await saves.next().catch((caught: unknown) => {
    error = caught;
  });
  assert.match(String(error), /mine\.wgsl cannot be watched/);
});

/** A bench that says what it was given. */
function fakeBench(given: string[]): TryBench {
  return {
    contract: { name: 'blur' },
    try: async (own: TryReport['own']) => {
      given.push(own.text);
      return { own, as: 'blur', faults: own.text === 'bad' ? ['no'] : [], shapes: 0, checked: [], timed: [] };
    },
  } as unknown as TryBench;
}

test('every change is a try, and nothing that is wrong ends them', async ({ folder }) => {
  const file = join(folder, 'mine.wgsl');
  const given: string[] = [];
  async function* changes(): AsyncGenerator<void> {
    yield; // the file is not there yet
    await writeFile(file, 'bad');
    yield;
    await writeFile(file, 'good');
    yield;
  }
  const reports: TryReport[] = [];
  const once = () => tryFile(fakeBench(given), { file, set: {} });
  for await (const report of tryAgain(changes(), once)) reports.push(report);
  assert.equal(given, ['bad', 'good']);
  assert.match(
    reports[0].faults[0],
    /mine\.wgsl cannot be read; facewright bench contract blur > .*mine\.wgsl makes one/,
  );
  assert.equal(
    reports.slice(1).map(({ faults }) => faults),
    [['no'], []],
  );
});

test.run();
