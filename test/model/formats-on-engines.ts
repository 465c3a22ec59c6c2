// The weight files that people have, opened and computed, against what the code that wrote each computes. Tests of them:
// formats-on-engines.test.ts, formats-on-engines.long.test.ts.

import * as assert from 'uvu/assert';
import { backward } from '../../dist/graph/backward.js';
import { constantValues } from '../../dist/graph/constant.js';
import { Graph, isOp } from '../../dist/graph/graph.js';
import { asFloat32, type HostTensors } from '../../dist/graph/host-tensor.js';
import type { Generator } from '../../dist/model/generator.js';
import type { Network } from '../../dist/model/network.js';
import { openGenerator } from '../../dist/open.js';
import { readSafetensors } from '../../dist/weights/safetensors-file.js';
import { engineSuite, type TestEngine } from '../engines.js';
import { assertClose } from '../golden-values.js';
import { goldenTest } from '../goldens.js';
import { runReference } from '../reference.js';

/** A file's name, and which network is in it. */
export type FormatFile = readonly [file: string, kind: string];

export const formatFiles: readonly FormatFile[] = [
  ['genforce.stylegan1.pth', 'stylegan1'],
  ['genforce.stylegan2.pth', 'stylegan2'],
  ['rosinality.pt', 'stylegan2'],
  ['stylegan2-ada.pkl', 'stylegan2'],
  ['stylegan2-ada.clamped.pkl', 'stylegan2'],
  ['stylegan2-tf.pkl', 'stylegan2'],
];

/** One activation, by layer and place in its map [n, c, h, w]. */
type Activation = readonly [layer: number, index: number];

/** Activations whose sign the original's float32 arithmetic got wrong: they are within 2e-6 of zero, in maps of size 1 to 10. */
const TURNED_IN_THE_ORIGINAL: Readonly<Record<string, readonly Activation[]>> = {
  'stylegan2-tf.pkl': [[6, 14063]],
};

/** What a file of golden values holds of the network. */
class Golden {
  constructor(private readonly tensors: HostTensors<'f32'>) {}

  static async read(path: string): Promise<Golden> {
    return new Golden(asFloat32((await readSafetensors(path)).tensors));
  }

  get(name: string): Float32Array {
    return this.tensors.get(name)!.data;
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** The names of the noise maps, the smallest map first; layers are numbered within what their names share. */
  get noises(): string[] {
    const place = (name: string) => Number(/(?:layer|noise\.|b)(\d+)/.exec(name)![1]);
    return [...this.tensors.keys()]
      .filter((name) => name.startsWith('noise.'))
      .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
  }

  /** A noise map for both pictures: those of files that have one for all are said twice. */
  noise(name: string): Float32Array {
    const map = this.get(name);
    const [n, , side] = [...this.tensors.get(name)!.shape];
    if (n === 2 && side !== undefined) return map;
    return Float32Array.from({ length: 2 * map.length }, (_, i) => map[i % map.length]);
  }

  /** The gradient of a map, from those of both pictures. */
  noiseGradient(name: string, found: Values): Values {
    const half = found.length / 2;
    if (this.get(name).length > half) return found;
    return Float64Array.from({ length: half }, (_, i) => found[i] + found[half + i]);
  }
}

/** Files on an engine. */
export function formatsSuite(engine: TestEngine, files: readonly FormatFile[]): void {
  const test = engineSuite(engine, 'weight files and what their own code computes');
  for (const [file, kind] of files) {
    const io = `formats/${file.replace(/\.[^.]*$/, '')}.io.safetensors`;
    goldenTest(test, file, [`formats/${file}`, io], async (model, values) => {
      const golden = await Golden.read(values);
      const generator = await openGenerator({ model, ...engine.request, purpose: 'draw' });
      try {
        assert.is(generator.info.kind, kind);
        await checkMapping(generator, golden);
        await checkSynthesis(generator, golden, TURNED_IN_THE_ORIGINAL[file] ?? []);
      } finally {
        generator.close();
      }
    });
  }
  test.run();
}

async function checkMapping(generator: Generator, golden: Golden): Promise<void> {
  const w = await generator.map(golden.get('z'));
  assertClose('w', w, golden.get('w'), 2e-5);
  assertClose('w_avg', generator.network.wAverage!, golden.get('w_avg'), 1e-7);
  assertClose('w_truncated07', generator.truncate(w, 0.7), golden.get('w_truncated07'), 2e-5);
}

async function checkSynthesis(generator: Generator, golden: Golden, turned: readonly Activation[]): Promise<void> {
  const names = golden.noises;
  assert.is(names.length, generator.network.noiseSides.length);
  const noise = names.map((name) => golden.noise(name));
  const found = await generator.synthesizeVjp(golden.get('ws'), noise, golden.get('grad_image'));
  assertClose('image', found.image, golden.get('image'), 2e-5);
  if (turned.length === 0) checkGradients(golden, found.gradW, found.gradNoise as Float32Array[]);
  else {
    // What the original got wrong it got wrong there alone, and the engine got it right.
    const theirs = exactGradients(generator.network, golden, turned);
    checkGradients(golden, theirs.gradW, theirs.gradNoise);
    const ours = exactGradients(generator.network, golden, []);
    assertClose('grad_ws', found.gradW, ours.gradW, 1e-4);
    found.gradNoise.forEach((gradient, index) => {
      assertClose(`grad_${names[index]}`, gradient!, ours.gradNoise[index], 3e-4);
    });
  }
  if (golden.has('image_no_noise')) {
    const image = await generator.synthesize(golden.get('ws'), []);
    assertClose('image without noise', image, golden.get('image_no_noise'), 2e-5);
  }
}

type Values = Float32Array | Float64Array;

function checkGradients(golden: Golden, gradW: Values, gradNoise: readonly Values[]): void {
  assertClose('grad_ws', gradW, golden.get('grad_ws'), 1e-4);
  golden.noises.forEach((name, index) => {
    assertClose(`grad_${name}`, golden.noiseGradient(name, gradNoise[index]), golden.get(`grad_${name}`), 3e-4);
  });
}

/** The gradients in float64, some activations having the other sign. */
function exactGradients(network: Network, golden: Golden, turned: readonly Activation[]) {
  const graph = new Graph(2);
  const values = new Map<string, Float32Array>(
    [...network.constants].map(([name, constant]) => [name, constantValues(constant)]),
  );
  const input = (name: string, shape: readonly [number, number, number], data: Float32Array) => {
    values.set(name, data);
    return graph.input(name, shape);
  };
  const noise = golden.noises.map((name, index) => {
    const side = network.noiseSides[index];
    return input(name, [1, side, side], golden.noise(name));
  });
  const w = input('ws', [network.rows, network.latentSize, 1], golden.get('ws'));
  const image = network.synthesis(graph, w, noise);
  const seed = input('grad_image', [3, network.resolution, network.resolution], golden.get('grad_image'));
  const [gradW, ...gradNoise] = backward(graph, [{ output: image, seed }], [w, ...noise]);
  const layers = graph.ops.filter((op) => isOp(op, 'bias_act') && op.attrs.slope !== 1);
  const { tensors } = runReference(graph, values, {}, (op, [result]) => {
    const layer = layers.indexOf(op);
    for (const [l, index] of turned) if (l === layer) result[index] *= -1;
  });
  return { gradW: tensors.get(gradW!)!, gradNoise: gradNoise.map((gradient) => tensors.get(gradient!)!) };
}
