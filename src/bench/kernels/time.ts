import { performance } from 'node:perf_hooks';
import type { BenchDevice } from './bench-device.js';
import type { TimedPass } from './clock.js';
import type { Timing } from './kernels-report.js';
import type { Prepared } from './prepare.js';
import { median, quartiles } from './statistics.js';

/** How a kernel is timed. */
export interface TimeOptions {
  /** Whether every launch has other data, which no cache holds; by default they all have the same. */
  readonly cold?: boolean;
  /** Passes that are timed, at most; each is one sample. By default 30. */
  readonly samples?: number;
  /** Seconds after which no more is begun, once there are `LEAST_SAMPLES`; by default 0.3. */
  readonly budget?: number;
}

/** Samples whatever they take. */
export const LEAST_SAMPLES = 5;
const SAMPLES = 30;
const BUDGET = 0.3;
/** A pass is made this long, in seconds: long against a clock's quantum, and against what begins and ends a pass. */
const PASS = 1e-3;
/** Launches of a pass at most. */
const MOST_LAUNCHES = 4096;
/** Passes are handed over in bundles of about this many seconds, so that nobody who watches over the device takes fright. */
const BUNDLE = 0.05;

/**
 * Times launches of a kernel: first finds how many make a pass of a millisecond, then takes that many for every sample.
 *
 * The device comes to its clock meanwhile. Launches of a pass wait for each other, as those of a step do: all write to one buffer.
 *
 * @param bench only its clock is used
 */
export async function timeLaunches(
  { clock }: Pick<BenchDevice, 'clock'>,
  prepared: Prepared,
  { cold = false, ...options }: TimeOptions = {},
): Promise<Timing> {
  return timePasses({ clock }, prepared, await passLength({ clock }, prepared, cold), { cold, ...options });
}

/** Times a kernel warm and cold, with as many launches in a pass as make a warm one long enough: a cold one is no shorter. */
export async function timeWarmAndCold(
  { clock }: Pick<BenchDevice, 'clock'>,
  prepared: Prepared,
  options: Omit<TimeOptions, 'cold'> = {},
): Promise<{ warm: Timing; cold: Timing }> {
  const length = await passLength({ clock }, prepared, false);
  const warm = await timePasses({ clock }, prepared, length, options);
  const launches = Math.min(length.launches, prepared.mostCold);
  const cold = await timePasses({ clock }, prepared, { ...length, launches }, { ...options, cold: true });
  return { warm, cold };
}

async function timePasses(
  { clock }: Pick<BenchDevice, 'clock'>,
  prepared: Prepared,
  { launches, seconds: about }: PassLength,
  { cold = false, samples = SAMPLES, budget = BUDGET }: TimeOptions,
): Promise<Timing> {
  const seconds: number[] = [];
  const spent = stopwatch();
  while (seconds.length < samples && (spent(seconds) < budget || seconds.length < LEAST_SAMPLES)) {
    const bundle = Math.min(Math.max(1, Math.floor(BUNDLE / about)), samples - seconds.length);
    seconds.push(...(await clock.time(Array.from({ length: bundle }, () => passOf(prepared, launches, cold)))));
  }
  return timingOf(seconds.map((one) => one / launches));
}

/**
 * Times two kernels in turn, so that what slows the device slows both: a pass of each in every round, their order changing
 * from round to round. The samples of a round have the same place in both timings.
 *
 * @param options `rounds` 30 by default; `cold` and `budget` (for both together) as in `timeLaunches`
 */
export async function timeInTurn(
  { clock }: Pick<BenchDevice, 'clock'>,
  pair: readonly [Prepared, Prepared],
  { cold = false, rounds = SAMPLES, budget = 2 * BUDGET }: Omit<TimeOptions, 'samples'> & { rounds?: number } = {},
): Promise<[Timing, Timing]> {
  const counts = [await passLength({ clock }, pair[0], cold), await passLength({ clock }, pair[1], cold)];
  const passOfOne = (which: number) => passOf(pair[which], counts[which].launches, cold);
  const samples: [number[], number[]] = [[], []];
  const passes: number[] = [];
  const spent = stopwatch();
  for (let round = 0; round < rounds && (spent(passes) < budget || round < LEAST_SAMPLES); round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    const seconds = await clock.time(order.map(passOfOne));
    order.forEach((which, place) => {
      samples[which].push(seconds[place] / counts[which].launches);
    });
    passes.push(...seconds);
  }
  return [timingOf(samples[0]), timingOf(samples[1])];
}

/** Median and quartiles of samples, which are kept. */
export function timingOf(samples: readonly number[]): Timing {
  return { median: median(samples), quartiles: quartiles(samples), samples };
}

/** What has been spent since: the passes so far, or all that was done around them, whichever is more. */
function stopwatch(): (passes: readonly number[]) => number {
  const start = performance.now();
  return (passes) =>
    Math.max(
      (performance.now() - start) * 1e-3,
      passes.reduce((sum, one) => sum + one, 0),
    );
}

/** How many launches a pass has, and about how many seconds it takes. */
interface PassLength {
  readonly launches: number;
  readonly seconds: number;
}

/** How many launches make a pass long enough, found by doubling. */
async function passLength(
  { clock }: Pick<BenchDevice, 'clock'>,
  prepared: Prepared,
  cold: boolean,
): Promise<PassLength> {
  const most = cold ? Math.min(MOST_LAUNCHES, prepared.mostCold) : MOST_LAUNCHES;
  // The first pass of a pipeline may compile it: its time is that of a launch only where the launch is long.
  const [first] = await clock.time([passOf(prepared, 1, cold)]);
  if (first >= BUDGET) return { launches: 1, seconds: first };
  for (let launches = 1; ; launches = Math.min(2 * launches, most)) {
    // The shorter of two: a device or a processor that was busy for a moment must not end the doubling.
    const seconds = Math.min(...(await clock.time([0, 1].map(() => passOf(prepared, launches, cold)))));
    if (seconds >= PASS || launches === most) return { launches, seconds: Math.max(seconds, 1e-6) };
  }
}

function passOf(prepared: Prepared, launches: number, cold: boolean): TimedPass {
  return {
    before: cold ? (encoder) => prepared.evict(encoder) : undefined,
    record: (pass) => prepared.record(pass, launches, cold),
  };
}
