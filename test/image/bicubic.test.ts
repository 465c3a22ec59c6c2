import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { asFloat32 } from '../../dist/graph/host-tensor.js';
import { downscale, reflect, resampleTo, resamplingTaps } from '../../dist/image/bicubic.js';
import { readSafetensors } from '../../dist/weights/safetensors-file.js';
import { goldenTest } from '../goldens.js';
import { near } from './help.js';

goldenTest(test, 'the original: 2, 4, 8, 16 and 32 times smaller', ['stylegan1/bicubic.safetensors'], async (path) => {
  const tensors = asFloat32((await readSafetensors(path)).tensors);
  const { shape, data: image } = tensors.get('image')!;
  const S = shape[3];
  for (const factor of [2, 4, 8, 16, 32]) {
    const expected = tensors.get(`down${factor}`)!.data;
    const actual = downscale(image, S, S / factor);
    assert.is(actual.length, expected.length);
    let difference = 0;
    let norm = 0;
    for (let i = 0; i < actual.length; i++) {
      difference += (actual[i] - expected[i]) ** 2;
      norm += expected[i] ** 2;
    }
    // The tolerance of goldens/README.md; float64 against the original's float32 comes to about 2e-7.
    assert.ok(Math.sqrt(difference / norm) <= 1e-5, `down${factor}: off by ${Math.sqrt(difference / norm)}`);
  }
});

/** The definition in spec.md, written down once more without any of its speed. */
function reference(source: number[], s: number): number[] {
  const S = source.length;
  const r = S / s;
  const kernel = (x: number) => {
    const d = Math.abs(x);
    if (d <= 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
    return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
  };
  const mirrored = (i: number): number => {
    if (S === 1) return source[0];
    if (i < 0) return mirrored(-i);
    return i >= S ? mirrored(2 * (S - 1) - i) : source[i];
  };
  return Array.from({ length: s }, (_, j) => {
    let sum = 0;
    let weights = 0;
    if (Number.isInteger(r) && r >= 2) {
      for (let k = 0; k < 4 * r; k++) {
        const weight = kernel((k - (4 * r - 1) / 2) / r);
        sum += weight * mirrored(j * r - Math.floor((3 * r) / 2) + k);
        weights += weight;
      }
    } else {
      const scale = Math.max(r, 1);
      const centre = (j + 0.5) * r - 0.5;
      for (let i = Math.floor(centre - 2 * scale); i <= Math.ceil(centre + 2 * scale); i++) {
        const weight = kernel((i - centre) / scale);
        sum += weight * mirrored(i);
        weights += weight;
      }
    }
    return sum / weights;
  });
}

test('whole, odd, broken and enlarging ratios, down to one pixel', () => {
  for (const [S, s] of [
    [8, 4],
    [9, 3],
    [15, 3],
    [16, 1],
    [7, 1],
    [10, 4],
    [100, 16],
    [17, 16],
    [5, 16],
    [1, 4],
    [2, 3],
    [3, 2],
    [1000, 1],
  ]) {
    const source = Array.from({ length: S }, (_, i) => ((i * 37) % 11) / 10);
    const { count, index, weight } = resamplingTaps(S, s);
    const actual = Array.from({ length: s }, (_, j) => {
      let sum = 0;
      for (let k = j * count; k < (j + 1) * count; k++) sum += weight[k] * source[index[k]];
      return sum;
    });
    near(actual, reference(source, s), 1e-12);
  }
});

test('the general kernel is the original one wherever the ratio is even', () => {
  // 4r taps at j·r − 3r/2 are centred at (j + ½)r − ½: both rules agree, so there is no jump between sizes.
  const { count, index, weight } = resamplingTaps(64, 16);
  for (let k = 0; k < count; k++) {
    const centre = 8.5 * 4 - 0.5;
    assert.is(index[8 * count + k], Math.ceil(centre - 8) + k);
  }
  near([weight[8 * count]], [weight[8 * count + count - 1]], 1e-15);
});

test('reflection goes on beyond the mirror image', () => {
  const at = [-7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5].map((i) => reflect(i, 3));
  assert.equal(at, [1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1]);
  assert.equal([reflect(-1, 1), reflect(9, 1)], [0, 0]);
});

/** A square picture with three different channels. */
function picture(side: number) {
  return {
    width: side,
    height: side,
    data: Float32Array.from({ length: side * side * 3 }, (_, i) => ((i * 29) % 97) / 97),
  };
}

test('interleaved and planar pictures are scaled alike', () => {
  const image = picture(24);
  const planar = Float32Array.from({ length: 3 * 24 * 24 }, (_, i) => image.data[(i % 576) * 3 + Math.floor(i / 576)]);
  for (const s of [12, 7, 1]) {
    const scaled = resampleTo(image, s).image;
    const down = downscale(planar, 24, s);
    for (let i = 0; i < s * s; i++) {
      near(
        [0, 1, 2].map((c) => scaled.data[i * 3 + c]),
        [0, 1, 2].map((c) => down[c * s * s + i]),
        1e-7,
      );
    }
  }
});

test('a picture of the size asked for is not touched', () => {
  const image = picture(16);
  assert.is(resampleTo(image, 16).image, image);
  near(downscale(image.data, 16, 16), image.data, 0);
});

test('one colour stays that colour', () => {
  for (const [S, s] of [
    [64, 16],
    [50, 16],
    [16, 16],
    [5, 16],
  ]) {
    const image = { width: S, height: S, data: new Float32Array(S * S * 3).fill(0.3) };
    near(resampleTo(image, s).image.data, new Float32Array(s * s * 3).fill(0.3), 1e-6);
  }
});

test('enlarging warns', () => {
  assert.match(resampleTo(picture(5), 16).warning!, /5 px wide, smaller than the target of 16 px/);
  assert.is(resampleTo(picture(17), 16).warning, undefined);
});

test('wrong shapes are a defect of the caller', () => {
  assert.throws(() => resampleTo({ width: 2, height: 3, data: new Float32Array(18) }, 1), RangeError);
  assert.throws(() => downscale(new Float32Array(5), 4, 2), RangeError);
});

test.run();
