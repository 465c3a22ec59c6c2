import sharp from 'sharp';
import type { Rgb8Image } from '../image/rgb.js';
import { textPath } from '../image/text.js';
import { xmpPacket } from '../image/xmp.js';
import type { Face } from './detector.js';
import type { Point } from './landmarks.js';
import { cropQuad } from './quad.js';

/** The copy's longer side in pixels, at most. */
const MOST_SIDE = 2048;

const BOX = '#00c8ff';
const POINT = '#ffe600';
const CROP = '#ff2d95';

/**
 * A copy of a picture as PNG on which its faces are drawn: boxes in blue, eyes and corners of the mouth in yellow, crops
 * in magenta with a bar at their top, each with its number.
 *
 * @param creatorTool as XMP names it
 */
export async function drawOverlay(picture: Rgb8Image, faces: readonly Face[], creatorTool: string): Promise<Buffer> {
  const { width, height, data } = picture;
  const scale = Math.min(1, MOST_SIDE / Math.max(width, height));
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  // Lines that can be seen whether the picture is shown at its size or scaled to a screen.
  const line = Math.max(1, Math.max(w, h) / 400);
  const drawing = faces.map((face, index) => drawFace(face, index, scale, line)).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}">${drawing}</svg>`;
  const copy = await sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .resize(w, h, { fit: 'fill' })
    .raw()
    .toBuffer();
  return sharp(copy, { raw: { width: w, height: h, channels: 3 } })
    .composite([{ input: Buffer.from(svg) }])
    .removeAlpha()
    .withXmp(xmpPacket(creatorTool, false))
    .png()
    .toBuffer();
}

function drawFace({ box, landmarks, score }: Face, index: number, scale: number, line: number): string {
  const place = ([x, y]: Point): Point => [round((x + 0.5) * scale), round((y + 0.5) * scale)];
  const quad = cropQuad(landmarks);
  const corners = [quad.topLeft, quad.topRight, quad.bottomRight, quad.bottomLeft].map(place);
  const outline = (points: readonly Point[]) => points.map((point) => point.join(' ')).join(' L');
  const shapes = [
    `<path d="M${outline(corners)} Z" fill="none" stroke="${CROP}" stroke-width="${round(line)}"/>`,
    `<path d="M${outline(corners.slice(0, 2))}" fill="none" stroke="${CROP}" stroke-width="${round(3 * line)}"/>`,
    `<rect x="${round(box.left * scale)}" y="${round(box.top * scale)}" width="${round(box.width * scale)}" ` +
      `height="${round(box.height * scale)}" fill="none" stroke="${BOX}" stroke-width="${round(line)}"/>`,
  ];
  // Small faces keep their eyes.
  const radius = round(Math.min(1.6 * line, Math.max((box.width * scale) / 16, 1)));
  for (const point of [landmarks.leftEye, landmarks.rightEye, landmarks.leftMouth, landmarks.rightMouth]) {
    const [x, y] = place(point);
    shapes.push(
      `<circle cx="${x}" cy="${y}" r="${radius}" fill="${POINT}" stroke="#000" stroke-width="${round(radius / 3)}"/>`,
    );
  }
  const size = Math.max(12, 6 * line);
  const [x, y] = [box.left * scale, box.top * scale - size * 0.4];
  const label = `${index}  ${score.toFixed(2)}`;
  shapes.push(textPath(label, x + size / 12, y + size / 12, { size, colour: '#000000', bold: true }));
  shapes.push(textPath(label, x, y, { size, colour: BOX, bold: true }));
  return shapes.join('');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
