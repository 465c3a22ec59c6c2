import { type Graph, isOp, type Op, type Tensor } from '../graph.js';
import { withoutDeadOps } from '../plan.js';
import type { FusedForms } from './forms.js';
import { type Core, fusedOp, type ProgramOp } from './fused-op.js';
import { joinSmallOps } from './join.js';
import { mergeKernels } from './merge-kernels.js';
import { fuseModulatedLayers } from './modulated-layers.js';
import { Rewriting } from './rewriting.js';
import { fuseScaledGradients } from './scaled-gradients.js';
import { fuseScaledReads } from './scaled-reads.js';
import { fuseStyledLayers } from './styled-layers.js';
import type { AnyOp } from './uses.js';

/**
 * From the ops of a graph to those that an engine runs: the same values, computed together where the engine has kernels for
 * it. Pure: the graph stays as it is, and what is not found runs as the plain ops that it is.
 *
 * The steps, each a pass of its own: ops over maps become kernels that read and write plainly; layers are found whose
 * normalised map need not be stored (`styled-layers.ts`), and layers whose convolutions are scaled, of which one map need be
 * stored (`scaled-reads.ts`, `modulated-layers.ts`, `scaled-gradients.ts`); kernels that only read or only write move into
 * their neighbours (`merge-kernels.ts`); what nobody reads any more is dropped; and small ops that are no maps are joined
 * (`join.ts`).
 *
 * @param forms the kernels over maps that the engine has
 */
export function fuse(graph: Graph, forms: FusedForms): ProgramOp[] {
  const outputs = new Set(graph.outputs.values());
  const rewriting = new Rewriting(graph, withoutDeadOps(graph.ops, outputs).map(overMaps));
  const dropDead = () => rewriting.keep(withoutDeadOps(rewriting.ops, outputs));
  fuseStyledLayers(graph, forms, rewriting);
  fuseModulatedLayers(forms, rewriting);
  fuseScaledReads(forms, rewriting);
  dropDead();
  fuseScaledGradients(forms, rewriting);
  mergeKernels(graph, forms, rewriting);
  return [...joinSmallOps(graph, forms.joined, withoutDeadOps(rewriting.ops, outputs))] as ProgramOp[];
}

/** A convolution or a blur as a kernel that reads and writes plainly; every other op as it is. */
function overMaps(op: Op): AnyOp {
  const plainly = (core: Core) =>
    fusedOp(core, { form: 'plain', x: op.inputs[0]! }, { form: 'plain', y: op.outputs[0] });
  if (isOp(op, 'blur')) {
    const { adjoint, margin } = op.attrs;
    return plainly({ kind: 'blur', margin, adjoint: adjoint && margin > 0 });
  }
  if (isOp(op, 'conv_up')) return plainly({ kind: 'conv_up', ...op.attrs, weight: op.inputs[1]! });
  if (!isOp(op, 'conv')) return op;
  const [, weight, bias] = op.inputs as [Tensor, Tensor, Tensor?];
  const { adjoint } = op.attrs;
  return plainly(
    weight.shape[2] === 1 ? { kind: 'conv1x1', adjoint, weight, bias } : { kind: 'conv3x3', adjoint, weight },
  );
}
