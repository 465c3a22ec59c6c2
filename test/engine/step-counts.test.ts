/** What a search step at 1024 px launches and moves on a GPU, counted from the lowering: no more than it did. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { stepKernels } from '../../dist/bench/kernels/cases.js';
import { benchShapes, searchStep, shapedModel } from '../../dist/bench/search-step.js';
import { webGpuForms } from '../../dist/engine/webgpu/forms.js';
import { lower } from '../../dist/engine/webgpu/lower.js';
import type { KernelDevice } from '../../dist/engine/webgpu/variants.js';
import { fuse } from '../../dist/graph/fuse/fuse.js';

const test = suite('what a step launches');

interface Counts {
  readonly dispatches: number;
  /** Of the dispatches those of ops over maps. */
  readonly ofMaps: number;
  readonly pipelines: number;
  readonly gigabytes: number;
}

/** The most of each, by the bench's shapes. */
const LIMITS: Readonly<Record<string, Counts>> = {
  '1024': { dispatches: 90, ofMaps: 78, pipelines: 80, gigabytes: 2.5 },
  'sg2-1024': { dispatches: 170, ofMaps: 148, pipelines: 128, gigabytes: 6.2 },
};

const gpu: KernelDevice = { subgroups: undefined, f16: false, workgroupMemory: 32_768, measured: () => undefined };

for (const [name, limits] of Object.entries(LIMITS)) {
  test(`${name} stays within its limits`, () => {
    const graph = searchStep(shapedModel(benchShapes.find((shape) => shape.name === name)!), 1);
    const { dispatches, pipelines, bytes } = stepKernels(graph, gpu);
    const maps = fuse(graph, webGpuForms).filter(({ op }) => op === 'fused');
    const ofMaps = maps.flatMap((op) => lower(op, gpu)).length;
    const counted: Counts = { dispatches, ofMaps, pipelines, gigabytes: bytes / 1e9 };
    for (const [what, most] of Object.entries(limits)) {
      const count = counted[what as keyof Counts];
      assert.ok(count <= most, `${count} ${what}, and not ${most}`);
    }
  });
}

test.run();
