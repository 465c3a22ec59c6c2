/** All that has something in half conforms, with the kernels of this adapter and with those for GPUs. */

import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import { preferring } from '../../dist/engine/webgpu/variants.js';
import { openWebGpu } from '../../dist/node/dawn.js';
import { engineSuite, engines } from '../engines.js';
import { halfCases, halfFaults } from './half.js';
import { TILED, tiledCases } from './tiled.js';

const tiledNames = new Set(tiledCases().map(({ name }) => name));

/**
 * In half an activation of it lies too near to zero: the reference itself turns it in 6 of 12 tries when what is rounded to half is
 * changed by at most 1e-7 of itself, and gradients are then off by 0.6 %.
 */
const UNSTEADY = 'styled block, forward and backward, 2×67×65';

for (const one of engines.filter(({ name }) => name === 'webgpu')) {
  const { adapter } = one.request;
  const families = [
    { name: 'maps in half', measured: preferring([]), cases: halfCases() },
    {
      name: 'maps in half, tiled convolutions',
      measured: preferring(TILED),
      cases: halfCases().filter(({ name }) => tiledNames.has(name) && name !== UNSTEADY),
    },
  ];
  for (const { name, measured, cases } of families) {
    let engine: Engine;
    const test = engineSuite(one, name);
    test.before(async () => {
      engine = await openWebGpu({ adapter, measured, precision: 'f16' });
    });
    test.after(() => engine.close());
    for (const each of cases) {
      test(each.name, async () => {
        const faults = await halfFaults(engine, each);
        assert.is(faults.length, 0, faults.join('\n'));
      });
    }
    test.run();
  }
}
