// The packed weights of an adjoint convolution: those that are made of the convolution's are those that would be packed.

import * as assert from 'uvu/assert';
import type { AddonKernels, AddonPacking, AddonStep } from '../../dist/engine/native/addon.js';
import { createNativeEngine } from '../../dist/engine/native/engine.js';
import { apply1 } from '../../dist/graph/build.js';
import { Graph } from '../../dist/graph/graph.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { loadAddon } from '../../dist/node/native.js';
import { engineSuite, engines } from '../engines.js';
import { normals } from '../random.js';
import { runReference } from '../reference.js';
import { mismatch } from './conformance.js';

const FLOAT = 4;
/** [out, in] of the convolution: less than a block, whole blocks, an odd number of them, more than a group of each. */
const CHANNELS = [
  [3, 5],
  [32, 64],
  [48, 16],
  [70, 37],
] as const;
const FORMS = [
  ['direct', 'same'],
  ['direct', 'down'],
  ['winograd', 'same'],
  ['winograd', 'down'],
] as const;

async function packed(values: Float32Array, packing: AddonPacking, kernels: AddonKernels) {
  const constant = new (loadAddon().Constant)();
  await constant.pack(values, packing, kernels);
  return { constant, size: constant.bytes() / FLOAT };
}

for (const one of engines.filter(({ name }) => name === 'native')) {
  const test = engineSuite(one, 'weights of adjoint convolutions');
  for (const [form, geometry] of FORMS) {
    test(`${form}, ${geometry}: as they would be packed`, async () => {
      const { Program, machine } = loadAddon();
      const side = geometry === 'same' ? 3 : 4;
      const forward = geometry === 'same' ? 'same' : 'up';
      for (const { name: isa } of machine().isas) {
        const kernels = { isa, precision: 'f32' } as const;
        for (const [o, i] of CHANNELS) {
          const shape = [o, i, side, side];
          const values = normals(`${form} ${geometry}`, o * i * side * side);
          const given = await packed(values, { form, geometry: forward, adjoint: false, shape }, kernels);
          const wanted = await packed(values, { form, geometry, adjoint: true, shape }, kernels);
          const { size } = wanted;
          const sizes = { in: o, out: i, winograd: Number(form === 'winograd') };
          const steps: AddonStep[] = [
            { kernel: 'transpose_weights', buffers: { weights: 0, y: 1 }, sizes, names: { geometry } },
            {
              kernel: 'copy',
              buffers: { a: 2, y: 3 },
              sizes: { count: size, from: 0, to: 0 },
              values: { scale: 1, shift: 0 },
            },
          ];
          const program = new Program({
            batch: 1,
            threads: 2,
            kernels,
            slots: [],
            buffers: [given, { size }, wanted, { size }],
            steps,
          });
          await program.run(0, 1, 0, false);
          const [made, expected] = [1, 3].map((buffer) => {
            const result = new Float32Array(size);
            program.read(buffer, result);
            return result;
          });
          program.close();
          // Winograd's are sums in float64, of the same numbers in another order.
          if (form === 'direct') assert.equal(made, expected, `${isa} ${o}×${i}`);
          const fault = mismatch(`${isa} ${o}×${i}`, [1, 1, 1, size], made, Float64Array.from(expected), 1e-7);
          assert.is(fault, undefined, fault);
        }
      }
    });
  }

  test('in steps that say impossible things are refused', async () => {
    const { Program } = loadAddon();
    const kernels = { isa: 'baseline', precision: 'f32' } as const;
    const refuse = (change: object, message: RegExp, size = 2304) => {
      const step = {
        kernel: 'transpose_weights',
        buffers: { weights: 0, y: 1 },
        sizes: { in: 16, out: 16, winograd: 0 },
        names: { geometry: 'same' },
        ...change,
      } as AddonStep;
      const spec = { batch: 1, threads: 1, kernels, slots: [], buffers: [{ size: 2304 }, { size }], steps: [step] };
      assert.throws(() => new Program(spec), message);
    };
    refuse({}, /y is too short/, 2303);
    refuse({ sizes: { in: 17, out: 16, winograd: 0 } }, /weights is too short/);
    refuse({ sizes: { in: 16, out: 16, winograd: 1 } }, /weights is too short/);
    refuse({ sizes: { in: 16, out: 0, winograd: 0 } }, /out is out of range/);
    refuse({ names: { geometry: 'down' } }, /weights is too short/);
    refuse({ names: { geometry: 'up' } }, /which is same or down/);
  });

  // Wide enough that weights are held once (src/engine/native/kernel-choice.ts); the reference takes a while.
  for (const [op, size] of [
    ['conv', 3],
    ['conv_up', 4],
  ] as const) {
    test(`${op} of 256 and 512 channels: the adjoint is the true one, and its weights are made in every step`, async () => {
      const side = op === 'conv' ? 3 : 4;
      const weights = normals(`${op} weights`, 256 * 512 * side * side, 0.02);
      const weight = hostTensor([256, 512, side, side], weights);
      const graph = new Graph(1);
      const g = graph.input('g', [256, size, size]);
      const constant = graph.constant('weight', [256, 512, side, side]);
      const y =
        op === 'conv'
          ? apply1(graph, op, [g, constant], { adjoint: true })
          : apply1(graph, op, [g, constant], { adjoint: true, margin: 0 });
      graph.output('y', y);
      const values = normals('g', 256 * size * size);
      const expected = runReference(
        graph,
        new Map([
          ['g', values],
          ['weight', weights],
        ]),
      ).tensors.get(graph.outputs.get('y')!)!;
      for (const convolutions of ['direct', 'winograd'] as const) {
        const engine = createNativeEngine(loadAddon(), { convolutions });
        const executable = await engine.compile(graph, new Map([['weight', weight]]));
        executable.write('g', values);
        executable.run();
        const found = (await executable.read(['y'])).y;
        const fault = mismatch(convolutions, y.shape, found, expected, 1e-5);
        assert.is(fault, undefined, fault);
        assert.ok((await executable.profile()).some(({ kernel }) => kernel === 'transpose_weights'));
        engine.close();
      }
    });
  }
  test.run();
}
