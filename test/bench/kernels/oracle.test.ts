// Every op of a search step by itself, on the device that is measured and on the native engine.

import * as assert from 'uvu/assert';
import { type BenchDevice, openBenchDevice } from '../../../dist/bench/kernels/bench-device.js';
import { stepKernels } from '../../../dist/bench/kernels/cases.js';
import { compareOp, compilerOn, relativeError } from '../../../dist/bench/kernels/oracle.js';
import { searchStep, shapedModel } from '../../../dist/bench/search-step.js';
import { describe } from '../../../dist/engine/describe.js';
import type { Engine } from '../../../dist/engine/engine.js';
import { nativeForms } from '../../../dist/engine/native/forms.js';
import { webGpuForms } from '../../../dist/engine/webgpu/forms.js';
import { Kernels } from '../../../dist/engine/webgpu/kernels.js';
import { PipelineCache } from '../../../dist/engine/webgpu/pipelines.js';
import { openNative } from '../../../dist/node/native.js';
import { readShaders } from '../../../dist/node/paths.js';
import { adapterSuite } from '../../skip.js';

const test = adapterSuite<{ bench: BenchDevice; native: Engine }>('an op by itself');

test.before(async (context) => {
  context.bench = await openBenchDevice({ adapter: process.env.FACEWRIGHT_ADAPTER });
  context.native = openNative({ convolutions: 'direct' });
});
test.after(({ bench, native }) => {
  bench.close();
  native.close();
});

/** The ops of a step of a tiny network, each shape once. */
function opsOf(kind: 'stylegan1' | 'stylegan2', bench: BenchDevice, batch: number) {
  const shape = {
    name: kind,
    kind,
    resolution: 16,
    fmapBase: kind === 'stylegan1' ? 64 : 128,
    fmapMax: 12,
    targetSize: 4,
  };
  const { cases } = stepKernels(searchStep(shapedModel(shape), batch), bench.kernelDevice);
  return [...new Set(cases.map(({ op }) => op))];
}

for (const kind of ['stylegan1', 'stylegan2'] as const) {
  test(`all ops of ${kind} make the same on both engines`, async ({ bench, native }) => {
    const ops = opsOf(kind, bench, 1);
    assert.ok(ops.length > 20, `only ${ops.length} ops`);
    for (const op of ops) {
      const errors = await compareOp(op, 2, compilerOn(bench), native);
      assert.ok(errors.size > 0, describe(op));
      for (const [name, error] of errors) assert.ok(error < 1e-5, `${describe(op)}: ${name} ${error}`);
    }
  });
}

test('a kernel that is wrong is seen', async ({ bench, native }) => {
  const shaders = await readShaders();
  const strips = shaders['lib/strips'].replace('/ 16.0', '/ 16.1');
  assert.not.equal(strips, shaders['lib/strips']);
  const kernels = new Kernels({ ...shaders, 'lib/strips': strips });
  const wrong = compilerOn({ ...bench, kernels, pipelines: new PipelineCache(bench.device, kernels) });
  const op = opsOf('stylegan2', bench, 1).find((one) => describe(one).startsWith('blur'))!;
  const [[, error]] = await compareOp(op, 1, wrong, native);
  assert.ok(error > 5e-3 && error < 8e-3, `${error}`);
});

test('the native engine has all forms that webgpu has, as one op or as several', () => {
  const has = (core: keyof typeof ofMaps, read: string, write: string) =>
    nativeForms[core].some(([r, w]) => r === read && w === write);
  const { joined: _, ...ofMaps } = webGpuForms;
  for (const [name, forms] of Object.entries(ofMaps)) {
    for (const [read, write] of forms) {
      const core = name as keyof typeof ofMaps;
      // As apart.ts takes them apart.
      const apart =
        core === 'conv_up blurred'
          ? has('conv_up', read, 'plain') && has('blur', 'plain', write)
          : has(core, read, core === 'none' ? write.replace('summed back', 'sums') : write.replace(' back', ''));
      assert.ok(has(core, read, write.replace(' rates', '')) || apart, `${core}: ${read} to ${write}`);
    }
  }
});

test('the error is relative to what is expected', () => {
  assert.is(relativeError(Float32Array.of(3, 4), Float32Array.of(3, 4)), 0);
  assert.is(relativeError(Float32Array.of(3, 5), Float32Array.of(3, 4)), 0.2);
  assert.is(relativeError(Float32Array.of(0, 2), Float32Array.of(0, 0)), 2);
  assert.ok(Number.isNaN(relativeError(Float32Array.of(Number.NaN), Float32Array.of(1))));
  assert.throws(() => relativeError(Float32Array.of(1), Float32Array.of(1, 2)), /1 values instead of 2/);
});

test.run();
