import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { randomStyleGan1 } from '../../dist/bench/random-weights.js';
import { FacewrightError } from '../../dist/errors.js';
import { backward } from '../../dist/graph/backward.js';
import { constantValues } from '../../dist/graph/constant.js';
import { Graph } from '../../dist/graph/graph.js';
import { type HostTensor, hostTensor } from '../../dist/graph/host-tensor.js';
import type { Network } from '../../dist/model/network.js';
import { readStyleGan1 } from '../../dist/model/read-stylegan1.js';
import { upsamplingKernel } from '../../dist/model/upsampling.js';
import { normals } from '../../dist/pulse/random.js';
import { engineSuite, enginesInAllSets, openTestEngine } from '../engines.js';
import { assertClose } from '../golden-values.js';
import { runReference } from '../reference.js';

const test = suite('StyleGAN1 from weights');

function refusal(tensors: Map<string, HostTensor>): string {
  try {
    readStyleGan1('faces.pt', tensors, 1e-5);
  } catch (error) {
    assert.instance(error, FacewrightError);
    return (error as Error).message;
  }
  return assert.unreachable('the weights were accepted') as never;
}

const small = () => randomStyleGan1(16, { fmapBase: 40, fmapMax: 7, latentSize: 24 });

test('resolution, channels and layers follow from the tensors', () => {
  for (const resolution of [8, 16, 32, 64, 128]) {
    const tensors = randomStyleGan1(resolution, { fmapBase: 256, fmapMax: 12, latentSize: 8 });
    const network = readStyleGan1('x', tensors, 1e-8);
    assert.is(network.resolution, resolution);
    assert.is(network.layers.length, 2 * Math.log2(resolution) - 2);
    assert.is(network.layers.at(-1)!.channels, Math.min(12, 512 / resolution));
    assert.is(network.normEpsilon, 1e-8);
    assert.is(network.hasMapping, false);
  }
});

test('the full FFHQ shape has as many numbers as the original without mapping network and unused to-RGB layers', () => {
  const { parameters } = readStyleGan1('x', randomStyleGan1(1024, { fmapBase: 8192, fmapMax: 512 }), 1e-8);
  // 26,219,627 (notes of the original) − mapping 8·(512² + 512) − to-RGB of 4 to 512 px.
  const unused = [512, 512, 512, 512, 256, 128, 64, 32].reduce((sum, channels) => sum + 3 * channels + 3, 0);
  assert.is(parameters, 26_219_627 - 8 * (512 * 512 + 512) - unused);
});

test('the mean of w is read where the file holds one, and is no parameter', () => {
  const tensors = small();
  const { parameters, wAverage } = readStyleGan1('x', tensors, 1e-5);
  assert.is(wAverage, undefined);
  const mean = normals(1, [], 24);
  tensors.set('mapping.w_avg', hostTensor([24], mean));
  const network: Network = readStyleGan1('x', tensors, 1e-5);
  assert.equal(network.wAverage, mean);
  assert.is(network.hasMapping, false);
  assert.is(network.parameters, parameters);
  tensors.set('mapping.w_avg', hostTensor([512], new Float32Array(512)));
  assert.is(refusal(tensors), 'faces.pt: mapping.w_avg is [512]; expected [24]');
});

test('a StyleGAN1 has no classes', () => {
  assert.is(readStyleGan1('x', small(), 1e-5, { class: undefined }).layers.length, 6);
  assert.throws(() => readStyleGan1('x', small(), 1e-5, { class: 0 }), 'x: has no classes; leave out --class');
});

test('a missing tensor is named', () => {
  const tensors = small();
  tensors.delete('synthesis.blocks.8x8.epi2.noise.weight');
  assert.is(refusal(tensors), 'faces.pt: the tensor synthesis.blocks.8x8.epi2.noise.weight is missing');
});

test('a wrong shape is named, with the expected and the found one', () => {
  const tensors = small();
  const name = 'synthesis.blocks.8x8.conv1.weight';
  tensors.set(name, hostTensor([7, 6, 3, 3], new Float32Array(7 * 6 * 9)));
  assert.is(refusal(tensors), `faces.pt: ${name} is [7, 6, 3, 3]; expected [7, 7, 3, 3]`);
});

test('a number that is none is found', () => {
  const tensors = small();
  const name = 'synthesis.blocks.4x4.bias';
  tensors.set(name, hostTensor([7], Float32Array.of(0, 0, Number.NaN, 0, 0, 0, 0)));
  assert.match(refusal(tensors), /blocks\.4x4\.bias holds NaN at position 2/);
});

test('other networks are refused by what they lack', () => {
  const other = new Map([['g_ema.conv1.weight', hostTensor([1], new Float32Array(1))]]);
  assert.match(refusal(other), /^faces\.pt: not a StyleGAN1: 1 tensors, none named synthesis\.blocks\.4x4\.const/);
  assert.match(refusal(new Map()), /not a StyleGAN1: 0 tensors/);
});

test('a size between the powers of two is refused', () => {
  const tensors = small();
  tensors.set('synthesis.blocks.48x48.conv1.weight', hostTensor([1], new Float32Array(1)));
  assert.match(refusal(tensors), /largest block is 48 px/);
});

test('another blur than the usual one is refused', () => {
  const tensors = small();
  const kernel = hostTensor([1, 1, 3, 3], new Float32Array(9).fill(1 / 9));
  tensors.set('synthesis.blocks.8x8.conv0_up.intermediate.kernel', kernel);
  assert.match(refusal(tensors), /intermediate\.kernel is not \[1 2 1\]/);
});

test('the two upsampling kernels are each other turned by 180°', () => {
  const weight = normals(3, [], 2 * 9);
  const nearest = upsamplingKernel(weight, 'nearest', 1);
  const transposed = upsamplingKernel(weight, 'transposed', 1);
  for (const k of [0, 1]) {
    assertClose('turned', nearest.slice(16 * k, 16 * k + 16).reverse(), transposed.slice(16 * k, 16 * k + 16), 1e-6);
  }
  // All of the convolution's taps count four times: every output phase sees all of them once.
  const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);
  assertClose('sum', [sum(nearest)], [4 * sum(weight)], 1e-5);
});

/** Image and gradients of a network by any way of running graphs. */
function passGraph(network: Network, batch: number): Graph {
  const graph = new Graph(batch);
  const { resolution: r } = network;
  const w = graph.input('w', [network.rows, network.latentSize, 1]);
  const noise = network.noiseSides.map((side, i) => graph.input(`noise${i}`, [1, side, side]));
  const image = network.synthesis(graph, w, noise);
  const gradients = backward(graph, [{ output: image, seed: graph.input('seed', [3, r, r]) }], [w, ...noise]);
  graph.output('image', image);
  gradients.forEach((gradient, index) => {
    graph.output(`gradient${index}`, gradient!);
  });
  return graph;
}

for (const testEngine of enginesInAllSets) {
  const onDevice = engineSuite(testEngine, 'StyleGAN1');
  for (const [resolution, fmapBase, fmapMax] of [
    [8, 40, 5],
    [32, 48, 13],
  ] as const) {
    onDevice(`a ${resolution} px network with odd channels, forward and backward, against the reference`, async () => {
      const network = readStyleGan1('x', randomStyleGan1(resolution, { fmapBase, fmapMax, latentSize: 24 }), 1e-5);
      const batch = 2;
      const graph = passGraph(network, batch);
      const values = new Map([...network.constants].map(([name, value]) => [name, constantValues(value)]));
      const engine = await openTestEngine(testEngine);
      try {
        const executable = await engine.compile(graph, network.constants);
        for (const tensor of graph.tensors) {
          if (tensor.kind !== 'input') continue;
          const data = normals(
            11,
            [tensor.id],
            tensor.shape.reduce((a, b) => a * b, 1),
          );
          values.set(tensor.name, data);
          executable.write(tensor.name, data);
        }
        executable.run();
        const reference = runReference(graph, values);
        for (const name of graph.outputs.keys()) {
          assertClose(name, (await executable.read([name]))[name], reference.read(name), 2e-5);
        }
      } finally {
        engine.close();
      }
    });
  }
  onDevice.run();
}

test.run();
