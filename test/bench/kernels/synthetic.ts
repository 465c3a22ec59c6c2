// A clock that answers what a test wants, and kernels that are nothing but their launches.

import type { PassClock, TimedPass } from '../../../dist/bench/kernels/clock.js';
import type { Prepared } from '../../../dist/bench/kernels/prepare.js';

/** A pass as the clock sees it. */
export interface SeenPass {
  readonly kernel: string;
  readonly launches: number;
  readonly cold: boolean;
  readonly evicted: boolean;
}

/** A kernel that is never launched: it tells the clock of its launches. */
export function launchesOf(kernel: string, mostCold = Number.POSITIVE_INFINITY): Prepared {
  const tell = (to: unknown, seen: object) => Object.assign(to as object, seen);
  return {
    dispatch: { kernel, overrides: {}, bindings: {}, groups: [1, 1], flop: 0 },
    sets: 2,
    mostCold,
    record: (pass, launches, cold) => tell(pass, { kernel, launches, cold }),
    evict: (encoder) => tell(encoder, { evicted: true }),
    destroy: () => undefined,
  };
}

/** @param secondsOf a pass, of which the clock has seen `before` others */
export function syntheticClock(secondsOf: (pass: SeenPass, before: number) => number) {
  const seen: SeenPass[] = [];
  const clock: PassClock = {
    kind: 'timestamps',
    quantum: () => 1e-9,
    time: async (passes: readonly TimedPass[]) =>
      passes.map(({ before, record }) => {
        const pass = { kernel: '', launches: 0, cold: false, evicted: false };
        before?.(pass as unknown as GPUCommandEncoder);
        record(pass as unknown as GPUComputePassEncoder);
        seen.push(pass);
        return secondsOf(pass, seen.length - 1);
      }),
  };
  return { clock, seen };
}
