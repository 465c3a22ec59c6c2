import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { stepKernels } from '../../dist/bench/kernels/cases.js';
import { benchShapes, searchStep, shapedModel } from '../../dist/bench/search-step.js';
import {
  type ConvolutionName,
  type ConvolutionShape,
  chooseVariant,
  convolutionVariants,
} from '../../dist/engine/webgpu/convolution-variants.js';
import { webGpuForms } from '../../dist/engine/webgpu/forms.js';
import { lower } from '../../dist/engine/webgpu/lower.js';
import { conv3x3Blocks } from '../../dist/engine/webgpu/pack.js';
import { tiledPatches, tileFor } from '../../dist/engine/webgpu/tiles.js';
import {
  choose,
  type KernelDevice,
  kernelDevice,
  type MeasuredChoices,
  preferring,
  type Tiling,
  type Variant,
} from '../../dist/engine/webgpu/variants.js';
import { apply1 } from '../../dist/graph/build.js';
import { fuse } from '../../dist/graph/fuse/fuse.js';
import type { ProgramOp } from '../../dist/graph/fuse/fused-op.js';
import { Graph } from '../../dist/graph/graph.js';

const test = suite('which kernel runs');

const shape: ConvolutionShape = { into: 64, out: 32, h: 16, w: 16, margin: 0, read: 'styled', bias: false };

/** A device as WebGPU describes it, with subgroups of the given sizes. */
function device(min: number, max: number, features: readonly string[], measured?: MeasuredChoices): KernelDevice {
  const adapterInfo = { subgroupMinSize: min, subgroupMaxSize: max };
  const limits = { maxComputeWorkgroupStorageSize: 16_384 };
  return kernelDevice({ features: new Set(features), limits, adapterInfo }, measured);
}

const kernelOf = (one: KernelDevice, name: ConvolutionName = 'conv3x3') =>
  chooseVariant(name, shape, one).variant.kernel;

test('the broadcast kernels are for devices whose subgroups are always of 8', () => {
  assert.is(kernelOf(device(8, 8, ['subgroups'])), 'conv3x3_broadcast');
  assert.is(kernelOf(device(8, 8, [])), 'conv3x3_tiled');
  assert.is(kernelOf(device(8, 32, ['subgroups'])), 'conv3x3_tiled');
  assert.is(kernelOf(device(32, 32, ['subgroups'])), 'conv3x3_tiled');
  assert.is(kernelOf(device(8, 8, ['subgroups']), 'conv_up'), 'conv_up_broadcast');
  assert.is(kernelOf(device(32, 32, []), 'conv_down'), 'conv_down_tiled');
  assert.is(kernelOf(device(8, 8, ['subgroups']), 'conv1x1'), 'conv1x1');
});

test('a kernel that was measured to be fastest goes first, where the device supports it', () => {
  const asked: Parameters<MeasuredChoices>[] = [];
  const measured: MeasuredChoices = (...question) => {
    asked.push(question);
    return question[2].find(({ kernel }) => kernel === 'conv3x3_tiled');
  };
  const one = device(8, 8, ['subgroups'], measured);
  assert.is(kernelOf(one), 'conv3x3_tiled');
  assert.ok(chooseVariant('conv3x3', shape, one).measured);
  const [[op, at, possible]] = asked;
  assert.equal([op, at], ['conv3x3', shape]);
  assert.equal(
    [...new Set(possible.map(({ kernel }) => kernel))],
    ['conv3x3_broadcast', 'conv3x3_tiled', 'conv3x3_winograd'],
  );
  // What a table says of another device, or of kernels that are gone, is passed over.
  const other = preferring(['conv3x3_broadcast', 'conv3x3_of_old']);
  assert.is(kernelOf(device(32, 32, ['subgroups'], other)), 'conv3x3_tiled');
  assert.is(kernelOf(device(8, 8, ['subgroups'], preferring(['conv_up_tiled']))), 'conv3x3_broadcast');
});

test('a tiling that was measured to be fastest is taken, and one that is not possible passed over', () => {
  const usual = chooseVariant('conv3x3', shape, device(32, 32, []));
  assert.equal(usual.tiling, { ...tileFor(tiledPatches.conv3x3, shape) });
  assert.not.ok(usual.measured);
  const taken = (tiling: Tiling, kernel = 'conv3x3_tiled') => {
    const { variant, ...rest } = chooseVariant(
      'conv3x3',
      shape,
      device(32, 32, [], () => ({ kernel, tiling })),
    );
    return { kernel: variant.kernel, ...rest };
  };
  const other = { quads: 2, rows: 16, groups: 4, slice: 8, split: 1 };
  assert.equal(taken(other), { kernel: 'conv3x3_tiled', tiling: other, measured: true });
  const impossible: [Tiling, string?][] = [
    [{ ...other, rows: 3 }],
    [{ ...other, groups: 8 }], // 32 channels have four groups
    [{ ...other, slice: 64 }],
    [{ quads: 2, rows: 16, groups: 4 }],
    [{ ...other, split: 2 }], // there is too little work
    [{ ...other, more: 1 }],
    [{ workgroup: 8, part: 8 }, 'conv3x3_broadcast'],
    [other, 'conv3x3_of_old'],
  ];
  for (const [tiling, kernel] of impossible) {
    assert.equal(taken(tiling, kernel), { kernel: 'conv3x3_tiled', tiling: usual.tiling, measured: false });
  }
});

test('a launch says what was chosen for it, and why', () => {
  const conv = fusedConvolution(64, 32);
  const choiceOn = (measured: MeasuredChoices) => lower(conv, device(32, 32, [], measured))[0].choice;
  const { measured, ...usual } = choiceOn(() => undefined)!;
  assert.equal(usual, {
    op: 'conv3x3',
    shape: { ...shape, read: 'plain' },
    kernel: 'conv3x3_tiled',
    tiling: { ...tileFor(tiledPatches.conv3x3, shape) },
  });
  assert.not.ok(measured);
  const tuned = choiceOn((_op, _shape, possible) =>
    possible.filter(({ kernel }) => kernel === 'conv3x3_tiled').at(-1),
  )!;
  assert.ok(tuned.measured);
  const { overrides } = lower(
    conv,
    device(32, 32, [], () => tuned),
  )[0];
  const { quads, rows, groups, slice } = tuned.tiling;
  assert.equal([overrides.QUADS, overrides.ROWS, overrides.GROUPS, overrides.SLICE], [quads, rows, groups, slice]);
});

test('no convolution of 0.05 GFLOP starts fewer than 132 workgroups', () => {
  for (const bench of benchShapes) {
    const { cases } = stepKernels(searchStep(shapedModel(bench), 1), device(32, 32, []));
    const few = cases.filter(({ flop, workgroups }) => flop >= 5e7 && workgroups < 132);
    assert.equal(
      few.map(({ kernel, shape, workgroups }) => `${bench.name}: ${kernel} ${shape}, ${workgroups} workgroups`),
      [],
    );
  }
});

test('what a kernel makes in parts is added up by one behind, in memory that nobody else uses', () => {
  const [convolution, sum, ...others] = lower(fusedConvolution(512, 512), device(32, 32, []));
  const parts = { kind: 'scratch', size: 16 * 512 * 256, place: 2 };
  assert.equal([convolution.kernel, convolution.overrides.SPLIT, convolution.bindings.y], ['conv3x3_tiled', 16, parts]);
  assert.equal([sum.kernel, sum.overrides.PARTS, sum.bindings.parts], ['sum_parts', 16, parts]);
  assert.is(others.length, 0);
});

/** A 3×3 convolution of a map of 16 × 16 pixels, as an engine gets it. */
function fusedConvolution(into: number, out: number): ProgramOp {
  const graph = new Graph(3);
  const inputs = [graph.input('x', [into, 16, 16]), graph.constant('weight', [out, into, 3, 3])];
  graph.output('y', apply1(graph, 'conv', inputs, { adjoint: false }));
  return fuse(graph, webGpuForms)[0];
}

test('a new kernel is one entry in a table', () => {
  const halves: Variant<ConvolutionShape> = {
    kernel: 'conv3x3_halves',
    supports: ({ f16 }, { into }) => f16 && into >= 64,
    tilings: () => [{ side: 8 }],
    pack: conv3x3Blocks,
    dispatch: ({ w }, { side }) => ({ overrides: { SIDE: side }, groups: [w / side, 1] }),
  };
  const variants = [halves, ...convolutionVariants.conv3x3];
  const chosen = (one: ConvolutionShape, features: string[]) =>
    choose(variants, 'conv3x3', one, device(32, 32, features)).variant.kernel;
  assert.is(chosen(shape, ['shader-f16']), 'conv3x3_halves');
  assert.is(chosen({ ...shape, into: 3 }, ['shader-f16']), 'conv3x3_tiled');
  assert.is(chosen(shape, []), 'conv3x3_tiled');
  assert.throws(() => choose([halves], 'conv3x3', shape, device(32, 32, [])), /conv3x3: no kernel runs/);
});

test('no two variants share a kernel', () => {
  const kernels = Object.values(convolutionVariants).flatMap((variants) => variants.map(({ kernel }) => kernel));
  assert.is(new Set(kernels).size, kernels.length);
});

test.run();
