import type { Precision } from '../engine/engine.js';
import type { GeneratorInfo } from '../model/generator.js';
import type { SearchOptions } from '../pulse/options.js';
import type { NamedOptions } from '../results/journal.js';
import type { RunSetting } from './options.js';

/** What results follow from beside their target, the generator, their seed and their number. */
export interface ResultOptions extends Pick<RunSetting, 'restarts' | 'fit' | 'background'> {
  readonly search: SearchOptions;
  readonly precision: Precision;
}

/**
 * All options that a result follows from, by their long names: for run.jsonl and for the key.
 *
 * @param startDigest of the file of latents to start from, where there is one
 */
export function namedOptions(
  { search, restarts, fit, background, precision }: ResultOptions,
  info: Pick<GeneratorInfo, 'class'>,
  startDigest?: string,
): NamedOptions {
  return {
    loss: search.loss,
    eps: search.eps,
    noise: search.noise,
    'trainable-noise': search.trainableNoise,
    tile: search.tile,
    'bad-noise': search.badNoise,
    optimizer: search.optimizer,
    'learning-rate': search.learningRate,
    schedule: search.schedule,
    steps: search.steps,
    restarts,
    fit,
    background,
    // What it was before there was a choice stays unsaid: results keep their keys.
    ...(precision === 'f32' ? {} : { precision }),
    ...(info.class === undefined ? {} : { class: info.class }),
    ...(startDigest === undefined ? {} : { start: startDigest }),
  };
}
