// A run whose device runs out of memory or is lost: it goes on, says so, and finds what it would have found.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import {
  DeviceLostError,
  type Engine,
  type Executable,
  type Generator,
  OutOfMemoryError,
  type Picture,
  type RunEvent,
  type RunSummary,
  search,
  searchPictures,
} from '../../dist/index.js';
import { findPictures } from '../../dist/runs/pictures.js';
import { writePicture } from '../cli/command.js';
import { engineSuite, openTestEngine, quickestEngine } from '../engines.js';
import { tinyGenerator } from '../tiny-generator.js';

const test = engineSuite<{ folder: string }>(quickestEngine, 'runs: recovery');
const engine = await openTestEngine(quickestEngine);

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'facewright-recovery-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));
test.after(() => engine.close());

/** What is wrong with a device. */
interface Trouble {
  /** A batch of more has no memory. */
  readonly most?: number;
  /** The searches, counted from 1, in whose first step the device is lost. */
  readonly lostIn?: (search: number) => boolean;
  /** Whether it can be opened again. */
  readonly reopens?: boolean;
}

/** The engine with a device that fails, and the batches for which it compiled a search. */
function troubled({ most = Number.POSITIVE_INFINITY, lostIn = () => false, reopens = true }: Trouble) {
  const batches: number[] = [];
  let searches = 0;
  let lost: DeviceLostError | undefined;
  const failing: Engine = {
    info: engine.info,
    async compile(work, constants) {
      if (lost) throw lost;
      const graph = 'graph' in work ? work.graph : work;
      batches.push(graph.batch);
      if (graph.batch > most) throw new OutOfMemoryError('the network: too little memory');
      const executable = await engine.compile(work, constants);
      return {
        ...proxied(executable),
        write(name, data) {
          if (name === 'target') searches++;
          executable.write(name, data);
        },
        run(scalars) {
          if (lostIn(searches)) lost = new DeviceLostError('the GPU device was lost (a test)');
          executable.run(scalars);
        },
        async read(names) {
          const values = await executable.read(names);
          if (lost) throw lost;
          return values;
        },
      };
    },
    ...(reopens && {
      async reopen() {
        lost = undefined;
      },
    }),
    close: () => undefined,
  };
  return { generator: tinyGenerator(failing), batches };
}

function proxied(executable: Executable): Executable {
  const { bytes } = executable;
  const { write, run, read, profile, cancel, close } = executable;
  return {
    bytes,
    write: write.bind(executable),
    run: run.bind(executable),
    read: read.bind(executable),
    profile: profile.bind(executable),
    cancel: cancel.bind(executable),
    close: close.bind(executable),
  };
}

async function pictures(folder: string, count: number): Promise<Picture[]> {
  for (let i = 0; i < count; i++) await writePicture(join(folder, `${i}.png`), 16, `#${i}98`);
  return findPictures({ inputs: [folder], out: join(folder, 'out') });
}

interface Followed {
  readonly notices: string[];
  readonly batches: number[];
  readonly summary: RunSummary;
}

async function follow(generator: Generator, all: readonly Picture[], out: string, batch = 4): Promise<Followed> {
  const run = searchPictures(generator, all, { out, size: 8, seed: 1, batch, search: { steps: 3 } });
  const events: RunEvent[] = [];
  for await (const event of run) events.push(event);
  const notices = events.flatMap((event) => (event.type === 'notice' ? [event.message] : []));
  // The last step of every search.
  const batches = events.flatMap((event) => (event.type === 'step' && event.step === 3 ? [event.searches.length] : []));
  return { notices, batches, summary: await run.summary };
}

/** The faces of a run, byte for byte. */
const facesOf = ({ lines }: RunSummary, out: string) => lines.map(({ output }) => readFileSync(join(out, output)));

test('a batch that is too large is halved until it fits, and stays so', async ({ folder }) => {
  const all = await pictures(folder, 9);
  const plain = await follow(tinyGenerator(engine), all, join(folder, 'plain'));
  const { generator, batches } = troubled({ most: 2 });
  const followed = await follow(generator, all, join(folder, 'halved'), 8);
  const whose = engine.info.kind === 'webgpu' ? 'GPU ' : '';
  assert.equal(followed.notices, [
    `too little ${whose}memory for a batch of 8: going on with 4`,
    `too little ${whose}memory for a batch of 4: going on with 2`,
  ]);
  assert.equal(followed.batches, [2, 2, 2, 2, 1]);
  const tooLarge = batches.filter((batch) => batch > 2);
  assert.equal([...new Set(tooLarge)], [8, 4], 'what did not fit is not tried again');
  assert.equal(facesOf(followed.summary, join(folder, 'halved')), facesOf(plain.summary, join(folder, 'plain')));
});

test('where one picture is too much, that is told of each', async ({ folder }) => {
  const { generator } = troubled({ most: 0 });
  const { notices, summary } = await follow(generator, await pictures(folder, 2), join(folder, 'out'));
  assert.is(notices.length, 1);
  assert.is(summary.failed, 2);
  assert.match(summary.lines[0].error!, /too little memory/);
});

test('a search of its own with a batch that is too large throws', async () => {
  const { generator } = troubled({ most: 1 });
  const { info } = generator;
  const start = {
    v: new Float32Array(info.layers * info.latentSize).fill(0.1),
    noise: info.noiseSides.map(() => null),
  };
  const target = { rgb: new Uint8Array(8 * 8 * 3), size: 8, start };
  const options = { loss: '100*L2', eps: 1e-3, noise: 'zero', trainableNoise: 0, tile: false, badNoise: [] } as const;
  const more = { optimizer: 'adam', learningRate: 0.4, schedule: 'fixed', steps: 2 } as const;
  const running = search(generator, [target, target], { ...options, ...more });
  const error = await running.results.catch((thrown: unknown) => thrown);
  assert.instance(error, OutOfMemoryError);
});

test('a device that is lost is opened again, and the same is found', async ({ folder }) => {
  const all = await pictures(folder, 5);
  const plain = await follow(tinyGenerator(engine), all, join(folder, 'plain'));
  const { generator } = troubled({ lostIn: (search) => search === 1 || search === 2 });
  const followed = await follow(generator, all, join(folder, 'lost'));
  assert.equal(
    followed.notices.map((message) => /\((.*)\)/.exec(message)?.[1]),
    ['1 of at most 3 times', '2 of at most 3 times'],
  );
  assert.is(followed.summary.failed, 0);
  assert.equal(facesOf(followed.summary, join(folder, 'lost')), facesOf(plain.summary, join(folder, 'plain')));
});

test('the fourth loss in a row ends the run, and what comes to its end begins the count anew', async ({ folder }) => {
  const all = await pictures(folder, 2);
  const ends = troubled({ lostIn: () => true });
  const error = await follow(ends.generator, all, join(folder, 'ends')).catch((thrown: unknown) => thrown);
  assert.instance(error, DeviceLostError);
  assert.is(ends.batches.length, 4);
  const often = troubled({ lostIn: (search) => search % 3 !== 0 });
  const { notices, summary } = await follow(often.generator, all, join(folder, 'often'), 1);
  assert.equal(
    notices.map((message) => /\((\d)/.exec(message)?.[1]),
    ['1', '2', '1', '2'],
  );
  assert.is(summary.failed, 0);
});

test('an engine that cannot open its device again ends the run', async ({ folder }) => {
  const { generator } = troubled({ lostIn: () => true, reopens: false });
  const error = await follow(generator, await pictures(folder, 1), join(folder, 'out')).catch(
    (thrown: unknown) => thrown,
  );
  assert.instance(error, DeviceLostError);
  assert.match((error as Error).message, /a test/);
});

test.run();
