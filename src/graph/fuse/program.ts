import { Graph, type Tensor } from '../graph.js';
import type { FusedForms } from './forms.js';
import { fuse } from './fuse.js';
import type { ProgramOp } from './fused-op.js';
import type { JoinedOp } from './joined-op.js';

/** A graph whose ops are fused already: an engine runs `ops`, and takes of the graph its tensors, outputs and batch. */
export interface Program {
  readonly graph: Graph;
  readonly ops: readonly ProgramOp[];
}

/** What an engine with these forms runs of a graph; a program runs as it is. */
export function programOf(work: Graph | Program, forms: FusedForms): Program {
  return 'graph' in work ? work : { graph: work, ops: fuse(work, forms) };
}

/**
 * One op of a program by itself, over `batch` pictures: the temporaries that it reads become inputs, what it makes becomes
 * outputs, but for rates, which engines without need of them do not make (`apart.ts`); constants and states stay what they are. All
 * keep their names.
 */
export function isolate(op: ProgramOp, batch: number): Program {
  const graph = new Graph(batch);
  const copies = new Map<Tensor, Tensor>();
  for (const tensor of op.inputs) {
    if (tensor && !copies.has(tensor)) copies.set(tensor, copyOf(tensor, graph));
  }
  for (const tensor of [...op.outputs, ...madeWithin(op)]) {
    if (copies.has(tensor)) continue;
    const copy = graph.temp([batch, tensor.shape[1], tensor.shape[2], tensor.shape[3]], tensor.name);
    if (op.outputs.includes(tensor) && tensor !== ratesOfWrite(op)) graph.output(tensor.name, copy);
    copies.set(tensor, copy);
  }
  return { graph, ops: [withTensors(op, copies)] };
}

/** What the parts of a joined op make, for each other or for all. */
export function madeWithin(op: ProgramOp): readonly Tensor[] {
  return op.op === 'joined' ? op.parts.flatMap(({ outputs }) => outputs) : [];
}

type SingleOp = Exclude<ProgramOp, JoinedOp>;

/** Ops as they are, and the parts of joined ones one by one; what several have as a part, once. */
export function withoutJoined(ops: readonly ProgramOp[]): SingleOp[] {
  return [...new Set(ops.flatMap((op): SingleOp[] => (op.op === 'joined' ? [...op.parts] : [op])))];
}

function ratesOfWrite(op: ProgramOp): Tensor | undefined {
  return op.op === 'fused' && op.write.form === 'summed' ? op.write.rates?.made : undefined;
}

function copyOf({ name, shape, kind }: Tensor, graph: Graph): Tensor {
  if (kind === 'constant') return graph.constant(name, shape);
  const [, c, h, w] = shape;
  return kind === 'state' ? graph.state(name, [c, h, w]) : graph.input(name, [c, h, w]);
}

/** An op, or a part of one, with other tensors, or parts, in place of its own. */
export function withTensors<T>(part: T, copies: ReadonlyMap<object, object>): T {
  if (typeof part !== 'object' || part === null) return part;
  const copy = copies.get(part);
  if (copy) return copy as T;
  if (Array.isArray(part)) return part.map((one) => withTensors(one, copies)) as T;
  return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, withTensors(one, copies)])) as T;
}
