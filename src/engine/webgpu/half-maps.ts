import type { FusedOp, GradientSource, PlainOpName, ProgramOp, Write } from '../../graph/fuse/fused-op.js';
import { madeWithin, type Program, withoutJoined, withTensors } from '../../graph/fuse/program.js';
import type { Tensor } from '../../graph/graph.js';

/**
 * The same program with its maps and the weights of its convolutions in half: the one place that says which tensors are. Sums,
 * coefficients, styles, noise and pictures stay float32, and so do states, which gather small steps.
 *
 * A tensor is half where all ops that read or write it can have it so, and one of them is an op over maps. To-RGB, which makes
 * pictures of maps, has its picture in float32; so have all ops over pictures.
 */
export function withHalfMaps({ graph, ops }: Program): Program {
  const halves = new Set<Tensor>();
  const wholes = new Set<Tensor>();
  for (const op of ops) {
    const maps = new Set(mapsOf(op));
    const either = op.op === 'add';
    for (const tensor of [...op.inputs, ...op.outputs, ...op.writes]) {
      if (!tensor || either) continue;
      (maps.has(tensor) ? halves : wholes).add(tensor);
    }
  }
  const isHalf = (tensor: Tensor) => tensor.kind !== 'state' && halves.has(tensor) && !wholes.has(tensor);
  const used = ops
    .flatMap((op) => [...op.inputs, ...op.outputs, ...op.writes, ...madeWithin(op)])
    .filter((tensor) => tensor !== undefined);
  const copies = new Map(used.map((one) => [one, isHalf(one) ? { ...one, dtype: 'f16' as const } : one]));
  // What several joined ops have for a part stays one op.
  const all = new Map<object, object>(copies);
  for (const op of withoutJoined(ops)) all.set(op, withTensors(op, copies));
  return { graph: graph.replacing(copies), ops: ops.map((op) => withTensors(op, all)) };
}

/** Inputs of ops over maps that are maps, by place; all their outputs are, but where sums are named. */
const MAP_INPUTS: { readonly [N in PlainOpName]?: { readonly inputs: readonly number[]; readonly sums?: true } } = {
  repeat: { inputs: [0] },
  add_noise: { inputs: [0] },
  bias_act: { inputs: [0] },
  instance_norm: { inputs: [0] },
  instance_norm_gradient: { inputs: [0, 1] },
  modulate: { inputs: [0] },
  modulate_gradient: { inputs: [0] },
  modulate_sums: { inputs: [0, 1], sums: true },
  scale: { inputs: [0] },
  scale_sums: { inputs: [0, 1], sums: true },
  noise_gradient: { inputs: [0], sums: true },
  lrelu_gradient: { inputs: [0, 1] },
};

/** The tensors that an op can have in half. */
function mapsOf(op: ProgramOp): Tensor[] {
  if (op.op === 'fused') return mapsOfFused(op);
  if (op.op === 'joined') return op.parts.flatMap(mapsOf);
  const maps = MAP_INPUTS[op.op];
  if (!maps) return [];
  return [...maps.inputs.flatMap((place) => op.inputs[place] ?? []), ...(maps.sums ? [] : op.outputs)];
}

function mapsOfFused({ core, read, write }: FusedOp): Tensor[] {
  const weights = 'weight' in core ? [core.weight] : [];
  // The picture of to-RGB, whichever way round, is no map.
  const from = core.kind === 'conv1x1' && core.adjoint ? [] : [read.x];
  const source = 'source' in read ? sourceMaps(read.source) : [];
  const to = core.kind === 'conv1x1' && !core.adjoint ? [] : writtenMaps(write);
  return [...weights, ...from, ...source, ...to];
}

function sourceMaps(source: GradientSource): Tensor[] {
  return [source.kind === 'stored' ? source.g : source.weight];
}

function writtenMaps(write: Write): Tensor[] {
  switch (write.form) {
    case 'plain':
    case 'activated':
      return [write.y];
    case 'styled':
      return [write.x];
    case 'summed':
      return [write.x, write.y, write.back?.y, write.back?.blurred].filter((tensor) => tensor !== undefined);
    case 'scaled':
      return [write.x, write.plus, write.y].filter((tensor) => tensor !== undefined);
  }
}
