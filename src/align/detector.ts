import type { Rgb8Image } from '../image/rgb.js';
import type { FaceBox } from './blazeface.js';
import type { Landmarks } from './landmarks.js';

/** A face that was found in a picture; places are in its pixels. */
export interface Face {
  /** How sure it is, 0 to 1. */
  readonly score: number;
  /** From the brows to the chin, from ear to ear; upright, and perhaps beyond the picture's edge. */
  readonly box: FaceBox;
  readonly landmarks: Landmarks;
  /** What found it: the networks, or the search for drawn faces. */
  readonly by: 'network' | 'drawn' | 'given';
}

/** From this score on it is a face, where nothing is said. */
export const DEFAULT_MIN_SCORE = 0.5;

/** Which faces are looked for. */
export interface DetectOptions {
  /** The largest so many faces; the search may stop when it has them. Default: all. */
  readonly maxFaces?: number;
  /**
   * Faces whose box is narrower, in pixels, are not looked for. Default 30, or 1/150 of the picture's longer side if that
   * is more: looking for smaller ones takes longer.
   */
  readonly minFace?: number;
  /** Faces with a lower score, 0 to 1, are left out. Default 0.5. */
  readonly minScore?: number;
  /** Look for faces that are turned by more than a quarter right angle too: sideways and upside-down. */
  readonly anyRotation?: boolean;
}

/** What a detector finds in a picture. */
export interface Detected {
  /** The largest first. */
  readonly faces: readonly Face[];
  /** Where there is no face: the likeliest of what was not believed, if there was anything. */
  readonly nearest?: Face;
}

/** Finds faces and their landmarks. */
export interface FaceDetector {
  /**
   * Looks for faces.
   *
   * @param picture [height, width, 3], upright; it may be changed as soon as this returns
   * @throws FacewrightError when the detector was closed, or its networks are not installed
   */
  detect(picture: Rgb8Image, options?: DetectOptions): Promise<Detected>;
  /** Ends its threads; what is still looked for is not found any more. */
  close(): Promise<void>;
}
