import { describe } from '../../engine/describe.js';
import type { Precision } from '../../engine/engine.js';
import { convolutionVariants } from '../../engine/webgpu/convolution-variants.js';
import { type Dispatch, PARTS_PLACE } from '../../engine/webgpu/dispatch.js';
import { trafficOf, workgroupsOf } from '../../engine/webgpu/launches.js';
import { lower } from '../../engine/webgpu/lower.js';
import { webGpuProgram } from '../../engine/webgpu/program.js';
import { type KernelDevice, preferring } from '../../engine/webgpu/variants.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import type { Graph } from '../../graph/graph.js';

/** A kernel at one shape, however often a step launches it so. */
export interface KernelCase {
  /** A file of shaders/, without extension. */
  readonly kernel: string;
  /**
   * What it works on: `conv3x3 [1, 128, 32, 32] → [1, 64, 32, 32]`, and where two cases of a kernel are alike in that, the
   * overrides in which they differ. With the kernel's name it is the case's own in a step.
   */
  readonly shape: string;
  /** One of the ops that it serves, and the launch that serves it. */
  readonly op: ProgramOp;
  readonly dispatch: Dispatch;
  /** How often a step launches it. */
  readonly n: number;
  /** Workgroups of a launch, over all pictures. */
  readonly workgroups: number;
  /** Floating point operations of a launch, over all pictures (a multiply-add is two); 0 where they are not counted. */
  readonly flop: number;
  /** Bytes that a launch has to read and write at least, over all pictures. */
  readonly bytes: number;
}

/** What a step is made of. */
export interface StepKernels {
  readonly dispatches: number;
  readonly pipelines: number;
  readonly flop: number;
  readonly bytes: number;
  /** In the order in which a step first launches them. */
  readonly cases: readonly KernelCase[];
}

/** The kernels that a graph becomes on a device in a precision, counted by kernel and shape. */
export function stepKernels(graph: Graph, device: KernelDevice, precision: Precision = 'f32'): StepKernels {
  const { ops } = webGpuProgram(graph, precision);
  const launches = ops.flatMap((op) => lower(op, device).map((dispatch) => ({ op, dispatch })));
  const groups = new Map<string, (typeof launches)[number][]>();
  for (const launch of launches) {
    const key = sizesOf(launch.dispatch);
    groups.set(key, [...(groups.get(key) ?? []), launch]);
  }
  const unnamed = [...groups.values()].map((alike): KernelCase => {
    const { op, dispatch } = alike[0];
    return {
      kernel: dispatch.kernel,
      shape: describe(op),
      op,
      dispatch,
      n: alike.length,
      workgroups: workgroupsOf(dispatch, graph.batch),
      flop: dispatch.flop * graph.batch,
      bytes: trafficOf(dispatch, graph.batch),
    };
  });
  const sum = (of: (one: KernelCase) => number) => unnamed.reduce((total, one) => total + one.n * of(one), 0);
  return {
    dispatches: launches.length,
    pipelines: new Set(launches.map(({ dispatch: { kernel, overrides } }) => `${kernel} ${JSON.stringify(overrides)}`))
      .size,
    flop: sum(({ flop }) => flop),
    bytes: sum(({ bytes }) => bytes),
    cases: distinguish(unnamed),
  };
}

/**
 * The kernels that the device could run in place of those that `stepKernels` gives, at the same shapes: every variant of a
 * convolution that it supports. They are as often launched as those.
 */
export function alternativeKernels(graph: Graph, device: KernelDevice): KernelCase[] {
  const isSame = (a: KernelCase, b: KernelCase) => a.kernel === b.kernel && sizesOf(a.dispatch) === sizesOf(b.dispatch);
  const chosen = stepKernels(graph, device).cases;
  const names = Object.values(convolutionVariants).flatMap((variants) => variants.map(({ kernel }) => kernel));
  return names.flatMap((name) => {
    const { cases } = stepKernels(graph, { ...device, measured: preferring([name]) });
    return cases.filter((one) => one.kernel === name && !chosen.some((other) => isSame(one, other)));
  });
}

/** A launch, and those behind it that add up what it makes in parts: of all the launches of an op. */
export function withSums(launches: readonly Dispatch[], launch: Dispatch): Dispatch[] {
  const hasParts = ({ bindings }: Dispatch) =>
    Object.values(bindings).some((one) => one.kind === 'scratch' && one.place === PARTS_PLACE);
  if (!hasParts(launch)) return [launch];
  return [launch, ...launches.slice(launches.indexOf(launch) + 1).filter(hasParts)];
}

/** The same device, on which no convolution is made in parts. */
export function makingWholes(device: KernelDevice): KernelDevice {
  return {
    ...device,
    measured: (op, shape, possible) => {
      const whole = possible.filter(({ tiling }) => (tiling.split ?? 1) === 1);
      return device.measured(op, shape, whole) ?? whole[0];
    },
  };
}

/** All that says how large the work of a dispatch is: launches with the same are the same work. */
function sizesOf({ kernel, overrides, groups, bindings }: Dispatch): string {
  const sizes = Object.entries(bindings).map(([name, binding]) => {
    if (binding.kind === 'tensor') return [name, binding.tensor.shape.slice(1)];
    if (binding.kind === 'tensors') return [name, binding.tensors.map(({ shape }) => shape.slice(1))];
    return [name, binding.kind === 'table' ? binding.key : binding.kind === 'scratch' ? binding.size : binding.kind];
  });
  return JSON.stringify([kernel, overrides, groups, sizes]);
}

/** Gives cases of one kernel whose shapes read alike the overrides in which they differ, or else a number. */
function distinguish(cases: readonly KernelCase[]): KernelCase[] {
  return cases.map((one) => {
    const alike = cases.filter(({ kernel, shape }) => kernel === one.kernel && shape === one.shape);
    if (alike.length === 1) return one;
    const words = differing(alike).map((name) => `${name}=${one.dispatch.overrides[name]}`);
    const rivals = alike.filter((other) => differing([one, other]).length === 0);
    if (rivals.length > 1) words.push(`#${rivals.indexOf(one) + 1}`);
    return { ...one, shape: [one.shape, ...words].join(' ') };
  });
}

/** The overrides in which cases of one kernel differ. */
function differing(cases: readonly KernelCase[]): string[] {
  const names = Object.keys(cases[0].dispatch.overrides);
  return names.filter((name) => new Set(cases.map(({ dispatch }) => dispatch.overrides[name])).size > 1);
}
