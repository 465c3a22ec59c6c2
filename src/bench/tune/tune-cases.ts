import {
  type ConvolutionName,
  type ConvolutionShape,
  convolutionChoices,
} from '../../engine/webgpu/convolution-variants.js';
import type { Dispatch } from '../../engine/webgpu/dispatch.js';
import { lower } from '../../engine/webgpu/lower.js';
import { isSamePlace } from '../../engine/webgpu/tuned.js';
import { type Choice, type KernelDevice, sameChoice } from '../../engine/webgpu/variants.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import type { Graph } from '../../graph/graph.js';
import { stepKernels, withSums } from '../kernels/cases.js';

/** An op at a shape that a step has, with all the ways in which it can run. */
export interface TuneCase {
  readonly op: ConvolutionName;
  readonly shape: ConvolutionShape;
  /** One of the ops of the step that are of that shape: the one that is launched most often. */
  readonly example: ProgramOp;
  /** How often a step launches it. */
  readonly n: number;
  /** Floating point operations of all these launches. */
  readonly flop: number;
  /** Every way to run it on the device; the first is the usual one. */
  readonly choices: readonly Choice[];
}

/** What there is to choose in a step, what has most arithmetic first. */
export function tuneCases(step: Graph, device: KernelDevice): TuneCase[] {
  const usual = { ...device, measured: () => undefined };
  const cases: TuneCase[] = [];
  const launches = [...stepKernels(step, usual).cases].sort((a, b) => b.n - a.n);
  for (const { op: example, dispatch, n, flop } of launches) {
    if (!dispatch.choice) continue;
    const op = dispatch.choice.op as ConvolutionName;
    const shape = dispatch.choice.shape as ConvolutionShape;
    const known = cases.findIndex((one) => isSamePlace(one, { op, shape }));
    if (known >= 0) {
      const before = cases[known];
      cases[known] = { ...before, n: before.n + n, flop: before.flop + n * flop };
    } else cases.push({ op, shape, example, n, flop: n * flop, choices: convolutionChoices(op, shape, usual) });
  }
  return cases.sort((a, b) => b.flop - a.flop);
}

/** The launches of a case with that choice: one, or two where parts are added up. @throws Error when the device cannot do it */
export function launchesOf({ op, example }: TuneCase, choice: Choice, device: KernelDevice): Dispatch[] {
  const dispatches = lower(example, { ...device, measured: () => choice });
  const launch = dispatches.find((dispatch) => dispatch.choice?.op === op && sameChoice(dispatch.choice, choice));
  if (!launch) throw new Error(`${op}: ${choice.kernel} cannot run so here: ${JSON.stringify(choice.tiling)}`);
  return withSums(dispatches, launch);
}
