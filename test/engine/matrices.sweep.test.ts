/** The convolutions on subgroup matrices, emulated, at all shapes and with other tilings than the usual ones. */

import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import { engineSuite, engines } from '../engines.js';
import { batchFaults, conformanceFaults } from './conformance.js';
import { matrixCases, openEmulated } from './matrices.js';

for (const one of engines.filter(({ name }) => name === 'webgpu')) {
  for (const salt of [1, 2]) {
    let engine: Engine;
    const test = engineSuite(one, `emulated subgroup matrices, tilings ${salt}`);
    test.before(async () => {
      engine = await openEmulated(one.request.adapter, salt);
    });
    test.after(() => engine.close());
    for (const each of matrixCases()) {
      test(each.name, async () => {
        const faults = [...(await conformanceFaults(engine, each)), ...(await batchFaults(engine, each))];
        assert.is(faults.length, 0, faults.join('\n'));
      });
    }
    test.run();
  }
}
