import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { degaussianise, GaussianFitter, searchVariable } from '../../dist/model/gaussian.js';
import { normals } from '../../dist/pulse/random.js';
import { assertClose } from '../golden-values.js';

const D = 5;
const scale = [1, 0.01, 3, 1e-3, 0];
const shift = [0, 5, -2, 1000, -7];
const w = normals(1, [9], 3000 * D).map((x, i) => x * scale[i % D] + shift[i % D]);

/** Two passes in float64. */
function plainly(values: Float32Array) {
  const n = values.length / D;
  const column = (i: number) =>
    Array.from({ length: n }, (_, row) => values[row * D + i]).map((x) => (x > 0 ? x : 5 * x));
  return Array.from({ length: D }, (_, i) => {
    const mean = column(i).reduce((sum, x) => sum + x, 0) / n;
    const squares = column(i).reduce((sum, x) => sum + (x - mean) ** 2, 0);
    return { mean, std: Math.sqrt(squares / (n - 1)) };
  });
}

test('mean and deviation are those of two passes, however the latents come', () => {
  const expected = plainly(w);
  for (const cuts of [[3000], [1, 2, 997, 2000], [0, 1500, 1500], Array.from({ length: 300 }, () => 10)]) {
    const fitter = new GaussianFitter(D);
    let row = 0;
    for (const cut of cuts) {
      fitter.add(w.subarray(row * D, (row + cut) * D));
      row += cut;
    }
    const { mean, std } = fitter.result();
    assertClose(
      'mean',
      mean,
      expected.map((one) => one.mean),
      1e-7,
    );
    for (let i = 0; i < D; i++) assertClose(`std ${i}`, [std[i]], [expected[i].std], i === 3 ? 1e-6 : 1e-7);
    assert.is(std[4], 0);
  }
});

test('one latent is too few', () => {
  const fitter = new GaussianFitter(D);
  fitter.add(new Float32Array(0));
  fitter.add(w.subarray(0, D));
  assert.throws(() => fitter.result(), /at least two latents/);
});

test('w goes back to the v that it came from, and to 0 where nothing varies', () => {
  const fit = { mean: Float32Array.of(-0.3, 0.2, 0), std: Float32Array.of(0.5, 2, 0) };
  const v = Float32Array.of(1, -1, 0, -2, 0.5, 0);
  const there = v.map((x, i) => degaussianise(x * fit.std[i % 3] + fit.mean[i % 3]));
  assertClose('v', searchVariable(there, fit), v, 1e-6);
  assert.equal(searchVariable(Float32Array.of(0, 0, 9), fit)[2], 0);
});

test.run();
