// The faces of a picture, and the frames that are cut to them.

import { centreFrame, type Frame, growFrame, type Size, sameFrame } from './frame.js';

/** The square that `facewright align` would crop a face to (src/align/quad.ts), in pixels of the picture. */
export interface Crop {
  /** Its middle; the first pixel's own middle is (0, 0). */
  readonly x: number;
  readonly y: number;
  readonly side: number;
  /** How far it is turned clockwise, in degrees. */
  readonly turned: number;
}

/** A face that was found. */
export interface SeenFace {
  readonly frame: Frame;
  /** As its crop is; the frame is upright all the same. */
  readonly turned: number;
}

/** How the look for faces stands. */
export type Faces =
  | { readonly state: 'looking' }
  /** The largest first; perhaps none. */
  | { readonly state: 'looked'; readonly seen: readonly SeenFace[] }
  | { readonly state: 'failed'; readonly message: string };

/** The upright square about a crop's middle, as large, as far as the picture reaches. */
export function faceOf({ x, y, side: length, turned }: Crop, picture: Size): SeenFace {
  const side = Math.round(length);
  // Points are middles of pixels, frames have edges.
  const frame = growFrame({ left: x + 0.5 - side / 2, top: y + 0.5 - side / 2, side }, 0, picture);
  return { frame, turned };
}

/** The frame after a look: around the largest face, unless it was moved meanwhile. */
export function frameAfter(seen: readonly SeenFace[], frame: Frame, picture: Size): Frame {
  return seen.length > 0 && sameFrame(frame, centreFrame(picture)) ? seen[0].frame : frame;
}
