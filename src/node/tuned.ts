// Tables of facewright tune in the user's cache: a file for each adapter, driver and version of Dawn.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ShaderTexts } from '../engine/webgpu/assemble.js';
import type { WebGpuOptions } from '../engine/webgpu/engine.js';
import { Kernels } from '../engine/webgpu/kernels.js';
import {
  isSamePlace,
  mergeEntries,
  placeName,
  readTunedText,
  sameMachine,
  type TunedEntry,
  type TunedMachine,
  TunedTable,
  type TunedText,
  tunedText,
} from '../engine/webgpu/tuned.js';
import { FacewrightError } from '../errors.js';
import { cachePath } from './paths.js';
import { writeWholeFile } from './whole-file.js';

/** What is kept for a machine. */
export interface KeptTable {
  readonly path: string;
  /** Entries of kernels as they are. */
  readonly entries: readonly TunedEntry[];
  /** Entries of kernels that have changed since, or are gone: they do not count, and go when the file is next written. */
  readonly stale: readonly TunedEntry[];
  /** Why a file that is there cannot be read: a sentence for whoever asks, no error. */
  readonly problem?: string;
}

/** What `facewright doctor` says of the table of an adapter. */
export interface TunedDescription {
  readonly path: string;
  /** Shapes that were measured, and of these where another kernel or tiling runs than the usual one. */
  readonly entries: number;
  readonly kept: number;
  /** Entries that do not count any more, since their kernels have changed. */
  readonly stale: number;
  /** When the last of them was measured: ISO 8601. */
  readonly date?: string;
  /** Why the file cannot be read. */
  readonly problem?: string;
}

/** The SHA-256 of a kernel's text with its libraries; undefined where there is no such kernel. */
export type KernelHash = (kernel: string) => string | undefined;

/** The hashes of the kernels in `shaders`, as the engine assembles them. */
export function kernelHashes(shaders: ShaderTexts): KernelHash {
  const kernels = new Kernels(shaders);
  const known = new Map<string, string>();
  return (kernel) => {
    if (!Object.hasOwn(shaders, kernel)) return undefined;
    const hash = known.get(kernel) ?? createHash('sha256').update(kernels.get(kernel).code).digest('hex');
    known.set(kernel, hash);
    return hash;
  };
}

/** Where the table of a machine lies. */
export function tunedPath(machine: TunedMachine): string {
  const { adapter, driver, backend, dawn } = machine;
  const name = adapter
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  const hash = createHash('sha256').update([adapter, driver, backend, dawn].join('\n')).digest('hex');
  return cachePath('tuned', `${name}-${hash.slice(0, 12)}.json`);
}

/** What is kept for a machine. A file that is missing is an empty table, and so is one that cannot be read. */
export async function readTuned(machine: TunedMachine, hashOf: KernelHash): Promise<KeptTable> {
  let path = '';
  try {
    path = tunedPath(machine);
  } catch {
    // Who has no cache folder has nothing in it.
    return { path, entries: [], stale: [] };
  }
  const empty = { path, entries: [], stale: [] };
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? empty : { ...empty, problem: `${path} cannot be read (${code})` };
  }
  const table = readTunedText(text);
  if (typeof table === 'string') return { ...empty, problem: `${path} ${table}` };
  // Two machines of one file name would be a wonder; a file that somebody has copied would not.
  if (!sameMachine(table.machine, machine)) return { ...empty, problem: `${path} is of another machine` };
  return { path, ...partStale(table.entries, hashOf) };
}

/** Entries whose kernels are as they were when they were measured, and the others. */
export function partStale(
  entries: readonly TunedEntry[],
  hashOf: KernelHash,
): { readonly entries: TunedEntry[]; readonly stale: TunedEntry[] } {
  const isFresh = ({ kernels }: TunedEntry) =>
    Object.entries(kernels).every(([kernel, hash]) => hashOf(kernel) === hash);
  return { entries: entries.filter(isFresh), stale: entries.filter((entry) => !isFresh(entry)) };
}

/**
 * Puts entries into the table of a machine, in the place of those that are there for the same op and shape. The file is written
 * whole: of two processes that do so at once, the later one's table stands, never half of one.
 *
 * @throws FacewrightError when the file cannot be written
 */
export async function keepTuned(
  machine: TunedMachine,
  entries: readonly TunedEntry[],
  hashOf: KernelHash,
): Promise<void> {
  const path = tunedPath(machine);
  const kept = await readTuned(machine, hashOf);
  await writeWholeFile(path, tunedText({ machine, entries: mergeEntries(kept.entries, entries) }));
}

/** Takes the entry for an op at a shape out of the table of a machine. @throws FacewrightError when the file cannot be written */
export async function dropTuned(machine: TunedMachine, op: string, shape: object, hashOf: KernelHash): Promise<void> {
  const kept = await readTuned(machine, hashOf);
  const entries = kept.entries.filter((entry) => !isSamePlace(entry, { op, shape }));
  if (entries.length < kept.entries.length) await writeWholeFile(kept.path, tunedText({ machine, entries }));
}

/**
 * How an engine on a machine uses what is kept for it. An entry that does not run is dropped, here and in the file, and told of: once,
 * since nobody meets it again.
 */
export async function tunedChoices(
  machine: TunedMachine,
  hashOf: KernelHash,
  onMessage?: (text: string) => void,
): Promise<Pick<WebGpuOptions, 'measured' | 'onUnusable'>> {
  const table = new TunedTable((await readTuned(machine, hashOf)).entries);
  return {
    measured: table.measured,
    onUnusable: (choice, why) => {
      const { op, shape } = choice;
      if (!table.drop(op, shape)) return;
      const reason = why instanceof Error ? why.message : String(why);
      onMessage?.(
        `${placeName(op, shape)}: what facewright tune found does not run here (${reason}); it is dropped, and the usual kernel runs`,
      );
      // A cache that cannot be written is no reason to stop: the usual kernel runs, and it will be told again next time.
      dropTuned(machine, op, shape, hashOf).catch(() => undefined);
    },
  };
}

/** What is kept for a machine, in figures. */
export async function describeTuned(machine: TunedMachine, hashOf: KernelHash): Promise<TunedDescription | undefined> {
  const { path, entries, stale, problem } = await readTuned(machine, hashOf);
  if (entries.length === 0 && stale.length === 0 && problem === undefined) return undefined;
  const last = [...entries, ...stale].reduce((latest, { date }) => (date > latest ? date : latest), '');
  return {
    path,
    entries: entries.length,
    kept: entries.filter(({ kept }) => kept).length,
    stale: stale.length,
    ...(last !== '' && { date: last }),
    ...(problem !== undefined && { problem }),
  };
}

const WHICH = 'name a file that facewright tune --export has written';

/** Reads a file that `tune --export` wrote. @throws FacewrightError when it is none */
export async function readTunedFile(path: string): Promise<TunedText> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'no such file' : `it cannot be read (${code})`;
    throw new FacewrightError(`${path}: ${what}; ${WHICH}`);
  }
  const table = readTunedText(text);
  if (typeof table === 'string') {
    throw new FacewrightError(`${path}: it ${table}; ${WHICH}`);
  }
  return table;
}
