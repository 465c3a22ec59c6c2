// The words that yargs found, by option, and what several commands read from them.

import { parseColour } from '../../image/colour.js';
import type { OpenOptions } from '../../index.js';
import { engineNames } from '../../node/engines.js';
import { UsageError } from './exit.js';
import { oneOf, wholeNumber } from './values.js';

/** Options as they were typed. */
export class Arguments {
  readonly #parsed: Readonly<Record<string, unknown>>;

  constructor(parsed: Readonly<Record<string, unknown>>) {
    this.#parsed = parsed;
  }

  flag(name: string): boolean {
    return this.#last(name) === true;
  }

  /** Whether --no-NAME was given. */
  without(name: string): boolean {
    return this.#last(name) === false;
  }

  /** The word after an option; undefined where the option was not given. */
  text(name: string): string | undefined {
    const value = this.#last(name);
    if (value === undefined) return undefined;
    const text = String(value);
    if (text === '') throw new UsageError(`--${name} needs a value`);
    return text;
  }

  /** The words after an option that takes several, or the arguments of the command. */
  texts(name: string): string[] {
    const value = this.#parsed[name];
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map(String);
  }

  /** The words after an option that takes one or more. */
  list(name: string): string[] {
    const texts = this.texts(name);
    if (this.#parsed[name] !== undefined && texts.length === 0) throw new UsageError(`--${name} needs a value`);
    return texts;
  }

  /** An option that was given twice counts as it was given last. */
  #last(name: string): unknown {
    const value = this.#parsed[name];
    return Array.isArray(value) ? value.at(-1) : value;
  }

  /** A value read by `read`, which gets the option's name with its dashes. */
  value<T>(name: string, read: (option: string, text: string) => T): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : read(`--${name}`, text);
  }
}

/** Where a command reads and writes, and what it puts under transparent parts. */
export interface Places {
  readonly inputs: readonly string[];
  readonly out: string;
  readonly background: string;
  /** Spelled as the original does: some of its habits go with that. */
  readonly original: boolean;
}

/**
 * The pictures, the output folder and the background.
 *
 * @param example of a command line
 * @param made what goes into the folder
 * @param defaults where the original reads and writes, for its own spellings
 * @throws UsageError when one is missing, or the background is no colour
 */
export function readPlaces(
  words: Arguments,
  { example, made, defaults }: { example: string; made: string; defaults: { input: string; output: string } },
): Places {
  const original = words.flag('original');
  const inputs = words.texts('inputs');
  if (inputs.length === 0 && !original) {
    throw new UsageError(`no pictures: name files or folders, for example facewright ${example} --out faces`);
  }
  const out = words.text('out') ?? (original ? defaults.output : undefined);
  if (out === undefined) throw new UsageError(`no output folder: say where the ${made} go, for example --out faces`);
  const background = words.text('background') ?? 'white';
  parseColour(background);
  return { inputs: inputs.length === 0 ? [defaults.input] : inputs, out, background, original };
}

/** The folder of a command that takes one. @param command for the example @throws UsageError for none, or several */
export function onlyFolder(words: Arguments, command: string): string {
  const folders = words.texts('inputs');
  if (folders.length === 1) return folders[0];
  const wrong = folders.length === 0 ? 'no folder' : `${folders.length} folders`;
  throw new UsageError(`${wrong}: name the one that a run wrote to, for example facewright ${command} faces`);
}

/** The options that open a generator. */
export function openOptions(words: Arguments): OpenOptions {
  const engine = words.value('engine', (option, text) => oneOf(option, text, engineNames));
  const precision = words.value('precision', (option, text) => oneOf(option, text, ['f32', 'bf16', 'f16'] as const));
  const threads = words.value('threads', (option, text) => wholeNumber(option, text, 1, 1024));
  const adapter = words.text('adapter');
  if (threads !== undefined && (engine === 'webgpu' || adapter !== undefined)) {
    throw new UsageError('--threads is for the native engine; leave it out, or choose --engine native');
  }
  if (adapter !== undefined && engine === 'native') {
    throw new UsageError('--adapter is for the webgpu engine; leave it out, or choose --engine webgpu');
  }
  if (precision === 'bf16' && (engine === 'webgpu' || adapter !== undefined)) {
    throw new UsageError('--precision bf16 is for the native engine; leave it out, or choose --engine native');
  }
  if (precision === 'f16' && (engine === 'native' || threads !== undefined)) {
    throw new UsageError('--precision f16 is for the webgpu engine; leave it out, or choose --engine webgpu');
  }
  const wanted = words.value('class', (option, text) => wholeNumber(option, text, 0));
  const model = words.text('model');
  const tuned = words.without('tuned') ? false : undefined;
  return { model, class: wanted, engine, adapter, threads, precision, tuned, cache: words.text('cache') };
}

/** --batch: how many pictures go through the network at once; undefined where it is left to the generator. */
export function batchSize(words: Arguments): number | undefined {
  return words.value('batch', (option, text) => wholeNumber(option, text, 1, 256));
}
