import { isSamePlace, mergeEntries, type TunedEntry } from '../../engine/webgpu/tuned.js';
import { FacewrightError } from '../../errors.js';
import { keepTuned, readTuned } from '../../node/tuned.js';
import { type Emit, Running } from '../../runs/running.js';
import { median, ratioInterval } from '../kernels/statistics.js';
import { type Fault, findRival } from './find-rival.js';
import { CannotRunError, type TuneBench } from './meter.js';
import type { TuneCase } from './tune-cases.js';

/** How a step is tuned. */
export interface TuneOptions {
  /** Seconds for all of it, about. */
  readonly budget: number;
  /** Measures shapes again that are in the table. */
  readonly again?: boolean;
  /** Stops it: what was measured by then is kept. */
  readonly signal?: AbortSignal;
}

/** What happens while a step is tuned. */
export type TuneEvent =
  /** `known` of the step's shapes are in the table already, and left alone. */
  | { readonly type: 'started'; readonly cases: number; readonly known: number }
  /** A shape was measured and its entry kept, whether another choice runs from now on or not. */
  | { readonly type: 'measured'; readonly entry: TunedEntry; readonly n: number; readonly faults: readonly Fault[] }
  /** A shape was left for another time. */
  | { readonly type: 'left'; readonly of: TuneCase; readonly why: string };

/** What came of it. */
export interface TuneSummary {
  /** What was measured this time. */
  readonly entries: readonly TunedEntry[];
  /** Shapes of the step that are not in the table now. */
  readonly left: number;
  /** Seconds of a step in what is in the table now: as it is usually, and with what runs. */
  readonly before: number;
  readonly after: number;
  /** Why it ended before its time; absent where it did not. */
  readonly stopped?: 'signal' | 'busy';
}

/** How much faster another choice has to be, beyond doubt, to be kept: less is not worth other last digits. */
const WORTH = 1.02;
/** By how much the control kernel's time may change over what is measured in between. */
const STEADY = 1.15;
/** Of a case's time, what the last measurement has at least. */
const LAST = 0.25;
/** Samples below which the interval of a ratio is too narrow (`ratioInterval`). */
const ENOUGH = 10;
/** Looks for which a case gets the time, whatever its share: a few shapes well are worth more than all of them badly. */
const LEAST_LOOKS = 10;

/** The sentence of a device that others use. */
export const BUSY =
  'something else uses this adapter: a kernel that is always the same took more than 15 % longer or shorter from one time to the next; end it and tune again';

/**
 * Finds for each shape of a step which kernel and tiling is fastest on a device, and keeps that in the device's table, shape by shape.
 * The time is shared out by arithmetic. Engines that are opened afterwards use the table.
 *
 * @param bench of `tuneBench`
 * @param cases of `tuneCases`
 * @returns to be iterated over; its `summary` says what came of it
 *
 * @example
 * const device = await openBenchDevice();
 * const bench = await tuneBench(device, 4);
 * const cases = tuneCases(searchStep(await benchModel('1024'), 1), device.kernelDevice);
 * const { before, after } = await tune(bench, cases, { budget: 60 }).summary;
 * bench.close();
 * device.close();
 *
 * @throws FacewrightError (the run itself) when the device is busy from the beginning, or the table cannot be written
 */
export function tune(
  bench: TuneBench,
  cases: readonly TuneCase[],
  options: TuneOptions,
): Running<TuneEvent, TuneSummary> {
  return new Running((emit, signal) => perform(bench, cases, options, emit, signal), options.signal);
}

async function perform(
  bench: TuneBench,
  cases: readonly TuneCase[],
  { budget, again = false }: TuneOptions,
  emit: Emit<TuneEvent>,
  signal: AbortSignal,
): Promise<TuneSummary> {
  const kept = await readTuned(bench.machine, bench.hashOf);
  const isKnown = (one: TuneCase) => kept.entries.some((entry) => isSamePlace(entry, one));
  const waiting = cases.filter((one) => one.choices.length > 1 && (again || !isKnown(one)));
  await emit({ type: 'started', cases: waiting.length, known: again ? 0 : cases.filter(isKnown).length });
  const entries: TunedEntry[] = [];
  const summary = (stopped?: TuneSummary['stopped']) =>
    summed(cases, mergeEntries(kept.entries, entries), entries, stopped);
  if (waiting.length === 0) return summary();
  const began = bench.now();
  let control = await bench.control();
  if (hasChanged(control, await bench.control())) throw new FacewrightError(BUSY);
  for (const [index, one] of waiting.entries()) {
    const rest = waiting.slice(index).reduce((sum, { flop }) => sum + flop, 0);
    const remaining = budget - (bench.now() - began);
    if (remaining <= 0) {
      await emit({ type: 'left', of: one, why: 'the time was over' });
      continue;
    }
    const result = await measureCase(bench, one, { share: (remaining * one.flop) / rest, remaining }, signal).catch(
      (error) => {
        if (error instanceof CannotRunError) return error.message;
        throw error;
      },
    );
    if (signal.aborted) return summary('signal');
    const before = control;
    control = await bench.control();
    if (hasChanged(before, control)) return summary('busy');
    if (typeof result === 'string') {
      await emit({ type: 'left', of: one, why: result });
      continue;
    }
    const { entry, faults } = result;
    await keepTuned(bench.machine, [entry], bench.hashOf);
    entries.push(entry);
    await emit({ type: 'measured', entry, n: one.n, faults });
  }
  return summary();
}

/** Measures a case. @returns its entry, or why it is left for another time */
async function measureCase(
  bench: TuneBench,
  one: TuneCase,
  { share, remaining }: { share: number; remaining: number },
  signal: AbortSignal,
): Promise<{ readonly entry: TunedEntry; readonly faults: readonly Fault[] } | string> {
  const meter = bench.meter(one);
  const [usual] = one.choices;
  const { now } = bench;
  const began = now();
  await meter.look(usual);
  const seconds = Math.max(share, LEAST_LOOKS * (now() - began));
  if (seconds > remaining) return 'there was too little time left';
  const found = await findRival(one.choices, meter, { seconds, now, isStopped: () => signal.aborted });
  const { faults, tried } = found;
  const base = {
    op: one.op,
    shape: { ...one.shape },
    batch: bench.batch,
    kernels: hashesOf([usual, ...(found.rival ? [found.rival] : [])], bench),
    tried,
    date: new Date().toISOString(),
  };
  if (!found.rival) return { entry: { ...base, usual: found.usual, kept: false }, faults };
  if (signal.aborted) return 'it was stopped';
  const last = Math.max(LAST * seconds, seconds - (now() - began));
  const [usualTimes, rivalTimes] = await meter.inTurn([usual, found.rival], last);
  if (rivalTimes.length < ENOUGH) return 'its time was too short to be sure of what was found';
  const { ratio, low, high } = ratioInterval(usualTimes, rivalTimes);
  return {
    entry: {
      ...base,
      usual: { ...usual, seconds: median(usualTimes) },
      rival: { ...found.rival, seconds: median(rivalTimes), ratio, interval: [low, high] },
      kept: low > WORTH,
    },
    faults,
  };
}

function hashesOf(choices: readonly { readonly kernel: string }[], { hashOf }: TuneBench): Record<string, string> {
  return Object.fromEntries(
    choices.map(({ kernel }) => {
      const hash = hashOf(kernel);
      if (hash === undefined) throw new Error(`${kernel} has no text`);
      return [kernel, hash];
    }),
  );
}

function hasChanged(before: number, after: number): boolean {
  return Math.max(before, after) > STEADY * Math.min(before, after);
}

function summed(
  cases: readonly TuneCase[],
  table: readonly TunedEntry[],
  entries: readonly TunedEntry[],
  stopped: TuneSummary['stopped'],
): TuneSummary {
  const found = cases.flatMap((one) => {
    const entry = table.find((known) => isSamePlace(known, one));
    return entry ? [{ entry, n: one.n }] : [];
  });
  const sum = (of: (entry: TunedEntry) => number) => found.reduce((total, { entry, n }) => total + n * of(entry), 0);
  return {
    entries,
    left: cases.filter((one) => one.choices.length > 1 && !table.some((known) => isSamePlace(known, one))).length,
    before: sum(({ usual }) => usual.seconds),
    after: sum(({ usual, rival, kept }) => (kept && rival ? rival : usual).seconds),
    ...(stopped && { stopped }),
  };
}
