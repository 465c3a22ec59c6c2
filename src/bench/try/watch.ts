// Tries again at every save of a file.

import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { errorText, FacewrightError } from '../../errors.js';
import type { Values } from './groups.js';
import type { TryBench, TryOptions, TryReport } from './try-kernel.js';

/** Milliseconds in which several changes are one: editors write a file in pieces, or put another in its place. */
const QUIET_MS = 100;

/**
 * Something at once, and then whenever a file was saved, until it is aborted. Its folder is what is watched: an editor that puts
 * another file in its place would be lost from sight. Saves that come while nobody waits are one.
 *
 * @throws FacewrightError when there is no such folder
 */
export async function* savesOf(file: string, signal: AbortSignal): AsyncGenerator<void> {
  let saved = true;
  let failure: unknown;
  let wake: () => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const watcher = watchFolder(file);
  watcher.on('change', (_, name) => {
    if (name !== null && name.toString() !== basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      saved = true;
      wake();
    }, QUIET_MS);
  });
  const stop = () => wake();
  watcher.on('error', (error) => {
    failure = error;
    wake();
  });
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted) {
      if (failure !== undefined) throw cannotWatch(file, failure);
      if (!saved) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      saved = false;
      yield;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    watcher.close();
  }
}

function watchFolder(file: string): ReturnType<typeof watch> {
  try {
    return watch(dirname(file));
  } catch (error) {
    throw cannotWatch(file, error);
  }
}

function cannotWatch(file: string, error: unknown): FacewrightError {
  return new FacewrightError(`${file} cannot be watched: ${errorText(error)}`);
}

/** Tries a file's kernel once. A file that cannot be read is a fault in the report. */
export async function tryFile(
  bench: TryBench,
  { file, set }: { readonly file: string; readonly set: Values },
  options?: TryOptions,
): Promise<TryReport> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    const own = { file, text: '', set };
    const fault = `${file} cannot be read; facewright bench contract ${bench.contract.name} > ${file} makes one to begin with`;
    return { own, as: bench.contract.name, faults: [fault], shapes: 0, checked: [], timed: [] };
  }
  return bench.try({ file, text, set }, options);
}

/** Tries a file's kernel at every change. Nothing that is wrong with it ends that. */
export async function* tryAgain(
  changes: AsyncIterable<unknown>,
  tryOnce: () => Promise<TryReport>,
): AsyncGenerator<TryReport> {
  for await (const _ of changes) yield await tryOnce();
}
