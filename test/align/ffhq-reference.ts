// The FFHQ crop once more, in float64 and without any of its speed: every picture of the way is made. What
// native/ffhq-crop.cc is held against, beside the original's own crops.

import type { CropQuad } from '../../dist/align/quad.js';

/** [height, width, 3] in 0 to 255, not rounded unless the tool rounds. */
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

const mirror = (i: number, size: number): number => {
  if (size === 1) return 0;
  const r = Math.abs(i) % (2 * (size - 1));
  return r < size ? r : 2 * (size - 1) - r;
};

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= 3) return 0;
  return (3 * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / 3)) / (Math.PI * x) ** 2;
}

/** Scales one direction as Pillow does. */
function scaleAcross({ width, height, data }: Plane, to: number): Plane {
  const scale = width / to;
  const stretch = Math.max(scale, 1);
  const result = new Float64Array(to * height * 3);
  for (let x = 0; x < to; x++) {
    const centre = (x + 0.5) * scale;
    const first = Math.max(Math.floor(centre - 3 * stretch + 0.5), 0);
    const last = Math.min(Math.floor(centre + 3 * stretch + 0.5), width);
    let sum = 0;
    for (let i = first; i < last; i++) sum += lanczos((i + 0.5 - centre) / stretch);
    for (let y = 0; y < height; y++) {
      for (let c = 0; c < 3; c++) {
        let value = 0;
        for (let i = first; i < last; i++) {
          value += (lanczos((i + 0.5 - centre) / stretch) / sum) * data[(y * width + i) * 3 + c];
        }
        result[(y * to + x) * 3 + c] = value;
      }
    }
  }
  return { width: to, height, data: result };
}

function transpose({ width, height, data }: Plane): Plane {
  const result = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) result[(x * height + y) * 3 + c] = data[(y * width + x) * 3 + c];
    }
  }
  return { width: height, height: width, data: result };
}

const round8 = (plane: Plane): Plane => ({
  ...plane,
  data: plane.data.map((value) => Math.min(Math.max(Math.round(value), 0), 255)),
});

function scale(plane: Plane, width: number, height: number): Plane {
  return round8(transpose(scaleAcross(transpose(round8(scaleAcross(plane, width))), height)));
}

function part(plane: Plane, left: number, top: number, right: number, bottom: number): Plane {
  const [width, height] = [right - left, bottom - top];
  const data = new Float64Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * plane.width + left) * 3;
    data.set(plane.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, data };
}

function blurAcross({ width, height, data }: Plane, sigma: number): Plane {
  const radius = Math.floor(4 * sigma + 0.5);
  const kernel = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2));
  const total = kernel.reduce((a, b) => a + b);
  const result = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = -radius; k <= radius; k++) {
        const r = (((x + k) % (2 * width)) + 2 * width) % (2 * width);
        const at = r < width ? r : 2 * width - 1 - r;
        for (let c = 0; c < 3; c++) {
          result[(y * width + x) * 3 + c] += (kernel[k + radius] / total) * data[(y * width + at) * 3 + c];
        }
      }
    }
  }
  return { width, height, data: result };
}

function medians({ data }: Plane): number[] {
  return [0, 1, 2].map((c) => {
    const values = data.filter((_, i) => i % 3 === c).sort();
    return (values[(values.length - 1) >> 1] + values[values.length >> 1]) / 2;
  });
}

function padded(plane: Plane, [left, top, right, bottom]: readonly number[], size: number): Plane {
  const width = plane.width + left + right;
  const height = plane.height + top + bottom;
  const data = new Float64Array(width * height * 3);
  const fade = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (mirror(y - top, plane.height) * plane.width + mirror(x - left, plane.width)) * 3;
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = plane.data[from + c];
      fade[y * width + x] = Math.max(
        1 - Math.min(x / left, (width - 1 - x) / right),
        1 - Math.min(y / top, (height - 1 - y) / bottom),
      );
    }
  }
  const clip = (value: number) => Math.min(Math.max(value, 0), 1);
  const sharp = { width, height, data };
  const soft = transpose(blurAcross(transpose(blurAcross(sharp, 0.02 * size)), 0.02 * size));
  for (let i = 0; i < data.length; i++) {
    data[i] += (soft.data[i] - data[i]) * clip(3 * fade[Math.floor(i / 3)] + 1);
  }
  const colour = medians(sharp);
  for (let i = 0; i < data.length; i++) data[i] += (colour[i % 3] - data[i]) * clip(fade[Math.floor(i / 3)]);
  return round8(sharp);
}

/** @returns [side, side, 3] in 0 to 255, rounded */
export function referenceCrop(
  picture: { width: number; height: number; data: Uint8Array },
  quad: CropQuad,
  side: number,
) {
  let plane: Plane = { width: picture.width, height: picture.height, data: Float64Array.from(picture.data) };
  let corners = [quad.topLeft, quad.bottomLeft, quad.bottomRight, quad.topRight].map(([x, y]) => [x, y]);
  let size = Math.hypot(corners[3][0] - corners[0][0], corners[3][1] - corners[0][1]);
  const shrink = Math.floor(size / (2 * side));
  if (shrink > 1) {
    plane = scale(plane, Math.round(plane.width / shrink), Math.round(plane.height / shrink));
    corners = corners.map((corner) => corner.map((value) => value / shrink));
    size /= shrink;
  }
  const box = () => {
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    return [
      Math.floor(Math.min(...xs)),
      Math.floor(Math.min(...ys)),
      Math.ceil(Math.max(...xs)),
      Math.ceil(Math.max(...ys)),
    ];
  };
  const move = (x: number, y: number) => {
    corners = corners.map((corner) => [corner[0] + x, corner[1] + y]);
  };
  const border = Math.max(Math.round(0.1 * size), 3);
  const [left, top, right, bottom] = box();
  const cut = [Math.max(left - border, 0), Math.max(top - border, 0)];
  plane = part(plane, cut[0], cut[1], Math.min(right + border, plane.width), Math.min(bottom + border, plane.height));
  move(-cut[0], -cut[1]);
  const own = box();
  let pad = [-own[0] + border, -own[1] + border, own[2] - plane.width + border, own[3] - plane.height + border];
  pad = pad.map((width) => Math.max(width, 0));
  if (Math.max(...pad) > border - 4) {
    pad = pad.map((width) => Math.max(width, Math.round(0.3 * size)));
    plane = padded(plane, pad, size);
    move(pad[0], pad[1]);
  }
  const fine = 4 * side;
  const data = new Float64Array(fine * fine * 3);
  const [a, b, , d] = corners;
  const at = (x: number, y: number, c: number) =>
    plane.data[(Math.min(y, plane.height - 1) * plane.width + Math.min(x, plane.width - 1)) * 3 + c];
  for (let v = 0; v < fine; v++) {
    for (let u = 0; u < fine; u++) {
      const [across, down] = [(u + 0.5) / fine, (v + 0.5) / fine];
      const x = a[0] + (d[0] - a[0]) * across + (b[0] - a[0]) * down;
      const y = a[1] + (d[1] - a[1]) * across + (b[1] - a[1]) * down;
      const [x0, y0] = [Math.floor(x), Math.floor(y)];
      for (let c = 0; c < 3; c++) {
        const above = at(x0, y0, c) + (x - x0) * (at(x0 + 1, y0, c) - at(x0, y0, c));
        const below = at(x0, y0 + 1, c) + (x - x0) * (at(x0 + 1, y0 + 1, c) - at(x0, y0 + 1, c));
        data[(v * fine + u) * 3 + c] = above + (y - y0) * (below - above);
      }
    }
  }
  return scale({ width: fine, height: fine, data }, side, side).data;
}
