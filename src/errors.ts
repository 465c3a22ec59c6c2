/**
 * An error whose message is meant for a person: one sentence that names the input, says what is wrong with it and what
 * would do. Everything that a caller can mend is thrown as this class; anything else is a defect of facewright.
 */
export class FacewrightError extends Error {
  override readonly name: string = 'FacewrightError';
}

/** The GPU was lost: nothing that belongs to its engine works any more, but a new engine may. */
export class DeviceLostError extends FacewrightError {
  override readonly name = 'DeviceLostError';
}

/** There is too little memory, of the GPU or of the computer, for a network and a batch: a smaller batch may do. */
export class OutOfMemoryError extends FacewrightError {
  override readonly name = 'OutOfMemoryError';
}

/** A search or another long job was stopped by its AbortSignal. */
export class AbortedError extends FacewrightError {
  override readonly name = 'AbortError';
}

/** Work that was begun cannot go on: what was written so far stays. */
export class BrokenOffError extends FacewrightError {
  override readonly name = 'BrokenOffError';
}

/** The text of any error, for a line of a report: defects carry their class, so that they stand out. */
export function errorText(error: unknown): string {
  if (error instanceof FacewrightError) return error.message;
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return String(error);
}
