/**
 * What the tiled convolutions do beside convolving: gradients that they read, moments and sums that they take along, parts that a finishing
 * kernel adds up; and each of the kernels in Winograd's form and on subgroup matrices once more. tilings.sweep.test.ts, winograd.sweep.test.ts and
 * matrices.sweep.test.ts have all shapes and tilings.
 */

import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import { openWebGpu } from '../../dist/node/dawn.js';
import { engineSuite, engines } from '../engines.js';
import { batchFaults, type Case, conformanceFaults } from './conformance.js';
import { fewMatrixCases, openEmulated } from './matrices.js';
import { tiledCases, tiledChoices } from './tiled.js';
import { largestWinograd, winogradCases } from './winograd.js';

interface Family {
  readonly name: string;
  readonly open: (adapter: string | undefined) => Promise<Engine>;
  readonly cases: readonly Case[];
}

const named = (cases: readonly Case[], some: RegExp) => cases.filter(({ name }) => some.test(name));

const families: readonly Family[] = [
  {
    name: 'passes of the tiled convolutions',
    open: (adapter) => openWebGpu({ adapter, measured: tiledChoices }),
    cases: named(tiledCases(), /^styled block|^modulated/),
  },
  {
    name: "Winograd's form",
    open: (adapter) => openWebGpu({ adapter, measured: largestWinograd }),
    cases: named(winogradCases(), /^conv(_up)?( adjoint)? (3×3 )?(13 → 17|17 → 13)/),
  },
  { name: 'emulated subgroup matrices', open: (adapter) => openEmulated(adapter, 7), cases: fewMatrixCases() },
];

for (const one of engines.filter(({ name }) => name === 'webgpu')) {
  for (const { name, open, cases } of families) {
    let engine: Engine;
    const test = engineSuite(one, name);
    test.before(async () => {
      assert.ok(cases.length > 1);
      engine = await open(one.request.adapter);
    });
    test.after(() => engine.close());
    for (const each of cases) {
      test(each.name, async () => {
        const faults = [...(await conformanceFaults(engine, each)), ...(await batchFaults(engine, each))];
        assert.is(faults.length, 0, faults.join('\n'));
      });
    }
    test.run();
  }
}
