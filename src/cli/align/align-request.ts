// What `facewright align` was asked for: its options, read and checked.

import { type AlignOptions, CROP_SIDE } from '../../index.js';
import { type Arguments, readPlaces } from '../shared/arguments.js';
import { readDetectOptions } from '../shared/detect-options.js';
import { UsageError } from '../shared/exit.js';
import { alignDefaults } from '../shared/original.js';
import { readShard, wholeNumber, wholeNumbers } from '../shared/values.js';

/** An alignment as it was asked for. */
export interface AlignRequest {
  readonly inputs: readonly string[];
  readonly options: AlignOptions;
  readonly json: boolean;
  readonly strict: boolean;
}

/** Smallest crop: below it nothing is a face any more. */
const LEAST_SIZE = 4;

/** Reads the options of an alignment. @throws UsageError for the first that cannot be */
export function readAlignRequest(words: Arguments): AlignRequest {
  const places = readPlaces(words, { example: 'align photos', made: 'crops', defaults: alignDefaults });
  const { inputs, out, background, original } = places;
  return {
    inputs,
    options: {
      out,
      background,
      sizes: words.value('size', readSizes) ?? [original ? alignDefaults.size : CROP_SIDE],
      detect: readDetectOptions(words),
      landmarks: words.text('landmarks'),
      overlay: words.flag('overlay'),
      shard: words.value('shard', readShard),
      workers: words.value('workers', (option, text) => wholeNumber(option, text, 1, 64)),
      again: words.flag('force'),
      overwrite: words.flag('force'),
    },
    json: words.flag('json'),
    strict: words.flag('strict'),
  };
}

/** `16,32,1024`; 0 keeps the size of the crop, as the original has it. */
function readSizes(option: string, text: string): number[] {
  const sizes = wholeNumbers(option, text, ',').map((size) => (size === 0 ? CROP_SIDE : size));
  if (sizes.length === 0) throw new UsageError(`${option} ${text}: names no size, for example 32 or 16,32,1024`);
  for (const size of sizes) {
    if (size < LEAST_SIZE || size > CROP_SIDE) {
      throw new UsageError(`${option} ${text}: sizes are from ${LEAST_SIZE} to ${CROP_SIDE} px, or 0 for ${CROP_SIDE}`);
    }
  }
  return [...new Set(sizes)];
}
