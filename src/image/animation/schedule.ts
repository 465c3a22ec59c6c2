// Which step is seen when. Time is counted in ticks, the frames of a film at its full rate.

/** How long what is seen. Times in seconds. */
export interface Timing {
  /** Ticks in a second: no more frames are made of it. */
  readonly fps: number;
  /** The search itself; default {@link usualSeconds}. */
  readonly seconds?: number | undefined;
  /** The last picture stays for so long. */
  readonly hold: number;
  /** The target comes first, in the face's place, for so long. */
  readonly intro: number;
}

/** What a film is like where nothing is said. */
export const usualFilm = { side: 256, fps: 20, hold: 1.5, intro: 0, loop: 0 } as const;

/** Where the target is shown instead of a step. */
export const INTRO = -1;

/** A part of the film in which one step is seen. */
export interface Shown {
  /** From 0; {@link INTRO} for the target. */
  readonly step: number;
  /** At least 1. */
  readonly ticks: number;
}

/** A step is seen for so long, in seconds, where nothing is said… */
const STEP_SECONDS = 0.1;
/** …as long as it makes no longer film than this. */
const MOST_SECONDS = 5;

/** Seconds of a search of so many steps where nothing is said. */
export function usualSeconds(steps: number): number {
  return Math.min(steps * STEP_SECONDS, MOST_SECONDS);
}

/**
 * The steps that are seen, spread evenly over the time, the first and the last included: of more steps than ticks some
 * are left out, of fewer each is seen for several. The last one stays for `hold` besides.
 *
 * @param steps at least 1
 */
export function schedule(steps: number, timing: Timing): Shown[] {
  const { fps, hold, intro } = timing;
  const running = Math.max(1, Math.round((timing.seconds ?? usualSeconds(steps)) * fps));
  const ticks = new Map<number, number>();
  const show = (step: number, count: number) => ticks.set(step, (ticks.get(step) ?? 0) + count);
  const before = Math.round(intro * fps);
  if (before > 0) show(INTRO, before);
  for (let tick = 0; tick < running; tick++) {
    show(running === 1 ? steps - 1 : Math.round((tick / (running - 1)) * (steps - 1)), 1);
  }
  show(steps - 1, Math.round(hold * fps));
  return [...ticks].map(([step, count]) => ({ step, ticks: count }));
}

/** The steps of a search whose pictures a film of it alone shows. */
export function stepsShown(steps: number, timing: Timing): ReadonlySet<number> {
  return new Set(schedule(steps, timing).flatMap(({ step }) => (step === INTRO ? [] : [step])));
}

/**
 * How long each frame stays, in milliseconds. What is lost by rounding one is given to the next: they sum up to the film.
 *
 * @param unit what the format counts in, in milliseconds
 */
export function delays(ticks: readonly number[], fps: number, unit: number): number[] {
  let passed = 0;
  let told = 0;
  return ticks.map((count) => {
    passed += count;
    const until = Math.round((passed * 1000) / fps / unit) * unit;
    const delay = until - told;
    told = until;
    return delay;
  });
}
