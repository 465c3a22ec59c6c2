// The spellings of the original PULSE's run.py and align_face.py, with one dash, put into ours before the command line is read.

import { UsageError } from './exit.js';

interface Spelling {
  /** Our option; undefined for the folder of pictures, which is an argument here. */
  readonly option?: string;
  readonly flag?: true;
}

/** By the original's name, of its run.py. Two of ours are hidden: `-bad_noise_layers` ignores what `--bad-noise` refuses. */
const runSpellings = new Map<string, Spelling>([
  ['-input_dir', {}],
  ['-output_dir', { option: '--out' }],
  ['-cache_dir', { option: '--cache' }],
  ['-duplicates', { option: '--duplicates' }],
  ['-batch_size', { option: '--batch' }],
  ['-seed', { option: '--seed' }],
  ['-loss_str', { option: '--loss' }],
  ['-eps', { option: '--eps' }],
  ['-noise_type', { option: '--noise' }],
  ['-num_trainable_noise_layers', { option: '--trainable-noise' }],
  ['-tile_latent', { option: '--tile', flag: true }],
  ['-bad_noise_layers', { option: '--bad-noise-layers' }],
  ['-opt_name', { option: '--optimizer' }],
  ['-learning_rate', { option: '--learning-rate' }],
  ['-steps', { option: '--steps' }],
  ['-lr_schedule', { option: '--schedule' }],
  ['-save_intermediate', { option: '--save-intermediate', flag: true }],
]);

/** Of its align_face.py. Seed and cache change nothing here: nothing is drawn at random or downloaded. */
const alignSpellings = new Map<string, Spelling>([
  ['-input_dir', {}],
  ['-output_dir', { option: '--out' }],
  ['-output_size', { option: '--size' }],
  ['-seed', { option: '--seed' }],
  ['-cache_dir', { option: '--cache' }],
]);

/** The original's spellings of each command that it has. */
const spellingsOf: Readonly<Record<string, ReadonlyMap<string, Spelling>>> = {
  run: runSpellings,
  align: alignSpellings,
};

/** The original's spellings of a command's options. */
export function originalNames(command: string): readonly string[] {
  return Object.hasOwn(spellingsOf, command) ? [...spellingsOf[command].keys()] : [];
}

/** Where the original reads and writes when it is not told. */
export const originalDefaults = { input: 'input', output: 'runs' } as const;

/** The same of its align_face.py, and the size of its crops. */
export const alignDefaults = { input: 'realpics', output: 'input', size: 32 } as const;

/**
 * Rewrites the words of `run` and `align` that are spelled as the original does; `--original` then says that there were
 * some. Words of other commands come back as they are.
 *
 * @example
 * rewriteOriginal(['run', '-input_dir', 'faces', '-lr_schedule', 'fixed']);
 * // ['run', '--schedule=fixed', '--original', '--', 'faces']
 */
export function rewriteOriginal(argv: readonly string[]): string[] {
  const command = argv.find((word) => !word.startsWith('-')) ?? '';
  if (!Object.hasOwn(spellingsOf, command)) return [...argv];
  const spellings = spellingsOf[command];
  const rewritten: string[] = [];
  const folders: string[] = [];
  let original = false;
  let index = 0;
  for (; index < argv.length && argv[index] !== '--'; index++) {
    const word = argv[index];
    const equals = word.indexOf('=');
    const name = equals < 0 ? word : word.slice(0, equals);
    const spelling = spellings.get(name);
    if (spelling === undefined) {
      rewritten.push(word);
      continue;
    }
    original = true;
    if (spelling.flag) {
      if (equals >= 0) throw new UsageError(`${name} takes no value`);
      rewritten.push(spelling.option!);
      continue;
    }
    const text = equals < 0 ? argv[++index] : word.slice(equals + 1);
    if (text === undefined || text === '--' || (equals < 0 && spellings.has(text))) {
      throw new UsageError(`${name} needs a value`);
    }
    if (spelling.option === undefined) folders.push(text);
    else rewritten.push(`${spelling.option}=${text}`);
  }
  if (!original) return [...argv];
  const rest = [...folders, ...argv.slice(index + 1)];
  return [...rewritten, '--original', ...(rest.length > 0 ? ['--', ...rest] : [])];
}
