/** Kernels that no adapter here takes by itself, and cases for them: what several long tests have in common. */

import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import { engineSuite, engines } from '../engines.js';
import { batchFaults, type Case, conformanceFaults } from './conformance.js';

/** A family of kernels: an engine that takes them, and what it is to compute with them. */
export interface Family {
  readonly name: string;
  readonly open: (adapter: string | undefined) => Promise<Engine>;
  readonly cases: readonly Case[];
}

/** Holds each case against the float64 reference, in batches to the bit. */
export function runFamily({ name, open, cases }: Family): void {
  for (const one of engines.filter((each) => each.name === 'webgpu')) {
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
