// The conformance suite for a browser's page: bundled, and asked from outside (conformance-in-chromium.ts).

import { openBrowserEngine } from '../../dist/browser/index.js';
import { batchFaults, conformanceCases, conformanceFaults } from '../engine/conformance.js';
import { joinedCases } from '../engine/joined-cases.js';

/** What the page answers. */
export interface ConformancePage {
  /** Names of all cases. */
  readonly names: readonly string[];
  /** The adapter's name. */
  readonly adapter: string;
  /** Runs a case against the float64 reference, and a picture of it in several batches. @returns what is wrong */
  run(name: string): Promise<string[]>;
}

/** Opens an engine on the browser's WebGPU. @throws FacewrightError where there is none */
export async function openConformance(): Promise<ConformancePage> {
  const engine = await openBrowserEngine();
  const cases = new Map([...conformanceCases(), ...joinedCases()].map((each) => [each.name, each]));
  return {
    names: [...cases.keys()],
    adapter: engine.info.adapter,
    async run(name) {
      const each = cases.get(name);
      if (!each) throw new RangeError(`there is no case '${name}'`);
      return [...(await conformanceFaults(engine, each)), ...(await batchFaults(engine, each))];
    },
  };
}
