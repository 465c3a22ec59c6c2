// Tests that are left out are counted, and the reason is told: tools/test.mjs collects the lines that begin with `skipped:`.

import { suite, type Test } from 'uvu';
import { calmDawn } from '../dist/node/dawn-pump.js';

/** Leaves a test out. */
export function skip(test: Pick<Test, 'skip'>, name: string, reason: string): void {
  test.skip(name);
  console.log(`skipped: ${name}: ${reason}`);
}

const NO_ADAPTER = 'there is no adapter';

/** Set by tools/test.mjs where there is no adapter to run shaders on. In CI it ends the tests instead. */
const withoutAdapter = process.env.FACEWRIGHT_TEST_ADAPTER === 'none';

/** A suite whose tests need an adapter: where there is none, every one of them is left out, and its hooks do not run. */
export function adapterSuite<T = Record<string, unknown>>(name: string): Test<T> {
  // As in the command: the other core is wanted, by the other test file.
  calmDawn();
  return withoutAdapter ? skippingSuite<T>(name, NO_ADAPTER) : suite<T>(name);
}

/** A suite whose tests are all left out, for that reason. */
export function skippingSuite<T = Record<string, unknown>>(name: string, reason: string): Test<T> {
  const made = suite<T>(name);
  const leaveOut = (title: string) => skip(made, `${name}: ${title}`, reason);
  const noHook = Object.assign(() => undefined, { each: () => undefined });
  return Object.assign(leaveOut, { before: noHook, after: noHook, only: leaveOut, skip: made.skip, run: made.run });
}
