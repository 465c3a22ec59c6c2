// What results that are compared are told apart by.

import type { Kept } from './state.js';
import { lossText } from './words.js';

/** By what people call them. */
export type Facts = Readonly<Record<string, string>>;

/** Told even where they agree. */
const ALWAYS = ['Outcome', 'L2', 'Best step'];

export function factsOf({ asked, result }: Kept): Facts {
  const { size, seed, restarts, generator, options } = asked;
  return {
    Outcome: result.met ? 'met' : 'missed',
    L2: lossText(result.losses.L2),
    'Best step': `${result.bestStep + 1} of ${options.steps}`,
    Size: String(size),
    Seed: String(seed),
    Restarts: String(restarts),
    Loss: options.loss,
    Eps: String(options.eps),
    'Trainable noise': String(options.trainableNoise),
    Generator: generator,
  };
}

/** Of each only what is not the same in all, beside what is always told. */
export function differing(all: readonly Facts[]): Facts[] {
  const told = (name: string) => ALWAYS.includes(name) || all.some((facts) => facts[name] !== all[0][name]);
  return all.map((facts) => Object.fromEntries(Object.entries(facts).filter(([name]) => told(name))));
}
