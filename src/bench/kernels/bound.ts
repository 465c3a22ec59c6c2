import type { Bound, Ceilings } from './kernels-report.js';

/** From this share of a ceiling on, a kernel is bound by it: what lies above is what good kernels reach. */
const NEAR = 0.6;
/** Up to this many times the time of launching nothing, a kernel is bound by being launched. */
const LAUNCHES = 2;

/** What a launch does, and the seconds that it takes. */
export interface Measured {
  readonly flop: number;
  readonly bytes: number;
  readonly seconds: number;
}

/** How near a kernel comes to the adapter's ceilings: shares, of which that of copying may exceed 1 where caches help. */
export function shares({ flop, bytes, seconds }: Measured, { fma, copy }: Ceilings): { fma: number; copy: number } {
  return { fma: flop / seconds / fma, copy: bytes / seconds / copy };
}

/**
 * What bounds a kernel, by these rules, the first that holds:
 *
 * - `fma` or `memory`, whichever it is nearer to, where it reaches 60 % of that ceiling: it can hardly be made faster but by
 *   computing or moving less;
 * - `launch` where it takes no more than twice as long as launching nothing: it can only be merged with another;
 * - `latency` else: the device waits, for memory, for a barrier, or since there are too few workgroups to fill it. This is where
 *   something can be gained.
 */
export function boundOf(measured: Measured, ceilings: Ceilings): Bound {
  const { fma, copy } = shares(measured, ceilings);
  if (Math.max(fma, copy) >= NEAR) return fma >= copy ? 'fma' : 'memory';
  return measured.seconds <= LAUNCHES * ceilings.launch ? 'launch' : 'latency';
}
