import * as assert from 'uvu/assert';
import { busyTable, measureBusy } from '../../dist/bench/busy.js';
import { shapedModel } from '../../dist/bench/search-step.js';
import { openNative } from '../../dist/index.js';
import { engineSuite } from '../engines.js';

const test = engineSuite({ name: 'native', request: { engine: 'native' } }, 'bench/busy');

test('a step is timed beside none, one and two busy processes, and these are gone afterwards', async () => {
  const model = shapedModel({
    name: 'tiny',
    kind: 'stylegan1',
    resolution: 16,
    fmapBase: 64,
    fmapMax: 12,
    targetSize: 4,
  });
  const opened: (number | undefined)[] = [];
  const open = (threads?: number) => {
    opened.push(threads);
    return openNative({ threads });
  };
  const told: number[] = [];
  const onRound = (done: number) => told.push(done);
  const result = await measureBusy({ open, threads: 2, model, rounds: 2, seconds: 0.05, onRound });
  assert.equal(opened, [1, 2, undefined]);
  assert.equal(told, [1, 2]);
  assert.equal(
    result.cells.map(({ processes, threads }) => [processes, threads]),
    [0, 1, 2].flatMap((processes) => [1, 2, 'auto'].map((threads) => [processes, threads])),
  );
  for (const { stepSeconds } of result.cells) {
    assert.is(stepSeconds.length, 2);
    assert.ok(stepSeconds.every((seconds) => seconds > 0));
  }
  const cells = result.cells.map((cell, i) => ({ ...cell, stepSeconds: [0.01 * (i + 1), 0.02 * (i + 1), 9] }));
  const lines = busyTable({ ...result, cells, loadAverage: [0.5, 2] }).split('\n');
  assert.match(lines[0], /^busy processes +1 thread +2 threads +as many as it takes +by the better$/);
  assert.match(lines[2], /^ +1 +0\.0800 s +0\.100 s +0\.120 s +1\.50$/);
  assert.is(lines.at(-1), 'load average 0.5 before, 2.0 after');
});

test.run();
