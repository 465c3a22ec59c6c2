// How a face came about: which faces of a search are kept for its film, and which of them is seen at a step.

/** The best face after a step, from 0; it is seen until the next frame's step. */
export interface FilmFrame<Face> {
  readonly step: number;
  readonly face: Face;
}

/** A film, all but put together. */
export interface Film {
  /** As PNGs, at least one; the browser may keep them on its disk. */
  readonly frames: readonly FilmFrame<Promise<Blob>>[];
  readonly steps: number;
  /** Of each face, in pixels. */
  readonly side: number;
}

/**
 * Takes away, of the longest reel first, every second frame, until there are no more than so many in all.
 *
 * @param reels of each restart the frames, in their order
 */
export function thin<Face>(reels: readonly FilmFrame<Face>[][], most: number): void {
  const count = () => reels.reduce((sum, reel) => sum + reel.length, 0);
  while (count() > most) {
    const longest = reels.reduce((a, b) => (b.length > a.length ? b : a));
    const stays = longest.length === 1 ? [] : longest.filter((_, index) => index % 2 === 0);
    longest.splice(0, longest.length, ...stays);
  }
}

/** What is seen at a step: the latest frame by then, or the first. @param frames in their order, at least one */
export function frameAt<Face>(frames: readonly FilmFrame<Face>[], step: number): FilmFrame<Face> {
  return frames.findLast((frame) => frame.step <= step) ?? frames[0];
}
