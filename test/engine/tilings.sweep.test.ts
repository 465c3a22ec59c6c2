/** The kernels for GPUs in all cases; and right however they cut their work: `facewright tune` may choose any of their tilings. */

import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import type { MeasuredChoices } from '../../dist/engine/webgpu/variants.js';
import { openWebGpu } from '../../dist/node/dawn.js';
import { engineSuite, engines } from '../engines.js';
import { batchFaults, conformanceFaults } from './conformance.js';
import { TILED, tiledCases, tiledChoices } from './tiled.js';

/** Of all tilings of the kernels for GPUs one that is not the usual, another for every shape. */
const anyTiling: MeasuredChoices = (op, shape, possible) => {
  const tiled = possible.filter(({ kernel }) => TILED.includes(kernel) || kernel === 'conv1x1').slice(1);
  const key = [...`${op} ${JSON.stringify(shape)}`].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 1e6, 7);
  return tiled[key % tiled.length];
};

for (const one of engines.filter(({ name }) => name === 'webgpu')) {
  for (const [name, measured] of Object.entries({ 'usual tilings': tiledChoices, 'other tilings': anyTiling })) {
    let engine: Engine;
    const test = engineSuite(one, name);
    test.before(async () => {
      engine = await openWebGpu({ adapter: one.request.adapter, measured });
    });
    test.after(() => engine.close());
    for (const each of tiledCases()) {
      test(each.name, async () => {
        const faults = [...(await conformanceFaults(engine, each)), ...(await batchFaults(engine, each))];
        assert.is(faults.length, 0, faults.join('\n'));
      });
    }
    test.run();
  }
}
