/**
 * The conformance suite for maps in half: the same cases, held against a float64 interpreter of the engine's own program that rounds
 * every tensor which is stored in half, and nothing else, to the nearest half.
 *
 * What is allowed beyond a case's own tolerance is HALF, eight times the 2⁻¹¹ by which the nearest half may be off. A map that is read
 * differs from the reference's where float32 rounds to another half than float64 (one of them), and where a kernel gets it in half from
 * another (two); what is written may again (one more). WGSL lets a device round towards zero, which is off by twice as much.
 */

import type { Engine } from '../../dist/engine/engine.js';
import { webGpuProgram } from '../../dist/engine/webgpu/program.js';
import { runProgram } from '../graph/fused-reference.js';
import type { NamedValues } from '../reference.js';
import {
  type BuiltCase,
  batchFaults,
  type Case,
  conformanceCases,
  engineRuns,
  mismatch,
  readable,
} from './conformance.js';

/** Relative norm allowed because of the format. */
const HALF = 8 * 2 ** -11;

/** The cases that have something in half. */
export function halfCases(): Case[] {
  return conformanceCases().filter(({ build }) => {
    const { graph, ops } = webGpuProgram(build(1).graph, 'f16');
    return [...graph.tensors, ...ops.flatMap((op) => [...op.outputs])].some(({ dtype }) => dtype === 'f16');
  });
}

/** The values of all that `readable` names after each run. */
function halfReferenceRuns(built: BuiltCase, runs: Case['runs']): NamedValues[] {
  const { graph, ops } = webGpuProgram(built.graph, 'f16');
  const values = new Map<string, Float64Array | Float32Array>(built.values);
  return runs.map((scalars) => {
    const tensors = runProgram(graph, ops, values, scalars);
    for (const tensor of graph.tensors) if (tensor.kind === 'state') values.set(tensor.name, tensors.get(tensor)!);
    return new Map(readable(built).map((name) => [name, tensors.get((graph.outputs.get(name) ?? graph.find(name))!)!]));
  });
}

/** Runs a case in half and says how its results differ from the reference's, and a picture's from one batch to another. */
export async function halfFaults(engine: Engine, each: Case): Promise<string[]> {
  const { build, runs, tolerance } = each;
  const built = build(3);
  const expected = halfReferenceRuns(built, runs);
  const found = await engineRuns(engine, built, runs);
  const differences = expected.flatMap((values, run) =>
    [...values].flatMap(([name, reference]) => {
      const { shape } = (built.graph.outputs.get(name) ?? built.graph.find(name))!;
      return mismatch(`run ${run + 1}: ${name}`, shape, found[run][name], reference, tolerance + HALF) ?? [];
    }),
  );
  return [...differences, ...(await batchFaults(engine, each))];
}
