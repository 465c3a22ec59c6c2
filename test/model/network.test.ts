// What drawing and searching ask of a network, of every kind that there is, and of one whose rows and maps differ in number.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomStyleGan1 } from '../../dist/bench/random-weights.js';
import { apply, apply1 } from '../../dist/graph/build.js';
import { Graph, type Tensor } from '../../dist/graph/graph.js';
import { generatorInfo } from '../../dist/model/generator.js';
import type { Network } from '../../dist/model/network.js';
import { readStyleGan1 } from '../../dist/model/read-stylegan1.js';
import { defaultSearchOptions, parseLoss } from '../../dist/pulse/options.js';
import { noiseRoles, randomStart } from '../../dist/pulse/start.js';
import { buildStep } from '../../dist/pulse/step.js';

const ABOUT = { name: 'x', sha256: '', licence: 'unknown' };
const styleGan1 = readStyleGan1('x', randomStyleGan1(32, { fmapBase: 48, fmapMax: 7, latentSize: 24 }), 1e-5);

/** As in a StyleGAN2 of 8 px: four rows of w, three noise maps. Its picture is the sum of its maps, and of w. */
const uneven: Network = {
  kind: 'stylegan1',
  resolution: 8,
  latentSize: 6,
  rows: 4,
  noiseSides: [8, 8, 8],
  badNoise: [],
  hasMapping: false,
  parameters: 0,
  constants: new Map(),
  synthesis(graph, w, noise) {
    const rows = apply(graph, 'rows', [w], { count: 4 });
    const weight = graph.constant('weight', [192, 6, 1, 1]);
    const layers: Tensor[] = rows.map((row) =>
      apply1(graph, 'linear', [row, weight, undefined], { adjoint: false, slope: 1, shape: [3, 8, 8] }),
    );
    const spread = graph.constant('spread', [3, 1, 1, 1]);
    const maps = noise.flatMap((map) => (map ? [apply1(graph, 'conv', [map, spread], { adjoint: false })] : []));
    return [...layers, ...maps].reduce((sum, part) => apply1(graph, 'add', [sum, part], {}));
  },
  mapping: (_, z) => z,
};

test('a StyleGAN1 says what there is to know of it', () => {
  assert.is(styleGan1.kind, 'stylegan1');
  assert.is(styleGan1.rows, 8);
  assert.equal(styleGan1.noiseSides, [4, 4, 8, 8, 16, 16, 32, 32]);
  assert.equal(styleGan1.badNoise, [7]);
  const info = generatorInfo(styleGan1, ABOUT);
  assert.equal(info.noiseSides, styleGan1.noiseSides);
  assert.is(info.layers, 8);
  assert.is(info.normEpsilon, 1e-5);
});

test('the image that a network appends is [n, 3, r, r], with and without noise, and all of its constants are there', () => {
  for (const present of [true, false]) {
    const graph = new Graph(2);
    const w = graph.input('w', [styleGan1.rows, styleGan1.latentSize, 1]);
    const noise = styleGan1.noiseSides.map((s, i) => (present ? graph.input(`noise${i}`, [1, s, s]) : undefined));
    assert.equal(styleGan1.synthesis(graph, w, noise).shape, [2, 3, 32, 32]);
    for (const { kind, name, shape } of graph.tensors) {
      if (kind === 'constant') assert.equal(styleGan1.constants.get(name)?.shape, shape, name);
    }
  }
});

test('a search takes rows of w and noise maps as the network has them', async () => {
  const info = generatorInfo(uneven, ABOUT);
  const options = defaultSearchOptions(info);
  assert.is(options.trainableNoise, 3, 'no more than there are');
  const key = { seed: 1, target: new Uint8Array(48), duplicate: 0, restart: 0 };
  const { v, noise } = await randomStart(info, options, key);
  assert.is(v.length, 4 * 6);
  assert.equal(
    noise.map((map) => map?.length),
    [64, 64, 64],
  );
  const graph = new Graph(1);
  buildStep(graph, {
    network: uneven,
    terms: parseLoss(options.loss),
    eps: options.eps,
    tile: false,
    roles: noiseRoles(uneven.noiseSides.length, { ...options, trainableNoise: 2 }),
    optimizer: 'sgd',
    targetSize: 4,
  });
  assert.equal(graph.find('v')?.shape, [1, 4, 6, 1]);
  assert.equal(
    [0, 1, 2].map((map) => graph.find(`noise${map}`)?.kind),
    ['state', 'state', 'input'],
  );
  assert.is(graph.find('noise3'), undefined);
});

test.run();
