import { type Program, programOf } from '../../graph/fuse/program.js';
import type { Graph } from '../../graph/graph.js';
import type { Precision } from '../engine.js';
import { webGpuForms } from './forms.js';
import { withHalfMaps } from './half-maps.js';

/** What the webgpu engine runs of a graph: its ops fused, and its tensors in the types that they are stored in. */
export function webGpuProgram(work: Graph | Program, precision: Precision): Program {
  const program = programOf(work, webGpuForms);
  return precision === 'f16' ? withHalfMaps(program) : program;
}
