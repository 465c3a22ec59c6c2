// The library that `run` stands on, used by a program: its events, a run that is stopped and gone on with, a picture that fails.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import {
  BrokenOffError,
  defaultSearchOptions,
  FacewrightError,
  findPictures,
  Generator,
  NoPictureError,
  type Picture,
  type RunEvent,
  type RunOptions,
  randomStart,
  readResults,
  search as searchFor,
  searchPictures,
} from '../../dist/index.js';
import { writePicture } from '../cli/command.js';
import { engineSuite, openTestEngine, quickestEngine } from '../engines.js';
import { tinyGenerator } from '../tiny-generator.js';

const test = engineSuite<{ folder: string; generator: Generator; options: RunOptions }>(quickestEngine, 'runs: search');
const engine = await openTestEngine(quickestEngine);

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'facewright-runs-'));
  context.generator = tinyGenerator(engine);
  context.options = { out: join(context.folder, 'out'), size: 8, seed: 1, batch: 2, search: { steps: 3 } };
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));
test.after(() => engine.close());

/** A folder of so many pictures: 0.png, 1.png, … */
async function pictures(folder: string, count: number): Promise<Picture[]> {
  for (let i = 0; i < count; i++) await writePicture(join(folder, `${i}.png`), 16, `#${i}98`);
  return findPictures({ inputs: [folder], out: join(folder, 'out') });
}

const typesOf = (events: readonly RunEvent[]) => events.map(({ type }) => type);
const named = (events: readonly RunEvent[], type: RunEvent['type']) =>
  events.flatMap((event) => (event.type === type && 'picture' in event ? event.picture.name : []));

async function follow(run: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

test('tells what it does, and a second run what is there', async ({ folder, generator, options }) => {
  const found = await pictures(folder, 3);
  const run = searchPictures(generator, found, options);
  const events = await follow(run);
  assert.equal(events[0], { type: 'started', wanted: 3, steps: 3 });
  assert.equal(typesOf(events).slice(1, 6), ['begun', 'begun', 'step', 'step', 'step']);
  assert.equal(named(events, 'begun'), ['0', '1', '2']);
  assert.equal(named(events, 'found'), ['0', '1', '2']);
  const steps = events.filter((event) => event.type === 'step');
  assert.equal(
    steps.map(({ step, searches }) => [step, searches.map(({ output }) => output)]),
    [1, 2, 3].map((step) => [step, ['0.png', '1.png']]).concat([1, 2, 3].map((step) => [step, ['2.png']])),
  );
  for (const { searches } of steps) for (const { losses } of searches) assert.ok(losses.L2 >= 0.002);
  for (const event of events) {
    if (event.type !== 'found') continue;
    assert.equal(event.line.losses, event.result.losses);
    assert.ok(existsSync(join(options.out, event.output)));
    assert.is(event.target.size, 8);
  }
  const { lines, wanted, failed, earlier, interrupted, seed } = await run.summary;
  assert.equal([wanted, failed, earlier, interrupted, seed], [3, 0, 0, false, 1]);
  assert.equal(
    lines.map(({ output }) => output),
    ['0.png', '1.png', '2.png'],
  );

  const second = searchPictures(generator, found, options);
  assert.equal(typesOf(await follow(second)), ['started', 'skipped', 'skipped', 'skipped']);
  assert.is((await second.summary).earlier, 3);
});

test('of several restarts the best is kept: one within eps before any other, then the lower total', async ({
  folder,
  generator,
  options,
}) => {
  const found = await pictures(folder, 3);
  const settings = { ...defaultSearchOptions(generator.info), steps: 6 };
  const close: boolean[] = [];
  for (const eps of [0.002, 0.09]) {
    const search = { steps: 6, eps };
    const run = searchPictures(generator, found, { ...options, out: join(folder, `${eps}`), restarts: 4, search });
    for (const event of await follow(run)) {
      if (event.type !== 'found') continue;
      const { target, line } = event;
      const results = await Promise.all(
        [0, 1, 2, 3].map(async (restart) => {
          const key = { seed: 1, target: target.rgb, duplicate: 0, restart };
          const start = await randomStart(generator.info, settings, key);
          return (await searchFor(generator, [{ ...target, start }], { ...settings, eps }).results)[0];
        }),
      );
      close.push(...results.map(({ met }) => met));
      const near = results.filter(({ met }) => met);
      const candidates = near.length > 0 ? near : results;
      const least = Math.min(...candidates.map(({ losses }) => losses.TOTAL));
      const best = candidates.find(({ losses }) => losses.TOTAL === least)!;
      assert.equal([line.restart, line.met], [results.indexOf(best), best.met]);
      assert.equal(line.losses, best.losses);
    }
  }
  assert.ok(close.includes(true) && close.includes(false));
});

test('more duplicates of a picture that had one: that is the first of them, and the others are searched for', async ({
  folder,
  generator,
  options,
}) => {
  const found = await pictures(folder, 2);
  // Without a seed: it is known from what is there.
  const { seed: _, ...unseeded } = { ...options, metadata: false };
  const { lines: single, seed } = await searchPictures(generator, found.slice(0, 1), unseeded).summary;
  assert.is(single[0].output, '0.png');
  const first = readFileSync(join(options.out, '0.png'));
  const more = { ...unseeded, duplicates: 3 };
  const run = searchPictures(generator, found, more);
  const events = await follow(run);
  const summary = await run.summary;
  assert.is(summary.seed, seed);
  const outputs = ['0.png', '0_2.png', '0_3.png', '1_1.png', '1_2.png', '1_3.png'];
  assert.equal(
    summary.lines.map(({ output }) => output),
    outputs,
  );
  assert.equal([summary.wanted, summary.earlier], [6, 1]);
  assert.equal(named(events, 'skipped'), ['0']);
  assert.equal(readFileSync(join(options.out, '0.png')), first);
  assert.not(existsSync(join(options.out, '0_1.png')));
  assert.equal(
    (await readResults(options.out)).map(({ output, duplicate }) => [output, duplicate]),
    [
      ...[0, 2, 3].map((duplicate, i) => [outputs[i], duplicate]),
      ...[1, 2, 3].map((duplicate, i) => [outputs[3 + i], duplicate]),
    ],
  );

  // Nothing is left to do, with fewer and with more; and what is done again is done in its place.
  for (const duplicates of [3, 2, 1, 3]) {
    const again = await searchPictures(generator, found, { ...more, duplicates }).summary;
    assert.equal([again.wanted, again.earlier], [2 * duplicates, 2 * duplicates]);
  }
  const anew = await searchPictures(generator, found, { ...more, seed, again: true }).summary;
  assert.equal([anew.earlier, anew.lines.map(({ output }) => output)], [0, outputs]);
  assert.equal(readFileSync(join(options.out, '0.png')), first);
  assert.not(existsSync(join(options.out, '0_1.png')));

  // What is of another seed is another picture's face: it stays, and is none of these.
  const other = await searchPictures(generator, found.slice(0, 1), { ...more, seed: seed + 1, duplicates: 2 }).summary;
  assert.equal(
    other.lines.map(({ output }) => output),
    ['0_1.png', '0_2.png'],
  );
  // Both are there now: the numbered one is the first of several.
  const both = await searchPictures(generator, found.slice(0, 1), { ...more, seed: seed + 1, duplicates: 3 }).summary;
  assert.equal(
    both.lines.map(({ output }) => output),
    ['0_1.png', '0_2.png', '0_3.png'],
  );
});

test('one face of a picture that had several: it is the first of them', async ({ folder, generator, options }) => {
  const found = await pictures(folder, 2);
  const { seed: _, ...unseeded } = { ...options, metadata: false };
  const { seed } = await searchPictures(generator, found.slice(0, 1), { ...unseeded, duplicates: 2 }).summary;
  const first = readFileSync(join(options.out, '0_1.png'));
  const summary = await searchPictures(generator, found, unseeded).summary;
  assert.equal([summary.seed, summary.wanted, summary.earlier], [seed, 2, 1]);
  assert.equal(
    summary.lines.map(({ output, duplicate }) => [output, duplicate]),
    [
      ['0_1.png', 1],
      ['1.png', 0],
    ],
  );
  assert.not(existsSync(join(options.out, '0.png')));
  // What is done again is done in its place; and what stands in the way of it is another's.
  const anew = { ...unseeded, seed, again: true };
  assert.is((await searchPictures(generator, found.slice(0, 1), anew).summary).lines[0].output, '0_1.png');
  assert.equal(readFileSync(join(options.out, '0_1.png')), first);
  writeFileSync(join(options.out, '0_1.latents.safetensors'), 'of somebody else');
  const error = await searchPictures(generator, found.slice(0, 1), {
    ...unseeded,
    seed,
    saveLatents: true,
  }).summary.then(
    () => undefined,
    (reason: Error) => reason,
  );
  assert.match(error?.message ?? '', /0_1\.latents\.safetensors: is there already, and facewright did not write it/);
});

test('a picture that has no target stands under the name that it had, and is noted once', async ({
  folder,
  generator,
  options,
}) => {
  const [one] = await pictures(folder, 1);
  const tree = { ...one, source: () => Promise.reject(new NoPictureError('no-face', 'no face found')) };
  await searchPictures(generator, [tree], options).summary;
  const { lines, without } = await searchPictures(generator, [tree], { ...options, duplicates: 2 }).summary;
  assert.equal([without, lines.map(({ output }) => output)], [2, ['0.png', '0_2.png']]);
  await searchPictures(generator, [tree], { ...options, duplicates: 2 }).summary;
  assert.equal(
    (await readResults(options.out)).map(({ output }) => output),
    ['0.png', '0_2.png'],
  );
});

test('another class is another run', async ({ folder, generator, options }) => {
  const found = await pictures(folder, 1);
  const { network, info, fit } = generator;
  const ofClass = (wanted: number) =>
    new Generator(engine, network, { ...info, class: wanted }, { fit, keepEngine: true });
  const keys = new Set<string>();
  for (const each of [generator, ofClass(0), ofClass(1)]) {
    const { lines, earlier } = await searchPictures(each, found, options).summary;
    assert.is(earlier, 0);
    assert.is(lines[0].options.class, each.info.class);
    keys.add(lines[0].key);
  }
  assert.is(keys.size, 3);
  assert.is((await searchPictures(ofClass(1), found, options).summary).earlier, 1);
});

test('a run that is stopped is gone on with where it stood', async ({ folder, generator, options }) => {
  const found = await pictures(folder, 4);
  const stop = new AbortController();
  const run = searchPictures(generator, found, { ...options, batch: 1, signal: stop.signal });
  const events: RunEvent[] = [];
  for await (const event of run) {
    events.push(event);
    if (event.type === 'found') stop.abort();
  }
  const stopped = await run.summary;
  assert.ok(stopped.interrupted);
  assert.ok(stopped.lines.length >= 1 && stopped.lines.length < 4);
  assert.equal(named(events, 'found').length, stopped.lines.length);

  const rest = searchPictures(generator, found, { ...options, batch: 1 });
  const after = await follow(rest);
  assert.equal(named(after, 'skipped'), named(events, 'found'));
  assert.is(named(after, 'found').length, 4 - stopped.lines.length);
  assert.not((await rest.summary).interrupted);

  // As if it had never been stopped.
  const whole = await searchPictures(generator, found, { ...options, out: join(folder, 'whole') }).summary;
  const results = (lines: typeof whole.lines) =>
    lines.map(({ key, losses, best_step }) => ({ key, losses, best_step }));
  assert.equal(results((await rest.summary).lines), results(whole.lines));
});

test('a loop that is left stops the run, with whole files behind it', async ({ folder, generator, options }) => {
  const run = searchPictures(generator, await pictures(folder, 4), { ...options, batch: 1 });
  for await (const event of run) if (event.type === 'found') break;
  const { interrupted, lines } = await run.summary;
  assert.ok(interrupted);
  assert.equal(
    await readResults(options.out).then((known) => known.map(({ key }) => key)),
    lines.map(({ key }) => key),
  );
  assert.equal(
    readdirSync(options.out).filter((file) => file.startsWith('.')),
    [],
  );
});

test('a picture that fails is told, and the others are found', async ({ folder, generator, options }) => {
  await writePicture(join(folder, 'a.png'), 16);
  writeFileSync(join(folder, 'b.png'), 'no picture');
  await writePicture(join(folder, 'c.png'), 16, '#4cf');
  const found = await findPictures({ inputs: [folder], out: options.out });
  const faceless: Picture = {
    ...{ path: join(folder, 'd.png'), relative: 'd.png', name: 'd', index: 3 },
    source: () => Promise.reject(new NoPictureError('no-face', 'no face found')),
  };
  const run = searchPictures(generator, [...found, faceless], options);
  const events = await follow(run);
  assert.equal(named(events, 'found'), ['a', 'c']);
  const failed = events.filter((event) => event.type === 'failed');
  assert.equal(
    failed.map(({ picture, line }) => [picture.name, line.failure]),
    [
      ['b', undefined],
      ['d', 'no-face'],
    ],
  );
  assert.instance(failed[0].error, FacewrightError);
  assert.match(failed[0].line.error!, /b\.png: /);
  const { failed: count, without, wanted } = await run.summary;
  assert.equal([count, without, wanted], [1, 1, 4]);
});

test('a failure of the whole is the error of the loop and of the summary', async ({ folder, generator, options }) => {
  const found = await pictures(folder, 1);
  writeFileSync(join(folder, 'out'), 'a file');
  const run = searchPictures(generator, found, options);
  const error = await follow(run).catch((thrown: unknown) => thrown);
  assert.instance(error, FacewrightError);
  assert.not.instance(error, BrokenOffError);
  assert.match((error as Error).message, /out: is a file, or lies below one/);
  assert.is(await run.summary.catch((thrown: unknown) => thrown), error);
  assert.match(String(await follow(run).catch((thrown: unknown) => thrown)), /only once/);
});

test('options that cannot be are refused at once', ({ generator, options }) => {
  const refused = (more: Partial<RunOptions>, message: RegExp) =>
    assert.throws(() => searchPictures(generator, [], { ...options, ...more }), message);
  refused({ duplicates: 0 }, /duplicates 0: must be a whole number, 1 or more/);
  refused({ seed: -1 }, /seed -1/);
  refused({ seed: undefined, shard: { index: 1, count: 2 } }, /shards have to agree on the seed/);
  refused({ restarts: 2, saveIntermediate: true }, /leave out --restarts/);
  refused({ background: 'no colour' }, /no colour/);
});

test.run();
