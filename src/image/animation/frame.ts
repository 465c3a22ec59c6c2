import type { Rgb8Image } from '../rgb.js';

/** A picture of a film and how long it is seen. */
export interface Frame {
  readonly image: Rgb8Image;
  /** In frames at the film's full rate, at least 1. */
  readonly ticks: number;
}

/** Frames in which neighbours that are equal are one, seen for as long as both. */
export async function* merged(frames: AsyncIterable<Frame>): AsyncGenerator<Frame> {
  let held: Frame | undefined;
  for await (const frame of frames) {
    if (held === undefined) held = frame;
    else if (sameBytes(held.image.data, frame.image.data)) held = { ...held, ticks: held.ticks + frame.ticks };
    else {
      yield held;
      held = frame;
    }
  }
  if (held !== undefined) yield held;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
