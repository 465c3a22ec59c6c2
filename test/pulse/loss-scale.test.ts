/** The loss is scaled for half precision alone, by a power of two, and its gradients come back as they were. */

import * as assert from 'uvu/assert';
import { randomStyleGan1 } from '../../dist/bench/random-weights.js';
import type { Engine, Precision } from '../../dist/engine/engine.js';
import { elements, Graph } from '../../dist/graph/graph.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { readStyleGan1 } from '../../dist/model/read-stylegan1.js';
import { parseLoss } from '../../dist/pulse/options.js';
import { buildStep, lossScale } from '../../dist/pulse/step.js';
import { engineSuite, openTestEngine, quickestEngine } from '../engines.js';
import { normals } from '../random.js';

const test = engineSuite(quickestEngine, 'the scale of the loss');

test('follows from the terms that depend on the image', () => {
  const scale = (loss: string, precision: Precision = 'f16') => lossScale({ terms: parseLoss(loss), precision });
  assert.is(scale('100*L2+0.05*GEOCROSS'), 2 ** 9);
  assert.is(scale('100*L2+5*GEOCROSS'), 2 ** 9);
  assert.is(scale('1*L2'), 2 ** 16);
  assert.is(scale('10*L1'), 2 ** 10);
  assert.is(scale('GEOCROSS'), 1);
  assert.is(scale('100*L2', 'f32'), 1);
  assert.is(scale('100*L2', 'bf16'), 1);
});

test('leaves gradients as they are, to the bit where numbers are float32', async () => {
  const engine = await openTestEngine(quickestEngine);
  try {
    const [plain, scaled] = [await gradients(engine, 'f32'), await gradients(engine, 'f16')];
    assert.equal(scaled, plain);
    assert.ok(plain['gradient.v'].some((value) => value !== 0));
  } finally {
    engine.close();
  }
});

/** Those of v and of a noise map, of a step of a small network. */
async function gradients(engine: Engine, precision: Precision): Promise<Record<string, Float32Array>> {
  const network = readStyleGan1('small', randomStyleGan1(8, { fmapBase: 16, fmapMax: 4, latentSize: 16 }), 1e-5);
  const graph = new Graph(1);
  buildStep(graph, {
    network,
    terms: parseLoss('100*L2+0.05*GEOCROSS'),
    eps: 0,
    tile: false,
    roles: network.noiseSides.map((_, layer) => (layer === 0 ? 'trainable' : 'zero')),
    optimizer: 'sgd',
    targetSize: 4,
    gradients: true,
    precision,
  });
  const fit = ['fit.mean', 'fit.std'].map(
    (name) => [name, hostTensor([16, 1, 1, 1], new Float32Array(16).fill(1))] as const,
  );
  const executable = await engine.compile(graph, new Map([...network.constants, ...fit]));
  for (const { name, kind, shape } of graph.tensors) {
    if (kind === 'input' || kind === 'state') executable.write(name, normals(name, elements(shape)));
  }
  executable.run({ rate: 0 });
  const found = await executable.read(['gradient.v', 'gradient.noise0']);
  executable.close();
  return found;
}

test.run();
