// Who waits, who runs, who is stopped, what is kept.

import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AbortedError, FacewrightError } from '../../dist/errors.js';
import { LiveSearch, type SearchEvent } from '../../dist/serve/live-search.js';
import { LineFullError, SearchLine } from '../../dist/serve/search-line.js';

const test = suite('serve: the line of searches');
const patience = { first: 60_000, again: 5_000 };
const limits = { waiting: 2, kept: 100, keptMs: 60_000, patience };
const DONE: SearchEvent = {
  type: 'done',
  ...{ best_step: 0, restart: 0, losses: { L2: 0, TOTAL: 0 }, eps: 1, met: true, seconds: 1 },
};

/** A search that goes on until it is let go, or stopped. */
class Slow {
  #end!: () => void;
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  end(): void {
    this.#end();
  }

  async perform(live: LiveSearch): Promise<void> {
    const stopped = new Promise<never>((_, reject) => {
      live.signal.addEventListener('abort', () => reject(new AbortedError('stopped')), { once: true });
    });
    await Promise.race([this.#ended, stopped]);
    live.tell(DONE);
  }
}

const newLine = (more: Partial<typeof limits> = {}) =>
  new SearchLine<Slow>({ ...limits, ...more }, (live, work) => work.perform(live));

async function typesOf(live: LiveSearch): Promise<string[]> {
  const types: string[] = [];
  for await (const [, event] of live.listen(0, new AbortController().signal)) {
    types.push(event.type === 'waiting' ? `waiting ${event.place}` : event.type);
  }
  return types;
}

test('one after another; places are told as they change; more than may wait are refused', async () => {
  const line = newLine();
  const works = [new Slow(), new Slow(), new Slow()];
  const [first, second, third] = works.map((work) => line.add(work));
  assert.equal([first.state, second.state, third.state], ['running', 'waiting', 'waiting']);
  assert.throws(
    () => line.add(new Slow()),
    (error: unknown) => error instanceof LineFullError,
  );
  for (const work of works) work.end();
  assert.equal(await typesOf(first), ['waiting 1', 'begun', 'done']);
  assert.equal(await typesOf(second), ['waiting 1', 'begun', 'done']);
  assert.equal(await typesOf(third), ['waiting 2', 'waiting 1', 'begun', 'done']);
  await line.close();
});

test('who is stopped while waiting is passed over, and those behind move up', async () => {
  const line = newLine();
  const works = [new Slow(), new Slow(), new Slow()];
  const [first, second, third] = works.map((work) => line.add(work));
  assert.ok(line.remove(second.id, 'it was deleted'));
  assert.is(line.get(second.id), undefined);
  assert.not(line.remove(second.id, 'it was deleted'));
  assert.equal(third.last, { type: 'waiting', place: 1 });
  assert.equal(await typesOf(second), ['waiting 1', 'stopped']);
  works[0].end();
  works[2].end();
  assert.equal((await typesOf(third)).at(-1), 'done');
  assert.equal(first.state, 'done');
  await line.close();
});

test('one that fails is told, and the next one begins', async () => {
  const line = new SearchLine<string>(limits, async (live, work) => {
    if (work === 'bad') throw new FacewrightError('this cannot be');
    live.tell(DONE);
  });
  const [bad, good] = ['bad', 'good'].map((work) => line.add(work));
  assert.equal(await typesOf(bad), ['waiting 1', 'begun', 'failed']);
  assert.equal(bad.last, { type: 'failed', error: 'this cannot be' });
  assert.equal((await typesOf(good)).at(-1), 'done');
  await line.close();
});

test('the running one is stopped with the line, and no other begins', async () => {
  const line = newLine();
  const [first, second] = [line.add(new Slow()), line.add(new Slow())];
  await line.close();
  assert.equal([first.state, second.state], ['stopped', 'stopped']);
  assert.throws(() => line.add(new Slow()), /stopping/);
});

test('of those that are over as many are kept as may, the latest', async () => {
  const line = newLine({ kept: 2 });
  const lives: LiveSearch[] = [];
  for (let i = 0; i < 4; i++) {
    const work = new Slow();
    work.end();
    lives.push(line.add(work));
    await typesOf(lives[i]);
  }
  await sleep(1500); // a round
  assert.equal(
    lives.map(({ id }) => line.get(id) !== undefined),
    [false, false, true, true],
  );
  await line.close();
});

test('forsaken: never listened to, asked for, listened to and left', async () => {
  const live = new LiveSearch('x', patience);
  const now = performance.now();
  assert.not(live.isForsaken(now + 59_000));
  assert.ok(live.isForsaken(now + 61_000));
  const left = new AbortController();
  const listening = (async () => {
    for await (const _ of live.listen(0, left.signal)) live.seen();
  })();
  await sleep(1);
  assert.not(live.isForsaken(now + 1e6), 'as long as somebody listens');
  left.abort();
  await listening;
  assert.not(live.isForsaken(performance.now() + 4_000));
  assert.ok(live.isForsaken(performance.now() + 6_000));
  live.seen();
  assert.not(live.isForsaken(performance.now() + 59_000), 'who asks now and then is given the time again');
});

test('the line stops who is forsaken', async () => {
  const line = newLine({ patience: { first: 300, again: 300 } });
  const live = line.add(new Slow());
  await sleep(2500);
  assert.equal(live.last, { type: 'stopped', reason: 'nobody asked for it any more' });
  await line.close();
});

test('several listeners hear all, from wherever they begin; nothing is told behind the end', async () => {
  const live = new LiveSearch('x', patience);
  live.tell({ type: 'waiting', place: 1 });
  const hear = async (from: number) => {
    const heard: number[] = [];
    for await (const [id] of live.listen(from, new AbortController().signal)) heard.push(id);
    return heard;
  };
  const both = Promise.all([hear(0), hear(1), hear(9)]);
  live.tell({ type: 'begun' });
  await sleep(1);
  live.tell(DONE);
  live.tell({ type: 'begun' });
  assert.equal(await both, [
    [0, 1, 2],
    [1, 2],
    [1, 2],
  ]);
  assert.equal(await hear(0), [0, 1, 2]);
  assert.equal(await hear(7), []);
});

test.run();
