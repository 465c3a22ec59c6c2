// What `facewright emoji` was asked for: its options, read and checked.

import { toneChoices } from '../../emoji/select.js';
import { emojiSetNames } from '../../emoji/set-names.js';
import { type EmojiSet, openEmojiFolder, openEmojiSet, type ToneChoice } from '../../index.js';
import { Arguments } from '../shared/arguments.js';
import { readDetectOptions } from '../shared/detect-options.js';
import { UsageError } from '../shared/exit.js';
import { type QueueRequest, readQueueRequest } from '../shared/queue-request.js';
import { type RunRequest, readRunRequest } from '../shared/run-request.js';
import { oneOf, wholeNumber } from '../shared/values.js';

export interface EmojiRequest {
  /** What names the emoji; empty with `all`. */
  readonly words: readonly string[];
  readonly all: boolean;
  readonly tones: readonly ToneChoice[];
  readonly frame: 'face' | 'art';
  readonly sets: readonly EmojiSet[];
  /** Sides of the targets; empty: the generator's usual one. */
  readonly sizes: readonly number[];
  readonly minScore: number | undefined;
  readonly dryRun: boolean;
  /** The search, as `run` has it; it has a seed. */
  readonly run: RunRequest & { readonly seed: number };
  /** Where its jobs go, with --queue. */
  readonly queued: QueueRequest | undefined;
}

/** Where nothing is said, so that shards agree, and a folder that is filled up later stays of one piece. */
const DEFAULT_SEED = '1';

/** Reads the options, and opens the sets. @throws FacewrightError for the first that cannot be */
export async function readEmojiRequest(parsed: Readonly<Record<string, unknown>>): Promise<EmojiRequest> {
  const words = new Arguments(parsed);
  const named = words.texts('inputs');
  const all = words.flag('all');
  if (all === named.length > 0) {
    throw new UsageError(
      all
        ? '--all: is all emoji already; leave out the others'
        : 'no emoji: name some, for example 😀, person-role or red-hair, or take --all',
    );
  }
  const sizes = words.value('size', readSizes) ?? [];
  const duplicates = words.value('seeds', (option, text) => wholeNumber(option, text, 1, 10_000)) ?? 1;
  const detect = readDetectOptions(words);
  const { size, 'min-score': _, inputs, ...rest } = parsed;
  const run = readRunRequest(
    new Arguments({ ...rest, seed: rest.seed ?? DEFAULT_SEED, duplicates: String(duplicates), inputs: ['emoji'] }),
  );
  return {
    words: named,
    all,
    tones: words.value('tones', readTones) ?? ['none'],
    frame: words.value('frame', (option, text) => oneOf(option, text, ['face', 'art'] as const)) ?? 'face',
    sets: await openSets(words),
    sizes,
    minScore: detect.minScore,
    dryRun: words.flag('dry-run'),
    run: { ...run, seed: run.seed! },
    queued: readQueueRequest(words, run),
  };
}

/** `16,32` */
function readSizes(option: string, text: string): number[] {
  return [...new Set(text.split(',').map((part) => wholeNumber(option, part, 1)))];
}

/** `none,random` */
function readTones(option: string, text: string): ToneChoice[] {
  return text.split(',').map((part) => oneOf(option, part.trim(), toneChoices));
}

async function openSets(words: Arguments): Promise<EmojiSet[]> {
  const names = [...new Set(words.list('set').flatMap((text) => text.split(',').map((name) => name.trim())))];
  const folders = words.list('set-dir');
  if (names.length + folders.length === 0) {
    throw new UsageError(
      `no set of drawings: choose some with --set, of ${emojiSetNames.join(', ')}, or add --set-dir`,
    );
  }
  const sets: EmojiSet[] = [];
  for (const name of names) sets.push(await openEmojiSet(oneOf('--set', name, emojiSetNames)));
  for (const text of folders) {
    const [, name, folder] = /^([a-z0-9][a-z0-9._-]*)=(.+)$/i.exec(text) ?? [];
    if (name === undefined) {
      throw new UsageError(`--set-dir ${text}: must be NAME=FOLDER, the name of letters and digits`);
    }
    sets.push(await openEmojiFolder(name, folder));
  }
  const twice = sets.find(({ name }, i) => sets.findIndex((set) => set.name.toLowerCase() === name.toLowerCase()) < i);
  if (twice !== undefined) throw new UsageError(`--set-dir ${twice.name}: there is a set of this name; choose another`);
  return sets;
}
