/** The texts of kernels, as the compiler gets them, for all that steps launch on any GPU: in float32 and in half, whatever is told apart. */

import * as assert from 'uvu/assert';
import { benchShapes, searchStep, shapedModel } from '../../dist/bench/search-step.js';
import type { StoragePrecision } from '../../dist/engine/webgpu/assemble.js';
import { Kernels, storageKey } from '../../dist/engine/webgpu/kernels.js';
import { lower } from '../../dist/engine/webgpu/lower.js';
import { webGpuProgram } from '../../dist/engine/webgpu/program.js';
import { storageOf } from '../../dist/engine/webgpu/storage.js';
import { type KernelDevice, preferring } from '../../dist/engine/webgpu/variants.js';
import { openGpu } from '../../dist/node/dawn.js';
import { readShaders } from '../../dist/node/paths.js';
import { adapterSuite } from '../skip.js';
import { conformanceCases } from './conformance.js';
import { WINOGRAD } from './winograd.js';

const test = adapterSuite('webgpu: texts of kernels');
const kernels = new Kernels(await readShaders());

/** Families of convolutions that need nothing of a device but f16. */
const families: readonly Partial<KernelDevice>[] = [
  { subgroups: [8, 8] },
  { subgroups: [32, 32] },
  { subgroups: [32, 32], workgroupMemory: 32_768, measured: preferring(WINOGRAD) },
];

for (const precision of ['f32', 'f16'] as const) {
  test(`${precision}: steps of both networks at 1024 px, and all cases of conformance`, async () => {
    const { device } = await openGpu({ adapter: process.env.FACEWRIGHT_ADAPTER, precision });
    try {
      const texts = textsOf(precision);
      assert.ok(texts.size > 50, `${texts.size} texts`);
      for (const [name, code] of texts) {
        device.pushErrorScope('validation');
        const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
        await device.popErrorScope();
        const mistakes = messages.filter(({ type }) => type === 'error');
        assert.equal(
          mistakes.map(({ lineNum, message }) => `line ${lineNum}: ${message}`),
          [],
          name,
        );
      }
    } finally {
      device.destroy();
    }
  });
}

/** By the kernel's name and what it stores. */
function textsOf(precision: StoragePrecision): Map<string, string> {
  const steps = benchShapes
    .filter(({ resolution }) => resolution === 1024)
    .map((shape) => searchStep(shapedModel(shape), 1, precision));
  const graphs = [...steps, ...conformanceCases().map(({ build }) => build(2).graph)];
  const devices = families.map((one) => ({
    subgroups: [32, 32] as const,
    f16: precision === 'f16',
    workgroupMemory: 16_384,
    measured: () => undefined,
    ...one,
  }));
  const dispatches = graphs
    .flatMap((graph) => webGpuProgram(graph, precision).ops)
    .flatMap((op) => devices.flatMap((device) => lower(op, device)));
  return new Map(
    dispatches.map((dispatch) => {
      const storage = storageOf(dispatch, kernels.get(dispatch.kernel).declarations);
      return [`${dispatch.kernel}, ${storageKey(storage)}`, kernels.get(dispatch.kernel, storage).code];
    }),
  );
}

test.run();
