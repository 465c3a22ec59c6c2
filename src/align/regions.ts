// Regions of even colour in a drawing, and the holes in them: what the search for drawn faces sees.

import type { Patch } from './sample.js';

/** Pixels of one colour that hang together. */
export interface Region {
  readonly pixels: number;
  /** Inclusive. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Mean, 0 to 255. */
  readonly colour: readonly [number, number, number];
}

/** A picture as regions. */
export interface Regions {
  readonly side: number;
  /** [side, side]: the region of each pixel */
  readonly labels: Int32Array;
  readonly regions: readonly Region[];
}

/**
 * Splits a drawing into regions: neighbours belong together when no channel differs by more than `step`. A region may so
 * go on through a soft gradient, as in shaded emoji, but not across an outline.
 *
 * @param step of 255
 */
export function findRegions({ side, data }: Patch, step: number): Regions {
  const count = side * side;
  const parent = Int32Array.from({ length: count }, (_, i) => i);
  const root = (start: number): number => {
    let i = start;
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]];
      i = parent[i];
    }
    return i;
  };
  const join = (i: number, j: number) => {
    const a = i * 3;
    const b = j * 3;
    for (let c = 0; c < 3; c++) if (Math.abs(data[a + c] - data[b + c]) > step) return;
    const p = root(i);
    const q = root(j);
    if (p < q) parent[q] = p;
    else if (q < p) parent[p] = q;
  };
  for (let i = 0; i < count; i++) {
    if ((i + 1) % side !== 0) join(i, i + 1);
    if (i + side < count) join(i, i + side);
  }
  const labels = new Int32Array(count);
  const sums: { pixels: number; left: number; top: number; right: number; bottom: number; colour: number[] }[] = [];
  for (let i = 0; i < count; i++) {
    const first = root(i);
    // A root is the first of its pixels, so that its label is known before it is needed.
    if (first === i) {
      labels[i] = sums.length;
      sums.push({ pixels: 0, left: side, top: side, right: -1, bottom: -1, colour: [0, 0, 0] });
    } else labels[i] = labels[first];
    const sum = sums[labels[i]];
    const x = i % side;
    const y = Math.floor(i / side);
    sum.pixels++;
    sum.left = Math.min(sum.left, x);
    sum.right = Math.max(sum.right, x);
    sum.top = Math.min(sum.top, y);
    sum.bottom = y;
    for (let c = 0; c < 3; c++) sum.colour[c] += data[i * 3 + c];
  }
  const regions = sums.map(({ colour: [r, g, b], ...rest }): Region => {
    const { pixels } = rest;
    return { ...rest, colour: [r / pixels, g / pixels, b / pixels] };
  });
  return { side, labels, regions };
}

/** What a region goes all around: an eye, a mouth, a window. */
export interface Hole {
  readonly pixels: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** The middle of its pixels. */
  readonly x: number;
  readonly y: number;
  /** The middle of its leftmost and of its rightmost pixels. */
  readonly leftEnd: readonly [number, number];
  readonly rightEnd: readonly [number, number];
  /** How far its colours get from the region's, in the channel where they get farthest, of 255. */
  readonly contrast: number;
}

/** What a region's box holds: unknown as yet, the region itself, what is around it, holes. */
const OPEN = 0;
const OWN = 1;
const AROUND = 2;
const HOLE = 3;

/** The holes of a region, in the picture that the regions are of. */
export function findHoles({ side, labels, regions }: Regions, label: number, { data }: Patch): Hole[] {
  const region = regions[label];
  // A rim of one pixel all around, from which everything that is no hole can be reached.
  const width = region.right - region.left + 3;
  const height = region.bottom - region.top + 3;
  const state = new Uint8Array(width * height);
  const pictureIndex = (i: number) => (Math.floor(i / width) + region.top - 1) * side + (i % width) + region.left - 1;
  for (let y = region.top; y <= region.bottom; y++) {
    const row = (y - region.top + 1) * width + 1 - region.left;
    for (let x = region.left; x <= region.right; x++) if (labels[y * side + x] === label) state[row + x] = OWN;
  }
  const stack = new Int32Array(width * height);
  /** Marks what hangs together with a place, and returns it; the stack's memory is used for it. */
  const flood = (start: number, mark: number): Int32Array => {
    let filled = 0;
    let done = 0;
    const visit = (i: number) => {
      if (state[i] !== OPEN) return;
      state[i] = mark;
      stack[filled++] = i;
    };
    visit(start);
    while (done < filled) {
      const i = stack[done++];
      const x = i % width;
      if (x > 0) visit(i - 1);
      if (x < width - 1) visit(i + 1);
      if (i >= width) visit(i - width);
      if (i + width < state.length) visit(i + width);
    }
    return stack.subarray(0, filled);
  };
  flood(0, AROUND);
  const holes: Hole[] = [];
  for (let i = 0; i < state.length; i++) {
    if (state[i] === OPEN) holes.push(measureHole(Int32Array.from(flood(i, HOLE), pictureIndex), side, data, region));
  }
  return holes;
}

function measureHole(indices: Int32Array, side: number, data: Float32Array, region: Region): Hole {
  let [left, top, right, bottom, x, y, contrast] = [side, side, -1, -1, 0, 0, 0];
  for (const i of indices) {
    const px = i % side;
    const py = Math.floor(i / side);
    left = Math.min(left, px);
    right = Math.max(right, px);
    top = Math.min(top, py);
    bottom = Math.max(bottom, py);
    x += px;
    y += py;
    for (let c = 0; c < 3; c++) contrast = Math.max(contrast, Math.abs(data[i * 3 + c] - region.colour[c]));
  }
  const end = (column: number): [number, number] => {
    let sum = 0;
    let count = 0;
    for (const i of indices) {
      if (i % side !== column) continue;
      sum += Math.floor(i / side);
      count++;
    }
    return [column, sum / count];
  };
  const pixels = indices.length;
  return {
    pixels,
    left,
    top,
    right,
    bottom,
    contrast,
    x: x / pixels,
    y: y / pixels,
    leftEnd: end(left),
    rightEnd: end(right),
  };
}
