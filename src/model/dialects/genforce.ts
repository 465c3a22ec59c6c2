import { type Entry, type FoundNetwork, highest } from './dialect.js';

/** The mean of w, where the generator was saved with one for all layers. */
export const GENFORCE_W_AVG: Entry = {
  ours: 'mapping.w_avg',
  theirs: 'truncation.w_avg',
  optional: true,
  fixed: true,
};

/** Of any of genforce's networks: it has two layers for each size, or one for the first. */
export function genforceResolution({ tensors }: FoundNetwork): number {
  return 4 * 2 ** (highest(tensors, /^synthesis\.layer(\d+)\.bias$/) >> 1);
}

/** The number of the to-RGB layer of a size. */
export function genforceOutput(size: number): number {
  return Math.log2(size) - 2;
}
