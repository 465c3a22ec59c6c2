import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { randomStyleGan2 } from '../../dist/bench/random-weights.js';
import { FacewrightError } from '../../dist/errors.js';
import { constantValues } from '../../dist/graph/constant.js';
import { Graph } from '../../dist/graph/graph.js';
import { type HostTensor, type HostTensors, hostTensor } from '../../dist/graph/host-tensor.js';
import type { Network } from '../../dist/model/network.js';
import { readStyleGan2 } from '../../dist/model/read-stylegan2.js';
import { assertClose } from '../golden-values.js';
import { normals } from '../random.js';
import { runReference } from '../reference.js';
import { smallStyleGan2 } from '../weights/networks.js';
import { PlainStyleGan2 } from './plain-stylegan2.js';

const test = suite('StyleGAN2 from weights');

const small = () => randomStyleGan2(16, { fmapBase: 80, fmapMax: 7, latentSize: 24 });

function refusal(tensors: HostTensors, metadata: Record<string, string> = {}, chosen?: number): string {
  try {
    readStyleGan2('faces.pt', tensors, metadata, { class: chosen });
  } catch (error) {
    assert.instance(error, FacewrightError);
    return (error as Error).message;
  }
  return assert.unreachable('the weights were accepted') as never;
}

/** A network's outputs in float64, from values of its inputs. */
function run(network: Network, inputs: Record<string, Float64Array>, build: (graph: Graph) => void): Float64Array {
  const graph = new Graph(1);
  build(graph);
  const constants = [...network.constants].map(([name, constant]) => [name, constantValues(constant)] as const);
  return runReference(
    graph,
    new Map<string, Float32Array | Float64Array>([...constants, ...Object.entries(inputs)]),
  ).read('y');
}

test('resolution, rows, noise maps and channels follow from the tensors', () => {
  for (const resolution of [8, 16, 32, 64]) {
    const network = readStyleGan2('x', randomStyleGan2(resolution, { fmapBase: 256, fmapMax: 12, latentSize: 8 }), {});
    assert.is(network.kind, 'stylegan2');
    assert.is(network.resolution, resolution);
    assert.is(network.rows, 2 * Math.log2(resolution) - 2);
    assert.is(network.noiseSides.length, network.rows - 1);
    assert.equal(network.noiseSides.slice(0, 3), [4, 8, 8]);
    assert.is(network.layers.at(-1)!.channels, Math.min(12, 256 / resolution));
    assert.equal(network.badNoise, []);
    assert.is(network.hasMapping, false);
  }
});

test('the full FFHQ shape has as many numbers as the original', () => {
  // 30,370,060 of configuration F with 1024 px (NVIDIA's own count) − mapping 8·(512² + 512).
  const { parameters } = readStyleGan2('x', randomStyleGan2(1024, { fmapBase: 32768, fmapMax: 512 }), {});
  assert.is(parameters, 30_370_060 - 8 * (512 * 512 + 512));
});

for (const clamp of [undefined, 0.5]) {
  test(`pictures are those of the formulas, ${clamp === undefined ? 'without' : 'with'} a clamp`, () => {
    const tensors = small();
    const metadata: Record<string, string> = clamp === undefined ? {} : { conv_clamp: String(clamp) };
    const network = readStyleGan2('x', tensors, metadata);
    const ws = Array.from({ length: network.rows }, (_, row) => Float64Array.from(normals(`w${row}`, 24)));
    const maps = network.noiseSides.map((side, index) => Float64Array.from(normals(`noise${index}`, side * side)));
    const expected = new PlainStyleGan2(tensors, clamp).draw(ws, maps);
    const inputs = Object.fromEntries(maps.map((map, index) => [`noise${index}`, map]));
    const w = Float64Array.from(ws.flatMap((row) => [...row]));
    const image = run(network, { ...inputs, w }, (graph) => {
      const noise = network.noiseSides.map((side, index) => graph.input(`noise${index}`, [1, side, side]));
      graph.output('y', network.synthesis(graph, graph.input('w', [network.rows, 24, 1]), noise));
    });
    // Constants are float32, the formulas are not.
    assertClose('image', image, expected.data, 1e-6);
    if (clamp !== undefined) {
      assert.ok(
        Math.max(...expected.data.map(Math.abs)) > clamp,
        'three to-RGB layers add up beyond what each is brought into',
      );
    }
  });
}

test('w is that of the formulas; of a conditional network that of the chosen class', () => {
  const z = Float64Array.from(normals('z', 8));
  const map = (network: Network) =>
    run(network, { z }, (graph) => {
      graph.output('y', network.mapping(graph, graph.input('z', [1, 8, 1])));
    });
  const plain = smallStyleGan2();
  assertClose('w', map(readStyleGan2('x', plain, {})), new PlainStyleGan2(plain).map(z), 1e-6);

  const conditional = smallStyleGan2({ classes: 3 });
  for (const chosen of [0, 2]) {
    const network = readStyleGan2('x', conditional, {}, { class: chosen });
    assert.is(network.class, chosen);
    assertClose(`w of class ${chosen}`, map(network), mapOfClass(conditional, z, chosen), 1e-6);
  }
});

/** The mapping network as the original has it: the normalised embedding stands behind the normalised z. */
function mapOfClass(tensors: HostTensors, z: Float64Array, chosen: number): Float64Array {
  const values = (name: string) => tensors.get(name)!.data as Float32Array;
  const normalised = (x: Float64Array) => {
    const size = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + 1e-8);
    return x.map((value) => value / size);
  };
  const [weight, bias] = [values('mapping.embed.weight'), values('mapping.embed.bias')];
  const embedded = Float64Array.from(bias, (b, i) => weight[i * 3 + chosen] / Math.sqrt(3) + b);
  let x = Float64Array.from([...normalised(z), ...normalised(embedded)]);
  for (let layer = 0; layer < 2; layer++) {
    const w = values(`mapping.fc${layer}.weight`);
    const before = x;
    x = Float64Array.from(values(`mapping.fc${layer}.bias`), (b, o) => {
      const sum = before.reduce((total, value, i) => total + w[o * before.length + i] * value, 0);
      const y = (sum * 0.01) / Math.sqrt(before.length) + b * 0.01;
      return Math.SQRT2 * (y > 0 ? y : 0.2 * y);
    });
  }
  return x;
}

test('classes are asked for, counted, and refused where there are none', () => {
  const conditional = smallStyleGan2({ classes: 3 });
  assert.is(refusal(conditional), 'faces.pt: a conditional network of 3 classes; choose one with --class 0 to 2');
  assert.match(refusal(conditional, {}, 3), /^faces\.pt: has no class 3: /);
  assert.is(refusal(smallStyleGan2(), {}, 0), 'faces.pt: has no classes; leave out --class');
});

test('the mean of w is read where the file holds one, and is no parameter', () => {
  const tensors = smallStyleGan2();
  const network = readStyleGan2('x', tensors, {});
  assert.equal(network.wAverage, tensors.get('mapping.w_avg')!.data);
  const without = new Map(tensors);
  without.delete('mapping.w_avg');
  const other = readStyleGan2('x', without, {});
  assert.is(other.wAverage, undefined);
  assert.is(other.parameters, network.parameters);
});

test('what is missing, of the wrong shape or none is named', () => {
  const change = (name: string, tensor?: HostTensor) => {
    const tensors: Map<string, HostTensor> = small();
    if (tensor) tensors.set(name, tensor);
    else tensors.delete(name);
    return refusal(tensors);
  };
  const strength = 'synthesis.b8.conv1.noise_strength';
  assert.is(change(strength), `faces.pt: the tensor ${strength} is missing`);
  const bias = 'synthesis.b16.torgb.bias';
  assert.is(change(bias, hostTensor([4], new Float32Array(4))), `faces.pt: ${bias} is [4]; expected [3]`);
  const start = 'synthesis.b4.const';
  const none = hostTensor([0, 4, 4], new Float32Array(0));
  assert.is(change(start, none), `faces.pt: ${start} is [0, 4, 4]: it holds no numbers`);
  assert.match(change(strength, hostTensor([], Float32Array.of(Number.NaN))), /noise_strength holds NaN at position 0/);
  assert.match(
    refusal(new Map([['synthesis.b12.const', hostTensor([1], new Float32Array(1))]])),
    /largest block is 12 px/,
  );
  assert.is(
    refusal(small(), { conv_clamp: 'tight' }),
    'faces.pt: its conv_clamp is "tight"; expected a positive number',
  );
});

test.run();
