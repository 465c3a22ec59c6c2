// The files that people have, written by the code that their names say, against what that code computes.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readNetwork } from '../../dist/model/dialects/table.js';
import { Generator, generatorInfo } from '../../dist/model/generator.js';
import { readWeights } from '../../dist/read-weights.js';
import { openTestEngine, quickestEngine } from '../engines.js';
import { assertClose, goldenTensors } from '../golden-values.js';
import { goldenTest } from '../goldens.js';
import { PlainStyleGan2 } from './plain-stylegan2.js';

/** NAME.io.safetensors is what the file's network computes. */
const STYLEGAN2 = [
  'stylegan2-ada.pkl',
  'stylegan2-ada.clamped.pkl',
  'stylegan2-tf.pkl',
  'rosinality.pt',
  'genforce.stylegan2.pth',
];

for (const file of STYLEGAN2) {
  const io = `formats/${file.replace(/\.[a-z]+$/, '')}.io.safetensors`;
  goldenTest(test, `${file}, in our names, computes what it did`, [`formats/${file}`, io], async (path) => {
    const weights = await readWeights(path);
    assert.is(weights.kind, 'stylegan2');
    const values = await goldenTensors(io);
    const clamp = weights.metadata.conv_clamp;
    const network = new PlainStyleGan2(weights.tensors, clamp === undefined ? undefined : Number(clamp));
    /** The first picture's part of a tensor. */
    const first = (name: string) => {
      const { shape, data } = values.get(name)!;
      return Float64Array.from(data.subarray(0, data.length / shape[0]!));
    };
    assertClose('w', network.map(first('z')), first('w'), 2e-5);
    assert.equal(weights.tensors.get('mapping.w_avg')?.data, values.get('w_avg')?.data);

    const rows = first('ws');
    const ws = Array.from({ length: rows.length / 512 }, (_, row) => rows.subarray(512 * row, 512 * (row + 1)));
    const noise = [...values]
      .filter(([name]) => name.startsWith('noise.'))
      .map(([, { data }]) => Float64Array.from(data));
    assertClose('image', network.draw(ws, noise).data, first('image'), 2e-5);
  });
}

/** A file of a StyleGAN1 on an engine, without the Gaussian fit that nobody needs here. */
async function generatorOf(path: string, metadata: Readonly<Record<string, string>> = {}): Promise<Generator> {
  const weights = await readWeights(path);
  const network = readNetwork(path, { ...weights, metadata: { ...weights.metadata, ...metadata } });
  const info = generatorInfo(network, { ...weights, licence: 'unknown' });
  return new Generator(await openTestEngine(quickestEngine), network, info);
}

/** The same map for each of two pictures. */
const twice = (map: Float32Array) => Float32Array.from([...map, ...map]);

const nvidia = ['formats/stylegan1.protocol4.pkl', 'stylegan1/synthesis.pt', 'stylegan1/synthesis.io.safetensors'];
goldenTest(test, "NVIDIA's StyleGAN1 is PULSE's, but for its epsilon", nvidia, async (path, pulse, io) => {
  const [ours, theirs] = [await readWeights(path), await readWeights(pulse)];
  assert.is(ours.metadata.norm_epsilon, '1e-8');
  assert.equal(ours.notes, ['took Gs, the averaged network; the file also holds G and D']);
  for (const [name, tensor] of theirs.tensors) {
    if (!/kernel$|^gaussian_fit/.test(name)) assert.equal(ours.tensors.get(name), tensor, name);
  }
  const values = await goldenTensors('stylegan1/synthesis.io.safetensors');
  const noise = Array.from({ length: 12 }, (_, layer) => values.get(`noise${layer}`)!.data);
  const generator = await generatorOf(path, { norm_epsilon: '1e-5' });
  try {
    const image = await generator.synthesize(values.get('latent')!.data, noise);
    assertClose(`image of ${io}`, image, values.get('image_f64')!.data, 2e-5);
  } finally {
    generator.close();
  }
});

const genforce = ['formats/genforce.stylegan1.pth', 'formats/genforce.stylegan1.io.safetensors'];
goldenTest(test, "genforce's StyleGAN1 computes what it did", genforce, async (path) => {
  const values = await goldenTensors(genforce[1]);
  const get = (name: string) => values.get(name)!.data;
  const maps = [...values].filter(([name]) => name.startsWith('noise.'));
  const generator = await generatorOf(path);
  try {
    assert.is(generator.info.normEpsilon, 1e-8);
    assertClose('w', await generator.map(get('z')), get('w'), 2e-5);
    const noise = maps.map(([, { data }]) => twice(data));
    const { image, gradW, gradNoise } = await generator.synthesizeVjp(get('ws'), noise, get('grad_image'));
    assertClose('image', image, get('image'), 2e-5);
    assertClose('grad_ws', gradW, get('grad_ws'), 1e-4);
    maps.forEach(([name, { data }], at) => {
      const [first, second] = [gradNoise[at]!.subarray(0, data.length), gradNoise[at]!.subarray(data.length)];
      const sum = first.map((value, i) => value + second[i]!);
      assertClose(name, sum, get(`grad_${name}`), 3e-4);
    });
  } finally {
    generator.close();
  }
});

test.run();
