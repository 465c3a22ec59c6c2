// The output folder while a process works there: nobody else writes the same journal, and what becomes of the folder is noticed.

import { join } from 'node:path';
import { BrokenOffError, FacewrightError } from '../errors.js';
import { LockedError, LockFile } from '../node/lock-file.js';
import { removeUnfinished, writeFailure } from '../node/whole-file.js';
import { inFolder, tryToWrite } from './out-folder.js';

/** A folder whose journal is ours to write. */
export interface FolderClaim {
  /** @throws BrokenOffError when the folder was removed or moved away, or another process has taken it over */
  check(): Promise<void>;
  /** To be asked after a failure. @throws BrokenOffError when nothing can be written there any more, whatever the picture */
  checkWritable(): Promise<void>;
}

/**
 * Makes the folder, and does the work in it as the only process that writes this journal. What one that was killed there had not
 * written to its end is removed.
 *
 * @param journal the name of its file
 * @throws FacewrightError when the folder cannot be made or written, or another process is at work there; what the work throws
 */
export function inClaimedFolder<T>(
  folder: string,
  journal: string,
  work: (claim: FolderClaim) => Promise<T>,
): Promise<T> {
  return inFolder(folder, async () => {
    const lock = await takeLock(folder, join(folder, `.${journal}.lock`));
    try {
      if (lock.before?.mark) await removeUnfinished(folder, lock.before.mark);
      return await work(new LockedFolder(folder, lock));
    } finally {
      await lock.release();
    }
  });
}

async function takeLock(folder: string, path: string): Promise<LockFile> {
  try {
    return await LockFile.take(path);
  } catch (error) {
    if (error instanceof LockedError) throw new FacewrightError(isTaken(folder, error));
    throw new FacewrightError(`--out ${folder}: ${writeFailure(error)}`, { cause: error });
  }
}

function isTaken(folder: string, { path, holder }: LockedError): string {
  const who = holder === undefined ? '' : ` (process ${holder.pid} on ${holder.host}, since ${holder.since})`;
  // Where the system does not tell when a process began, another one may have its number by now.
  const doubt = holder?.began == null ? `; if there is no such process any more, delete ${path}` : '';
  return (
    `--out ${folder}: another facewright is at work there${who}; ` +
    `wait for its end, share the work with --shard, or choose another folder${doubt}`
  );
}

class LockedFolder implements FolderClaim {
  readonly #folder: string;
  readonly #lock: LockFile;

  constructor(folder: string, lock: LockFile) {
    this.#folder = folder;
    this.#lock = lock;
  }

  async check(): Promise<void> {
    // What cannot be read (a network that is down) will not be written either, and then it is said why.
    const state = await this.#lock.state().catch(() => 'held');
    if (state === 'held') return;
    const what =
      state === 'taken'
        ? 'another facewright has taken it over'
        : 'it was removed or moved away while results were written to it';
    throw new BrokenOffError(`${this.#folder}: ${what}; the same command goes on with what is left`);
  }

  async checkWritable(): Promise<void> {
    await this.check();
    try {
      await tryToWrite(this.#folder);
    } catch (error) {
      throw new BrokenOffError(`${this.#folder}: ${writeFailure(error)}`, { cause: error });
    }
  }
}
