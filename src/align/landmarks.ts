import { FacewrightError } from '../errors.js';

/** A place in a picture, in pixels: the centre of the first pixel is (0, 0), y points down. */
export type Point = readonly [x: number, y: number];

/**
 * The places in a face that its crop follows from. *Left* and *right* are those of who looks at an upright picture, so
 * that the left eye is the person's right one.
 */
export interface Landmarks {
  readonly leftEye: Point;
  readonly rightEye: Point;
  /** Corners of the mouth. */
  readonly leftMouth: Point;
  readonly rightMouth: Point;
}

/**
 * Landmarks from a list of points, in the two orders that are in use:
 *
 * - 5 points: left eye, right eye, tip of the nose (not needed), left and right corner of the mouth
 * - 68 points, as dlib and iBUG number them: an eye is the mean of its six (36 to 41, 42 to 47), the corners of the mouth
 *   are 48 and 54
 *
 * @throws FacewrightError when the points are neither, or lie so that they are no face
 */
export function landmarksOf(points: readonly Point[]): Landmarks {
  for (const point of points) {
    if (!Array.isArray(point) || point.length !== 2 || !point.every((value) => Number.isFinite(value))) {
      throw new FacewrightError(`${JSON.stringify(point)}: not a point; write [x, y] in pixels`);
    }
  }
  const landmarks = pick(points);
  if (Math.hypot(...between(landmarks.leftEye, landmarks.rightEye)) === 0) {
    throw new FacewrightError('both eyes at the same place; check the order of the points');
  }
  return landmarks;
}

function pick(points: readonly Point[]): Landmarks {
  if (points.length === 5) {
    return { leftEye: points[0], rightEye: points[1], leftMouth: points[3], rightMouth: points[4] };
  }
  if (points.length === 68) {
    return {
      leftEye: mean(points.slice(36, 42)),
      rightEye: mean(points.slice(42, 48)),
      leftMouth: points[48],
      rightMouth: points[54],
    };
  }
  throw new FacewrightError(`${points.length} points; a face has 5 (eyes, nose, corners of the mouth) or dlib's 68`);
}

/** The middle of points. */
export function mean(points: readonly Point[]): Point {
  let x = 0;
  let y = 0;
  for (const point of points) {
    x += point[0];
    y += point[1];
  }
  return [x / points.length, y / points.length];
}

/** The way from one point to another. */
export function between(from: Point, to: Point): Point {
  return [to[0] - from[0], to[1] - from[1]];
}

/** Landmarks of a picture as those of another, to whose places `map` takes its places. */
export function mapLandmarks(landmarks: Landmarks, map: (point: Point) => Point): Landmarks {
  return {
    leftEye: map(landmarks.leftEye),
    rightEye: map(landmarks.rightEye),
    leftMouth: map(landmarks.leftMouth),
    rightMouth: map(landmarks.rightMouth),
  };
}
