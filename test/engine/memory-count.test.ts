// What a search takes of a GPU, counted without one.

import * as assert from 'uvu/assert';
import { randomStyleGan1, randomStyleGan2 } from '../../dist/bench/random-weights.js';
import { benchShapes, searchStep, shapedModel } from '../../dist/bench/search-step.js';
import type { Precision } from '../../dist/engine/engine.js';
import { webGpuForms } from '../../dist/engine/webgpu/forms.js';
import { lower } from '../../dist/engine/webgpu/lower.js';
import { MemoryCount } from '../../dist/engine/webgpu/memory-count.js';
import { webGpuProgram } from '../../dist/engine/webgpu/program.js';
import type { KernelDevice } from '../../dist/engine/webgpu/variants.js';
import { programOf } from '../../dist/graph/fuse/program.js';
import { elements } from '../../dist/graph/graph.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import type { Network } from '../../dist/model/network.js';
import { readStyleGan1 } from '../../dist/model/read-stylegan1.js';
import { readStyleGan2 } from '../../dist/model/read-stylegan2.js';
import { openWebGpu } from '../../dist/node/dawn.js';
import { defaultStep } from '../../dist/pulse/default-step.js';
import { gpuBatch } from '../../dist/runs/usual-batch.js';
import { adapterSuite } from '../skip.js';

const test = adapterSuite('webgpu: memory');

/** A GPU's kernels. */
const gpu: KernelDevice = { subgroups: [32, 32], f16: true, workgroupMemory: 32768, measured: () => undefined };
const countOf = (name: string, precision: Precision = 'f32') => {
  const model = shapedModel(benchShapes.find((shape) => shape.name === name)!);
  return new MemoryCount(webGpuProgram(searchStep(model, 1, precision), precision), gpu, 2 ** 31 - 4);
};

test('a search for one picture with StyleGAN1 at 1024 px takes at most 700 MB, and in half 400', () => {
  for (const [precision, most] of [
    ['f32', 700e6],
    ['f16', 400e6],
  ] as const) {
    const { bytes, weights, kept, temporaries } = countOf('1024', precision).of(1);
    assert.ok(bytes <= most, `${precision}: ${bytes}`);
    assert.is(weights + kept + temporaries, bytes);
  }
});

test('a GPU gets as many pictures as it has memory for', () => {
  const count = countOf('demo');
  const batch = (memory?: number) => gpuBatch(128, (pictures) => count.of(pictures), memory);
  assert.is(batch(), 32);
  assert.is(batch(1), 1);
  const eight = count.of(8).bytes;
  assert.is(batch(2 * eight), 8);
  assert.is(batch(2 * eight - 2), 7);
  assert.is(
    gpuBatch(1024, () => ({ bytes: 0 })),
    16,
  );
});

test('what a layout of weights takes is what it says', () => {
  const widths = { fmapBase: 120, fmapMax: 13, latentSize: 24 };
  const network = readStyleGan1('odd', randomStyleGan1(16, widths), 1e-5);
  const { ops } = programOf(defaultStep('odd', network, 8, 1), webGpuForms);
  let said = 0;
  for (const { bindings } of ops.flatMap((op) => lower(op, gpu))) {
    for (const binding of Object.values(bindings)) {
      if (binding.kind !== 'weight' || binding.weight.numbers === undefined) continue;
      const { tensor, pack, numbers, key } = binding.weight;
      assert.is(numbers, pack(new Float32Array(elements(tensor.shape))).length, key);
      said++;
    }
  }
  assert.ok(said > 10);
});

const networks: Record<string, Network> = {
  stylegan1: readStyleGan1('tiny', randomStyleGan1(16, { fmapBase: 40, fmapMax: 7, latentSize: 24 }), 1e-5),
  stylegan2: readStyleGan2('tiny', randomStyleGan2(16, { fmapBase: 48, fmapMax: 7, latentSize: 24 }), {}),
};

for (const [name, network] of Object.entries(networks)) {
  test(`what is counted is what an executable takes: ${name}`, async () => {
    const fit = ['fit.mean', 'fit.std'].map(
      (one) => [one, hostTensor([24, 1, 1, 1], new Float32Array(24).fill(1))] as const,
    );
    const constants = new Map([...network.constants, ...fit]);
    // With the second limit batches are cut into chunks of two pictures.
    for (const bindingLimit of [undefined, 7 * 16 * 16 * 4 * 2]) {
      const engine = await openWebGpu({ adapter: process.env.FACEWRIGHT_ADAPTER, tuned: false, bindingLimit });
      const count = engine.countMemory!(defaultStep(name, network, 8, 1));
      for (const batch of [1, 5]) {
        const executable = await engine.compile(defaultStep(name, network, 8, batch), constants);
        assert.is(count(batch).bytes, executable.bytes, `${batch}`);
        executable.close();
      }
      engine.close();
    }
  });
}

test.run();
