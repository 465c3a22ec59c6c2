// A lock file says which process is at work, so that no second one is. Of a process that was killed it is known that it ended:
// on this machine by its number and its start, on another that shares the folder by its lock file, which it touches no more.

import { randomUUID } from 'node:crypto';
import { open, readFile, readlink, rename, rm, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './is-alive.js';
import { ownMark, temporaryIn } from './whole-file.js';

/** How often a lock file is touched, how long one of another machine is watched for it, and how often it is looked at then. */
const BEAT_MS = 5000;
const WATCH_MS = 4 * BEAT_MS;
const LOOK_MS = 500;
/** How often a lock is tried for that others take and give back at the same time. */
const TRIES = 10;

/** The process that holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Where its number means this process and no other; null where that cannot be told. */
  readonly machine: string | null;
  /** When the process began, in whatever unit its system has; null where that cannot be told. */
  readonly began: string | null;
  /** When it took the lock, in UTC (ISO 8601). */
  readonly since: string;
  /** What the names of its unfinished files hold; null where an earlier version took the lock. */
  readonly mark: string | null;
  /** No two locks have the same. */
  readonly token: string;
}

/** The lock is another's, who is at work. The message is for programs: `holder` has what to say. */
export class LockedError extends Error {
  override readonly name = 'LockedError';

  /** @param holder undefined where the file does not tell it */
  constructor(
    readonly path: string,
    readonly holder: LockHolder | undefined,
  ) {
    super(`${path} is held`);
  }
}

export class LockFile {
  readonly path: string;
  /** Who had it and ended without giving it back. */
  readonly before: LockHolder | undefined;
  readonly #text: string;
  readonly #beating: NodeJS.Timeout;

  private constructor(path: string, text: string, before: LockHolder | undefined, beat: number) {
    this.path = path;
    this.before = before;
    this.#text = text;
    this.#beating = setInterval(() => {
      const now = new Date();
      // That it is gone is found out by whoever asks.
      utimes(path, now, now).catch(() => {});
    }, beat).unref();
  }

  /**
   * Makes the lock file, in place of one whose process has ended. Its folder has to be there.
   *
   * @param beat milliseconds between two touches
   * @param watch milliseconds for which a process of another machine is given the time to touch its own
   * @throws LockedError when another process holds it; what the system throws when it cannot be written
   */
  static async take(path: string, { beat = BEAT_MS, watch = WATCH_MS } = {}): Promise<LockFile> {
    const text = JSON.stringify(await ourselves());
    let there: string | undefined;
    let before: LockHolder | undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      if (await create(path, text)) return new LockFile(path, text, before, beat);
      there = await textOf(path);
      if (there === undefined) continue;
      const holder = readHolder(there);
      const isAtWork = (holder && (await isRunning(holder))) ?? (await isTouched(path, watch));
      if (isAtWork) break;
      await removeStale(path, there);
      before = holder;
    }
    throw new LockedError(path, readHolder((await textOf(path)) ?? there ?? ''));
  }

  /** `gone` with its folder, or by itself; `taken` by another process, which took ours for one that had ended. */
  async state(): Promise<'held' | 'gone' | 'taken'> {
    const text = await textOf(this.path);
    if (text === undefined) return 'gone';
    return text === this.#text ? 'held' : 'taken';
  }

  /** Gives the lock back, if it still is ours. */
  async release(): Promise<void> {
    clearInterval(this.#beating);
    if ((await this.state().catch(() => 'gone')) === 'held') await rm(this.path, { force: true }).catch(() => {});
  }
}

/** @returns false where the file is there */
async function create(path: string, text: string): Promise<boolean> {
  const file = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined;
    throw error;
  });
  if (file === undefined) return false;
  try {
    await file.writeFile(text);
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
  return true;
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}

/** The holder that a lock file names; undefined while it is being written, and where it is none. */
function readHolder(text: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<LockHolder> | null;
    const isWhole = typeof holder?.pid === 'number' && typeof holder.host === 'string';
    return isWhole ? (holder as LockHolder) : undefined;
  } catch {
    return undefined;
  }
}

async function ourselves(): Promise<LockHolder> {
  const { pid } = process;
  return {
    pid,
    host: hostname(),
    machine: (await thisMachine()) ?? null,
    began: (await beginningOf(pid)) ?? null,
    since: new Date().toISOString(),
    mark: ownMark,
    token: randomUUID(),
  };
}

/** Containers often have the same name and count their processes alike: of Linux, the kernel and the list of processes count. */
async function thisMachine(): Promise<string | undefined> {
  if (process.platform !== 'linux') return hostname();
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return [hostname(), boot.trim(), await readlink('/proc/self/ns/pid')].join(' ');
  } catch {
    return undefined;
  }
}

/** When a process began: field 22 of its stat (proc(5)); `ended` of one that waits to be reaped. Only Linux tells. */
async function beginningOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name in parentheses, which may hold anything.
    const [state, ...others] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? 'ended' : others[18];
  } catch {
    return undefined;
  }
}

/** Whether a process runs; undefined where that cannot be told here. */
async function isRunning({ pid, machine, began }: LockHolder): Promise<boolean | undefined> {
  if (machine === null || machine !== (await thisMachine())) return undefined;
  if (!isAlive(pid)) return false;
  const now = await beginningOf(pid);
  return now === undefined || began === null || now === began;
}

/** Watches a lock file until it is touched, or the time is over. Its folder may be of another machine: it is opened each time. */
async function isTouched(path: string, watch: number): Promise<boolean> {
  const first = await timeOf(path);
  for (const end = performance.now() + watch; performance.now() < end; ) {
    await sleep(Math.min(LOOK_MS, watch));
    const time = await timeOf(path);
    if (time === undefined) return false;
    if (time !== first) return true;
  }
  return false;
}

async function timeOf(path: string): Promise<number | undefined> {
  const file = await open(path).catch(() => undefined);
  try {
    return (await file?.stat())?.mtimeMs;
  } finally {
    await file?.close();
  }
}

/** Removes a lock file. Where another process was quicker, and the lock there is its own, that one is put back. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = temporaryIn(dirname(path));
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await textOf(aside)) === stale) await rm(aside, { force: true });
  else await rename(aside, path);
}
