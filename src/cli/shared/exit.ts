// How the command ends.

import { AbortedError, BrokenOffError, DeviceLostError, errorText, FacewrightError } from '../../errors.js';

/** The exit codes of the command. */
export const exitCode = {
  /** Everything was written. */
  done: 0,
  /** Some pictures failed; the others were written. */
  someFailed: 1,
  /** Nothing was begun: the command line, the model, an input or the output folder cannot be used. */
  unusable: 2,
  /** With --strict: everything was written, but some pictures came no closer than eps. */
  missed: 3,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;

/** The command line cannot be understood; the message says why and ends without a full stop. */
export class UsageError extends FacewrightError {
  override readonly name = 'UsageError';
}

/** The exit code of work that came to its end or was stopped. @param missed what --strict does not let pass */
export function endCode(ended: { interrupted: boolean; failed: number }, strict: boolean, missed: number): number {
  if (ended.interrupted) return exitCode.interrupted;
  if (ended.failed > 0) return exitCode.someFailed;
  return strict && missed > 0 ? exitCode.missed : exitCode.done;
}

/** The exit code of an error that ended the command: a person's before any work, ours or the disk's at any time. */
export function failureCode(error: unknown): number {
  if (error instanceof AbortedError) return exitCode.interrupted;
  const brokenOff = error instanceof BrokenOffError || error instanceof DeviceLostError;
  const early = error instanceof FacewrightError && !brokenOff;
  return early ? exitCode.unusable : exitCode.someFailed;
}

/**
 * What to print on stderr about an error that ended the command. Errors that are meant for people are one sentence;
 * all others are defects, with the way to their stack.
 */
export function describeFailure(error: unknown, environment: NodeJS.ProcessEnv = process.env): string {
  if (error instanceof FacewrightError) return `facewright: ${error.message}`;
  const text = `facewright: ${errorText(error)}\nfacewright: this is a defect of facewright`;
  if (environment.FACEWRIGHT_DEBUG === '1' && error instanceof Error) return `${text}\n${error.stack}`;
  return `${text}; FACEWRIGHT_DEBUG=1 shows where it happened`;
}
