import { between, type Landmarks, mean, type Point } from './landmarks.js';

/** The square of a picture that becomes the crop: its corners, going down from the top left. */
export interface CropQuad {
  readonly topLeft: Point;
  readonly bottomLeft: Point;
  readonly bottomRight: Point;
  readonly topRight: Point;
}

/**
 * The square that FFHQ crops a face to (Karras et al. 2019, appendix A; numbers as in the dataset's own tool): upright
 * with the face, its axis the mean of the line between the eyes and the normal of the line from the eyes to the mouth, as
 * wide as four times the distance between the eyes or 3.6 times that from the eyes to the mouth, whichever is more.
 */
export function cropQuad(landmarks: Landmarks): CropQuad {
  const eyes = mean([landmarks.leftEye, landmarks.rightEye]);
  const acrossEyes = between(landmarks.leftEye, landmarks.rightEye);
  const toMouth = between(eyes, mean([landmarks.leftMouth, landmarks.rightMouth]));
  // The person's own left: along the eyes, and across the way to the mouth.
  const along: Point = [acrossEyes[0] + toMouth[1], acrossEyes[1] - toMouth[0]];
  const half = Math.max(2 * Math.hypot(...acrossEyes), 1.8 * Math.hypot(...toMouth));
  const length = Math.hypot(...along);
  // A mouth above the eyes as far as the eyes are apart leaves no direction: take that of the eyes.
  const [dx, dy] = length > 0 ? along : acrossEyes;
  const scale = half / Math.hypot(dx, dy);
  const x: Point = [dx * scale, dy * scale];
  const y: Point = [-x[1], x[0]];
  const centre: Point = [eyes[0] + 0.1 * toMouth[0], eyes[1] + 0.1 * toMouth[1]];
  const corner = (right: number, down: number): Point => [
    centre[0] + right * x[0] + down * y[0],
    centre[1] + right * x[1] + down * y[1],
  ];
  return { topLeft: corner(-1, -1), bottomLeft: corner(-1, 1), bottomRight: corner(1, 1), topRight: corner(1, -1) };
}

/** The length of a quad's side in pixels. */
export function quadSize({ topLeft, topRight }: CropQuad): number {
  return Math.hypot(...between(topLeft, topRight));
}

/** How far a quad is turned clockwise, in degrees from −180 to 180. */
export function quadRotation({ topLeft, topRight }: CropQuad): number {
  const [x, y] = between(topLeft, topRight);
  return (Math.atan2(y, x) * 180) / Math.PI;
}

/** The middle of a quad, in pixels of the picture. */
export function quadCentre({ topLeft, bottomRight }: CropQuad): Point {
  return mean([topLeft, bottomRight]);
}
