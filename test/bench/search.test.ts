import * as assert from 'uvu/assert';
import { measureSearches, randomGenerator } from '../../dist/bench/search.js';
import { shapedModel } from '../../dist/bench/search-step.js';
import { searchesTable } from '../../dist/bench/search-text.js';
import type { Engine } from '../../dist/engine/engine.js';
import { engineSuite, engines, openTestEngine } from '../engines.js';

const tiny = shapedModel({ name: 'tiny', kind: 'stylegan1', resolution: 16, fmapBase: 64, fmapMax: 12, targetSize: 4 });

for (const engine of engines) {
  const test = engineSuite(engine, 'bench/search');

  test('whole batches are timed', async () => {
    const told: string[] = [];
    const open = {
      engine: () => openTestEngine(engine),
      generator: async (opened: Engine) => randomGenerator(opened, tiny),
    };
    const result = await measureSearches(open, {
      pictures: 5,
      batch: 2,
      steps: 3,
      size: 4,
      onBatch: (done, batches) => told.push(`${done}/${batches}`),
    });
    assert.equal(told, ['1/3', '2/3', '3/3']);
    assert.equal([result.pictures, result.batch, result.steps, result.targetSize], [6, 2, 3, 4]);
    assert.is(result.batchSeconds.length, 3);
    assert.ok(result.batchSeconds.every((seconds) => seconds > 0) && result.busy > 0 && result.busy <= 1);
    assert.is(result.engine.kind, engine.name);
    const { batchSeconds } = { batchSeconds: [4, 2, 3] };
    const [heads, row] = searchesTable([{ ...result, batchSeconds }]).split('\n');
    // The median batch of two pictures takes 3 s.
    assert.match(heads, /s\/face {2}faces\/min {2}a step/);
    assert.match(row, /^tiny {3}\S+ .* 1\.50 +40\.0 +1\.00 s/);
  });

  test.run();
}
