// Full batches out of jobs of several kinds.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Gatherer } from '../../dist/queue/gather.js';
import type { Hands, Held } from '../../dist/queue/hands.js';
import { modelKey } from '../../dist/queue/job.js';

function held(name: string, size: number, sha256 = 'm'): Held {
  return { data: { name, size, setting: { model: { sha256 }, precision: 'f32' } }, token: name } as unknown as Held;
}

/** Hands that take from a list. */
function handsOf(jobs: Held[]): Hands {
  return { take: async () => jobs.shift() } as unknown as Hands;
}

const window = { windowMs: 5, lookMs: 1 };
const { signal } = new AbortController();
const names = (batch: readonly Held[]) => batch.map(({ data }) => data.name).join(' ');

const test = suite('queue/gather');

test('a batch is of one kind, and the others are next', async () => {
  const jobs = [held('a', 16), held('b', 32), held('c', 16), held('d', 32), held('e', 16)];
  const gatherer = new Gatherer(handsOf(jobs), window);
  const next = () => gatherer.next(undefined, async () => 2, signal);
  assert.is(names(await next()), 'a c');
  assert.is(names(await next()), 'b d');
  assert.is(names(await next()), 'e');
  assert.equal(await next(), []);
});

test('the generator that is open goes first', async () => {
  const jobs = [held('a', 16, 'one'), held('b', 16, 'two'), held('c', 16, 'three'), held('d', 16, 'one')];
  const gatherer = new Gatherer(handsOf(jobs), window);
  assert.is(names(await gatherer.next(undefined, async () => 2, signal)), 'a d');
  const open = modelKey(held('', 16, 'three').data.setting);
  assert.is(names(await gatherer.next(open, async () => 2, signal)), 'c');
  assert.is(names(await gatherer.next(open, async () => 2, signal)), 'b');
});

test('of other kinds no more are kept than make a batch', async () => {
  const jobs = Array.from({ length: 100 }, (_, i) => held(`${i}`, i === 0 ? 16 : 32));
  const gatherer = new Gatherer(handsOf(jobs), window);
  await gatherer.next(undefined, async () => 4, signal);
  assert.ok(jobs.length >= 100 - 2 * 4 - 4, `${jobs.length} are left to others`);
});

test('a job that was given back is not waited with', async () => {
  const gatherer = new Gatherer(handsOf([held('a', 16), held('b', 16)]), window);
  assert.equal(await gatherer.next(undefined, async () => undefined, signal), []);
  assert.is(names(await gatherer.next(undefined, async () => 2, signal)), 'b');
});

test.run();
