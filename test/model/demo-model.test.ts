// The generator that comes along: is it what its model card says?

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { asFloat32 } from '../../dist/graph/host-tensor.js';
import { demoModelPath } from '../../dist/node/paths.js';
import { readWeights } from '../../dist/read-weights.js';
import { normals } from '../random.js';

const LATENT = 512;
const card = await readFile(fileURLToPath(new URL('../../models/README.md', import.meta.url)), 'utf8');
const bytes = await readFile(demoModelPath);
const weights = await readWeights(demoModelPath);
const values = asFloat32(weights.tensors);

const numbers = (name: string): Float32Array => {
  const tensor = values.get(name);
  assert.ok(tensor, `${name} is there`);
  return tensor.data;
};

/** What one z [512] is mapped to: StyleGAN1's mapping network with PULSE's factors, in float64. */
function mapped(z: Float32Array): Float64Array {
  const size = Math.sqrt(z.reduce((sum, x) => sum + x * x, 0) / LATENT + 1e-8);
  let x = Float64Array.from(z, (value) => value / size);
  for (let layer = 0; layer < 8; layer++) {
    const weight = numbers(`mapping.dense${layer}.weight`);
    const bias = numbers(`mapping.dense${layer}.bias`);
    const before = x;
    x = Float64Array.from(bias, (b, row) => {
      let sum = 0;
      for (let i = 0; i < LATENT; i++) sum += weight[row * LATENT + i] * before[i];
      const y = sum * Math.sqrt(2 / LATENT) * 0.01 + b * 0.01;
      return y < 0 ? 0.2 * y : y;
    });
  }
  return x;
}

test('the card names the file that is there', () => {
  assert.match(card, weights.sha256);
  assert.match(card, `${bytes.length.toLocaleString('en-US')} bytes`);
  const parameters = (part: string) =>
    [...weights.tensors]
      .filter(([name]) => name.startsWith(`${part}.`) && !name.includes('intermediate'))
      .reduce((sum, [, { data }]) => sum + data.length, 0);
  assert.match(card, `${parameters('synthesis').toLocaleString('en-US')} (synthesis)`);
  assert.match(card, `${parameters('mapping').toLocaleString('en-US')} (mapping)`);
});

test('it is CC0, and small enough to come along', () => {
  assert.is(weights.metadata.licence, 'CC0-1.0');
  assert.match(card, 'CC0 1.0');
  assert.ok(bytes.length < 12e6);
});

test('its Gaussian fit is that of its own mapping network', () => {
  const count = 160;
  const sum = new Float64Array(LATENT);
  const squares = new Float64Array(LATENT);
  const mean = numbers('gaussian_fit.mean');
  const std = numbers('gaussian_fit.std');
  for (let i = 0; i < count; i++) {
    mapped(normals(`z ${i}`, LATENT)).forEach((w, k) => {
      // PULSE takes the leaky ReLU of w back before it fits
      const v = ((w < 0 ? 5 * w : w) - mean[k]) / std[k];
      sum[k] += v;
      squares[k] += v * v;
    });
  }
  // Standard normal, so a mean strays by 1 / sqrt(n), a mean square by sqrt(2 / n); 5 deviations for 512 of them
  for (let k = 0; k < LATENT; k++) {
    assert.ok(Math.abs(sum[k] / count) < 5 / Math.sqrt(count), `coordinate ${k} has the mean of the fit`);
    assert.ok(Math.abs(squares[k] / count - 1) < 5 * Math.sqrt(2 / count) + 0.02, `coordinate ${k} has its deviation`);
  }
});

test.run();
