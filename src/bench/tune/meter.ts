import type { TunedMachine } from '../../engine/webgpu/tuned.js';
import type { Choice } from '../../engine/webgpu/variants.js';
import { FacewrightError } from '../../errors.js';
import type { KernelHash } from '../../node/tuned.js';
import type { TuneCase } from './tune-cases.js';

/** A choice that does not compile, or for which the device has too little memory: another one is tried. */
export class CannotRunError extends FacewrightError {
  override readonly name = 'CannotRunError';
}

/** Measures the choices of one case. */
export interface CaseMeter {
  /**
   * How far what a choice makes is from what the usual one makes: ‖y − usual‖ / ‖usual‖, of the worst output.
   * @throws CannotRunError
   */
  error(choice: Choice): Promise<number>;
  /** A short look: seconds of a launch, a few samples. */
  look(choice: Choice): Promise<readonly number[]>;
  /** Two choices in alternation, for about so many seconds: seconds of a launch of each, as many samples of both. */
  inTurn(pair: readonly [Choice, Choice], seconds: number): Promise<readonly [readonly number[], readonly number[]]>;
}

/** What tuning measures with: a device, or in tests whatever answers. */
export interface TuneBench {
  readonly machine: TunedMachine;
  readonly hashOf: KernelHash;
  /** Pictures of a launch. */
  readonly batch: number;
  meter(of: TuneCase): CaseMeter;
  /** Seconds of a launch of one kernel that is always the same: whether the device is. */
  control(): Promise<number>;
  /** Seconds since whenever. */
  now(): number;
}
