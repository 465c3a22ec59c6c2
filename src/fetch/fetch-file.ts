/** Fetches a file from the web, whole or not at all; interrupted, the next time goes on where it was. */

import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbortedError, FacewrightError } from '../errors.js';
import { byteCount } from '../words.js';
import { downloadAddress, parseAddress, shownAddress } from './address.js';
import { ask, type Opened } from './ask.js';
import { Client } from './client.js';
import type { FetchEvent } from './events.js';
import { PassingFailure, StartOver } from './failures.js';
import { PartialFile } from './partial.js';
import { type Patience, usualPatience, waitMs } from './patience.js';
import { ifRange, rangeFault, validatorsOf } from './ranges.js';

export interface FetchOptions {
  /** How many bytes it must have. */
  readonly bytes?: number;
  /** SHA-256 that it must have, in hex; or how that begins. */
  readonly sha256?: string;
  /** Nothing larger is fetched, in bytes. */
  readonly largest?: number;
  /** Sees how the file begins (4 KiB, or all of it) and says what it is if it is not wanted: `a PNG picture`. */
  readonly refuse?: (beginning: Uint8Array) => string | undefined;
  readonly onEvent?: (event: FetchEvent) => void;
  /** Stops it; what is there is kept for the next time. */
  readonly signal?: AbortSignal;
  readonly patience?: Partial<Patience>;
}

/** One file on its way. */
interface Job {
  /** As messages show it. */
  readonly shown: string;
  readonly address: URL;
  readonly client: Client;
  readonly file: PartialFile;
  readonly options: FetchOptions;
  readonly patience: Patience;
  /** Whether the server may be asked for the rest of a file. */
  ranges: boolean;
  /** Whether some of the bytes came another time, or after an interruption. */
  joined: boolean;
}

/**
 * Fetches the file at an address to `path`: to a hidden folder beside it first, and there only when all of it has come and
 * been checked. What was at `path` before is replaced. Several processes may fetch the same file at once.
 *
 * @param address http or https; user name and password in it go to its server alone and into no message
 * @throws FacewrightError, whose message begins with the address or the path, when the file cannot be had, is not the one
 *   that was expected, or cannot be written; AbortedError when the signal is raised
 */
export async function fetchFile(address: string, path: string, options: FetchOptions = {}): Promise<void> {
  const url = parseAddress(address);
  const shown = shownAddress(url);
  throwIfStopped(options, shown);
  const patience = { ...usualPatience, ...options.patience };
  const client = await Client.open(patience);
  try {
    const file = await PartialFile.take(path, shown);
    const joined = file.bytes > 0;
    const job = { shown, address: downloadAddress(url), client, file, options, patience, ranges: true, joined };
    try {
      await untilWhole(job);
      await file.finish();
    } catch (error) {
      await file.release();
      throw error;
    }
  } finally {
    await client.close();
  }
}

/** Tries until the file is there and right, or it has failed too often in a row. */
async function untilWhole(job: Job): Promise<void> {
  const { file, options, patience, shown } = job;
  let failures = 0;
  let most = file.bytes;
  for (;;) {
    try {
      await receive(job);
      return await check(job);
    } catch (error) {
      throwIfStopped(options, shown);
      if (error instanceof StartOver) {
        await file.begin({});
        job.ranges &&= error.ranges;
        job.joined = false;
        options.onEvent?.({ kind: 'restart', reason: error.message });
      } else if (error instanceof PassingFailure) job.joined = file.bytes > 0;
      else throw error;
      failures = file.bytes > most ? 1 : failures + 1;
      most = Math.max(most, file.bytes);
      const asked = error instanceof PassingFailure ? error.retryAfterMs : undefined;
      const wait = waitMs(patience, failures, asked);
      if (wait === undefined) throw givenUp(job, error, failures, asked);
      if (error instanceof PassingFailure) {
        options.onEvent?.({ kind: 'retry', reason: error.message, seconds: wait / 1000 });
      }
      await sleep(wait, undefined, { signal: options.signal }).catch(() => throwIfStopped(options, shown));
    }
  }
}

function givenUp({ shown, file }: Job, { message }: Error, failures: number, askedMs: number | undefined): Error {
  const kept = file.bytes > 0 ? `; ${byteCount(file.bytes)} are there and are kept for the next time` : '';
  const often = failures > 1 ? `, ${failures} times in a row` : '';
  const later = askedMs === undefined ? 'try again later' : `try again in ${Math.ceil(askedMs / 1000)} s`;
  return new FacewrightError(`${shown}: ${message}${often}; ${later}${kept}`);
}

/** Asks for the file, or for the rest of it, and takes in what comes. */
async function receive(job: Job): Promise<void> {
  const { file, options, shown } = job;
  const have = job.ranges && isJoinable(job) ? file.bytes : 0;
  if (have > 0 && have === file.known.total) return;
  const opened = await ask(job.client, job.address, shown, rangeHeaders(have, job), options.signal);
  const { status, headers } = opened.answer;
  if (status === 200) await beginWhole(job, opened);
  else if (status === 206) {
    const fault = rangeFault(have, file.known, headers);
    if (fault !== undefined) throw new StartOver(fault.reason, fault.changed);
  } else throw new StartOver('the server does not have the rest', false); // 416
  await requireSpace(job);
  options.onEvent?.({ kind: 'begun', have: file.bytes, total: file.known.total });
  await takeIn(job, opened);
}

/** Whether what is there may be gone on with: the server can tell whether it is of the same file, or a digest will. */
function isJoinable({ file, options }: Job): boolean {
  return file.bytes > 0 && (ifRange(file.known) !== undefined || options.sha256 !== undefined);
}

function rangeHeaders(have: number, { file }: Job): Record<string, string> {
  if (have === 0) return {};
  const condition = ifRange(file.known);
  return { range: `bytes=${have}-`, ...(condition === undefined ? {} : { 'if-range': condition }) };
}

/** A whole file comes: whatever was there is not needed. */
async function beginWhole(job: Job, { answer, beginning }: Opened): Promise<void> {
  const { file, options, shown } = job;
  const known = validatorsOf(answer.headers);
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new FacewrightError(`${shown}: the server sends it packed (${encoding}), unasked; fetch it with a browser`);
  }
  requireSize(job, known.total);
  const instead = options.refuse?.(beginning);
  if (instead !== undefined) throw new FacewrightError(`${shown}: ${instead}`);
  job.joined = false;
  await file.begin(known);
}

async function takeIn({ file, options, shown }: Job, { beginning, rest }: Opened): Promise<void> {
  const { total } = file.known;
  const most = total ?? options.largest ?? Number.POSITIVE_INFINITY;
  const take = async (chunk: Uint8Array) => {
    if (file.bytes + chunk.length > most) {
      if (total !== undefined) throw new StartOver('more comes than the server announced', false);
      throw tooLarge(shown, most);
    }
    await file.append(chunk);
    options.onEvent?.({ kind: 'progress', bytes: file.bytes, total });
  };
  if (beginning.length > 0) await take(beginning);
  for await (const chunk of rest) await take(chunk);
  if (total !== undefined && file.bytes < total) throw new PassingFailure('the connection was cut');
}

/** Holds the whole file against what it must be. */
async function check(job: Job): Promise<void> {
  const { file, options, shown } = job;
  requireSize(job, file.bytes);
  if (options.sha256 === undefined) return;
  options.onEvent?.({ kind: 'checking' });
  const digest = await file.sha256();
  if (digest.startsWith(options.sha256.toLowerCase())) return;
  // Parts that do not belong together are mended by fetching all of it once more; anything else is not.
  if (job.joined) throw new StartOver('its parts do not fit together', job.ranges);
  await file.begin({});
  throw new FacewrightError(
    `${shown}: its SHA-256 is ${digest}; expected ${options.sha256}: it is damaged, or another file; nothing was kept`,
  );
}

/** @param bytes of the whole file, as far as they are known */
function requireSize({ shown, options }: Job, bytes: number | undefined): void {
  if (bytes === undefined) return;
  if (options.bytes !== undefined && bytes !== options.bytes) {
    throw new FacewrightError(
      `${shown}: has ${bytes} bytes; expected ${options.bytes}: it is another file, look where its owner offers it now`,
    );
  }
  if (options.largest !== undefined && bytes > options.largest) throw tooLarge(shown, options.largest);
}

function tooLarge(shown: string, largest: number): FacewrightError {
  return new FacewrightError(
    `${shown}: is larger than ${byteCount(largest)}, and nothing that is wanted is; give another file`,
  );
}

/** Better told before than after half an hour. */
async function requireSpace({ file }: Job): Promise<void> {
  if (file.known.total === undefined) return;
  const status = await statfs(dirname(file.path)).catch(() => undefined); // not every file system tells
  if (status === undefined) return;
  const [free, needed] = [status.bavail * status.bsize, file.known.total - file.bytes];
  if (needed > free) {
    throw new FacewrightError(
      `${file.path}: ${byteCount(needed)} are needed there and ${byteCount(free)} are free; make room or choose another folder`,
    );
  }
}

function throwIfStopped({ signal }: FetchOptions, shown: string): void {
  if (signal?.aborted === true) throw new AbortedError(`${shown}: stopped; what is there is kept for the next time`);
}
