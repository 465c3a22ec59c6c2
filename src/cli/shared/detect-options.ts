// The options that say which faces are looked for, in every command that looks for some.

import type { DetectOptions } from '../../index.js';
import type { Arguments } from './arguments.js';
import { realNumber, wholeNumber } from './values.js';

/** Reads the options. @throws UsageError for the first that cannot be */
export function readDetectOptions(words: Arguments): DetectOptions {
  return {
    maxFaces: words.value('max-faces', (option, text) => wholeNumber(option, text, 1)),
    minFace: words.value('min-face', (option, text) => wholeNumber(option, text, 8)),
    minScore: words.value('min-score', (option, text) =>
      realNumber(option, text, 'greater than 0, at most 1', (score) => score > 0 && score <= 1),
    ),
    anyRotation: words.flag('any-rotation') || undefined,
  };
}
