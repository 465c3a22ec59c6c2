/** The kernels in Winograd's form at all awkward shapes, in a tile that is not the usual where there is one, another for every shape. */

import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import type { MeasuredChoices } from '../../dist/engine/webgpu/variants.js';
import { openWebGpu } from '../../dist/node/dawn.js';
import { engineSuite, engines } from '../engines.js';
import { batchFaults, conformanceFaults } from './conformance.js';
import { WINOGRAD, winogradCases } from './winograd.js';

const anyTile: MeasuredChoices = (op, shape, possible) => {
  const tiles = possible.filter(({ kernel }) => WINOGRAD.includes(kernel));
  const key = [...`${op} ${JSON.stringify(shape)}`].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 1e6, 7);
  return tiles[key % tiles.length];
};

for (const one of engines.filter(({ name }) => name === 'webgpu')) {
  let engine: Engine;
  const test = engineSuite(one, "convolutions in Winograd's form");
  test.before(async () => {
    engine = await openWebGpu({ adapter: one.request.adapter, measured: anyTile });
  });
  test.after(() => engine.close());
  for (const each of winogradCases()) {
    test(each.name, async () => {
      const faults = [...(await conformanceFaults(engine, each)), ...(await batchFaults(engine, each))];
      assert.is(faults.length, 0, faults.join('\n'));
    });
  }
  test.run();
}
