// The search for the fastest of many choices in little time: neighbours of the fastest so far are looked at first, and half
// of those that were seen are looked at again and again.

import type { TimedChoice } from '../../engine/webgpu/tuned.js';
import { type Choice, sameChoice } from '../../engine/webgpu/variants.js';
import { median } from '../kernels/statistics.js';
import { CannotRunError, type CaseMeter } from './meter.js';

/** A choice that was passed over, and why: the end of a sentence. */
export interface Fault {
  readonly choice: Choice;
  readonly why: string;
}

/** What looking has found. */
export interface Found {
  /** The usual choice, and the others that were looked at: the median of all looks. */
  readonly usual: TimedChoice;
  readonly tried: readonly TimedChoice[];
  /** The fastest of the others, where it looks faster than the usual one. */
  readonly rival?: Choice;
  readonly faults: readonly Fault[];
}

/** How far a result may be from that of the usual choice: float32 with sums in another order stays far below. */
const TOLERANCE = 1e-5;
/** Of the time that there is: what first looks have at most. Looking again has as much, in which half of the field is left out each time. */
const FIRST_LOOKS = 0.5;
const ALL_LOOKS = 0.75;
/** Those that are looked at again. */
const FINALISTS = 16;

interface Seen {
  readonly choice: Choice;
  readonly samples: number[];
}

/**
 * Looks for the fastest of `choices`, of which the first is the usual one. A result that is too far from the usual one's is
 * never timed.
 *
 * @param seconds for all of it and what comes behind; the usual choice and one other are looked at whatever that takes
 * @param isStopped asked between two looks
 * @throws what the meter throws, but CannotRunError only where it is the usual choice that does not run
 */
export async function findRival(
  choices: readonly Choice[],
  meter: CaseMeter,
  { seconds, now, isStopped }: { seconds: number; now: () => number; isStopped: () => boolean },
): Promise<Found> {
  const [usual, ...others] = choices;
  const began = now();
  const spent = () => (now() - began) / seconds;
  const faults: Fault[] = [];
  const first: Seen = { choice: usual, samples: [...(await meter.look(usual))] };
  const seen: Seen[] = [];
  const left = [...others];
  for (let looks = 0; left.length > 0 && (looks === 0 || spent() < FIRST_LOOKS) && !isStopped(); looks++) {
    const choice = takeNearest(left, fastestOf([first, ...seen]).choice, choices);
    const look = await firstLook(choice, meter);
    if (typeof look === 'string') faults.push({ choice, why: look });
    else seen.push({ choice, samples: [...look] });
  }
  let finalists = fastestHalf(seen);
  while (finalists.length > 1 && spent() < ALL_LOOKS && !isStopped()) {
    for (const { choice, samples } of finalists) samples.push(...(await meter.look(choice)));
    finalists = fastestHalf(finalists);
  }
  const rival = finalists[0];
  const isFaster = rival !== undefined && median(rival.samples) < median(first.samples);
  return {
    usual: timed(first),
    tried: seen.map(timed).sort((a, b) => a.seconds - b.seconds),
    ...(isFaster && { rival: rival.choice }),
    faults,
  };
}

/** The samples of a first look, or why there is none: the end of a sentence. */
async function firstLook(choice: Choice, meter: CaseMeter): Promise<readonly number[] | string> {
  try {
    const error = await meter.error(choice);
    return error <= TOLERANCE ? await meter.look(choice) : `its result is off by ${error.toExponential(1)}`;
  } catch (error) {
    if (error instanceof CannotRunError) return `it does not run: ${error.message}`;
    throw error;
  }
}

/** Takes the choice out that is fewest steps away from another. */
function takeNearest(left: Choice[], from: Choice, all: readonly Choice[]): Choice {
  const distances = left.map((choice) => distance(from, choice, all));
  return left.splice(distances.indexOf(Math.min(...distances)), 1)[0];
}

/** Halvings and doublings of a tiling's numbers between two choices; another kernel is one more, and begins with its own first tiling. */
function distance(from: Choice, to: Choice, all: readonly Choice[]): number {
  if (from.kernel === to.kernel) return steps(from, to);
  const start = all.find(({ kernel }) => kernel === to.kernel)!;
  return 1 + (sameChoice(start, to) ? 0 : steps(start, to));
}

function steps(a: Choice, b: Choice): number {
  return Object.keys(a.tiling).reduce((sum, name) => sum + Math.abs(Math.log2(a.tiling[name] / b.tiling[name])), 0);
}

function fastestOf(field: readonly Seen[]): Seen {
  return [...field].sort(byMedian)[0];
}

/** The faster half, a half rounded up, of at most twice as many as there may be finalists. */
function fastestHalf(field: readonly Seen[]): Seen[] {
  return [...field].sort(byMedian).slice(0, Math.min(FINALISTS, Math.ceil(field.length / 2)));
}

function byMedian(a: Seen, b: Seen): number {
  return median(a.samples) - median(b.samples);
}

function timed({ choice, samples }: Seen): TimedChoice {
  return { ...choice, seconds: median(samples) };
}
