/** How these tests expect bad files to be refused. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { FacewrightError } from '../../dist/errors.js';

/** The name under which these tests hand bytes to the readers. */
export const SOURCE = 'faces.pt';

/** Asserts that `action` throws one sentence, on one line, that begins with the file's name and matches `expected`. */
export function refuses(action: () => unknown, expected: RegExp, source = SOURCE): void {
  try {
    action();
  } catch (error) {
    assertSentence(error, expected, source);
    return;
  }
  assert.unreachable(`expected an error that matches ${expected}`);
}

/** {@link refuses} for what returns a promise. */
export async function refusesLater(action: Promise<unknown>, expected: RegExp, source: string): Promise<void> {
  const outcome = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  assertSentence(outcome, expected, source);
}

function assertSentence(error: unknown, expected: RegExp, source: string): void {
  assert.instance(error, FacewrightError);
  const { message } = error as FacewrightError;
  assert.ok(message.startsWith(`${source}: `), `begins with the file's name: ${message}`);
  assert.match(message, expected);
  assert.not.match(message, /\n|\p{Cc}/u);
}

/** Calls `action` with a new folder, which is removed afterwards. */
export async function inTemporaryFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'facewright-weights-'));
  try {
    return await action(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
