// Ten thousand searches in one process: memory and open files at the end are what they were after the first hundred.

import { existsSync, readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as assert from 'uvu/assert';
import { openGenerator } from '../../dist/open.js';
import { defaultSearchOptions } from '../../dist/pulse/options.js';
import { search } from '../../dist/pulse/search.js';
import { randomStart } from '../../dist/pulse/start.js';
import { engineSuite } from '../engines.js';
import { golden } from '../golden-values.js';
import { normals } from '../random.js';

const FIRST = 100;
const ALL = 10_000;
/** Searches that are under way at the same time. */
const AT_ONCE = 4;
/**
 * What the C library and V8 keep for later grows by 30 to 40 MiB over the first five hundred searches and then stays; 7 kB of each that
 * were not given back would be more. JavaScript's own objects are counted without that.
 */
const MOST_MIB = 64;
const MOST_OBJECTS_MIB = 6;

const collect: () => void = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
})();

const HANDLES = '/proc/self/fd';

interface Held {
  readonly mib: number;
  readonly objects: number;
  readonly handles: number | undefined;
}

/** Memory in MiB, and open files where the system tells of them. */
async function held(): Promise<Held> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    mib: rss / 2 ** 20,
    objects: (heapUsed + external) / 2 ** 20,
    handles: existsSync(HANDLES) ? readdirSync(HANDLES).length : undefined,
  };
}

const test = engineSuite({ name: 'native', request: { engine: 'native' } }, '10,000 searches');

test('hold no more memory and no more files than a hundred', async () => {
  const generator = await openGenerator({ model: golden('stylegan1/synthesis.pt'), engine: 'native' });
  const options = { ...defaultSearchOptions(generator.info), steps: 2 };
  const rgb = Uint8Array.from(normals('target', 16 * 16 * 3), (x) => 128 + 40 * x);
  const start = await randomStart(generator.info, options, { seed: 1, target: rgb, duplicate: 0, restart: 0 });
  let begun = 0;
  const until = async (count: number) => {
    const one = async () => {
      while (begun < count) {
        // Another loss now and then: a new graph, so that programs and packed weights come and go.
        const loss = begun % 10 === 0 ? `${100 + begun}*L2` : options.loss;
        begun++;
        await search(generator, [{ rgb, size: 16, start }], { ...options, loss }).results;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    return held();
  };
  const before = await until(FIRST);
  const after = await until(ALL);
  generator.close();
  const text = ({ mib, objects, handles }: Held) =>
    `${mib.toFixed(0)} MiB, ${objects.toFixed(1)} of objects, ${handles} files`;
  const told = `${text(before)} after ${FIRST} searches; ${text(after)} after ${ALL}`;
  console.log(told);
  assert.ok(after.mib - before.mib < MOST_MIB, told);
  assert.ok(after.objects - before.objects < MOST_OBJECTS_MIB, told);
  assert.is(after.handles, before.handles);
});

test.run();
