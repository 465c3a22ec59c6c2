// Tests that are left out are counted, and the reason is told: tools/test.mjs collects the lines that begin with `skipped:`.

import { suite, type Test } from 'uvu';

/** Leaves a test out. */
export function skip(test: Pick<Test, 'skip'>, name: string, reason: string): void {
  test.skip(name);
  console.log(`skipped: ${name}: ${reason}`);
}

const NO_ADAPTER = 'there is no adapter';

/** Set by tools/test.mjs where there is no adapter to run shaders on. In CI it ends the tests instead. */
const withoutAdapter = process.env.FACEWRIGHT_TEST_ADAPTER === 'none';

/** A test that needs an adapter, in a suite that does not. */
export function adapterTest(test: Test, name: string, body: () => void | Promise<void>): void {
  if (withoutAdapter) skip(test, name, NO_ADAPTER);
  else test(name, body);
}

/** A suite whose tests need an adapter: where there is none, every one of them is left out, and its hooks do not run. */
export function adapterSuite<T = Record<string, unknown>>(name: string): Test<T> {
  const made = suite<T>(name);
  if (!withoutAdapter) return made;
  const leaveOut = (title: string) => skip(made, `${name}: ${title}`, NO_ADAPTER);
  const noHook = Object.assign(() => undefined, { each: () => undefined });
  return Object.assign(leaveOut, { before: noHook, after: noHook, only: leaveOut, skip: made.skip, run: made.run });
}
