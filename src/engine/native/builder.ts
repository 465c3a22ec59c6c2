import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { elements, type Graph, type Tensor } from '../../graph/graph.js';
import { describe } from '../describe.js';
import {
  floats,
  type LayoutName,
  type PlannedBuffer,
  type PlannedStep,
  type ProgramPlan,
  planProgram,
} from './program.js';
import { type Packing, packingKey, type Step } from './step.js';
import type { KernelName } from './table.js';

/** A step, and its floating point operations: as the plain algorithm needs, and as the kernel does where that is fewer. */
export interface StepParts extends Omit<Step<PlannedBuffer>, 'kernel'> {
  readonly flop?: number;
  readonly executed?: number;
}

/** A program in the making: its steps so far, where tensors are and in which layout. */
export class ProgramBuilder {
  readonly #steps: PlannedStep[] = [];
  readonly #kept = new Map<Tensor, PlannedBuffer>();
  readonly #buffers: Record<LayoutName, Map<Tensor, PlannedBuffer>> = { planar: new Map(), blocked: new Map() };
  readonly #constants = new Map<string, PlannedBuffer>();
  readonly #outputs: ReadonlySet<Tensor>;
  /** How often tensors are still to be read. */
  readonly #reads = new Map<Tensor, number>();

  /** @param ops all that the program will do, in their order */
  constructor(graph: Graph, ops: readonly ProgramOp[]) {
    this.#outputs = new Set(graph.outputs.values());
    for (const input of ops.flatMap(({ inputs }) => inputs)) {
      if (input) this.#reads.set(input, (this.#reads.get(input) ?? 0) + 1);
    }
    for (const tensor of graph.tensors) {
      if (tensor.kind === 'input' || tensor.kind === 'state') this.#keep(tensor);
    }
  }

  /** The steps of an op are there: it reads nothing any more, and what states it changed are no longer what copies hold. */
  done({ inputs, writes }: ProgramOp): void {
    for (const input of inputs) if (input) this.#reads.set(input, this.#reads.get(input)! - 1);
    for (const state of writes) this.#buffers.blocked.delete(state);
  }

  /** The finished plan; outputs that were made in another layout are brought into the one of the boundary. */
  plan(): ProgramPlan {
    for (const tensor of this.#outputs) {
      if (tensor.kind === 'constant') continue;
      this.planar(tensor);
    }
    return planProgram(this.#steps, this.#kept);
  }

  /** A tensor in a layout; steps that change the layout are added where it is not there yet. */
  planar(tensor: Tensor): PlannedBuffer {
    if (tensor.kind === 'constant') return this.constant(tensor, { form: 'plain' });
    const known = this.#buffers.planar.get(tensor);
    if (known) return known;
    const from = this.#made(tensor, 'blocked');
    const to = this.makePlanar(tensor);
    this.#changeLayout('to_planar', tensor, from, to);
    return to;
  }

  blocked(tensor: Tensor): PlannedBuffer {
    if (tensor.kind === 'constant') return this.constant(tensor, { form: 'blocked' });
    const known = this.#buffers.blocked.get(tensor);
    if (known) return known;
    const from = this.#made(tensor, 'planar');
    const to = this.makeBlocked(tensor);
    this.#changeLayout('to_blocked', tensor, from, to);
    return to;
  }

  /** Whether a tensor is there with its channels side by side. */
  isBlocked(tensor: Tensor): boolean {
    return this.#buffers.blocked.has(tensor);
  }

  /**
   * The buffer that a step will make of a tensor.
   *
   * @param over a tensor of the same shape in whose place it may be made, if the step at hand is the last that reads it, and that once
   */
  makePlanar(tensor: Tensor, over?: Tensor): PlannedBuffer {
    return this.#outputs.has(tensor) ? this.#keep(tensor) : this.#make(tensor, 'planar', over);
  }

  /** The same of a blocked map. */
  makeBlocked(tensor: Tensor, over?: Tensor): PlannedBuffer {
    return this.#make(tensor, 'blocked', over);
  }

  /** What one step leaves to the next, of so many floats. */
  temporary(size: number): PlannedBuffer {
    return { kind: 'temporary', size };
  }

  /** A constant as a kernel wants it; the same for all who ask alike. */
  constant(tensor: Tensor, packing: Packing): PlannedBuffer {
    const key = `${tensor.id} ${packingKey(packing)}`;
    let buffer = this.#constants.get(key);
    if (!buffer) {
      buffer = { kind: 'constant', size: elements(tensor.shape), constant: { tensor, packing } };
      this.#constants.set(key, buffer);
    }
    return buffer;
  }

  step(kernel: KernelName, op: ProgramOp, { flop = 0, ...parts }: StepParts): void {
    this.#steps.push({ kernel, ...parts, op: describe(op), flop });
  }

  #keep(tensor: Tensor): PlannedBuffer {
    const buffer: PlannedBuffer = { kind: 'kept', size: floats(tensor.shape, 'planar') };
    this.#kept.set(tensor, buffer);
    this.#buffers.planar.set(tensor, buffer);
    return buffer;
  }

  #make(tensor: Tensor, layout: LayoutName, over: Tensor | undefined): PlannedBuffer {
    const spent = over && this.#reads.get(over) === 1 && !this.#outputs.has(over) && this.#buffers[layout].get(over);
    const buffer = spent && spent.kind === 'temporary' ? spent : this.temporary(floats(tensor.shape, layout));
    this.#buffers[layout].set(tensor, buffer);
    return buffer;
  }

  #made(tensor: Tensor, layout: LayoutName): PlannedBuffer {
    const buffer = this.#buffers[layout].get(tensor);
    if (!buffer) throw new Error(`${tensor.name} is read before it is made`);
    return buffer;
  }

  #changeLayout(kernel: KernelName, tensor: Tensor, x: PlannedBuffer, y: PlannedBuffer): void {
    const [, channels, height, width] = tensor.shape;
    this.#steps.push({
      kernel,
      buffers: { x, y },
      sizes: { channels, height, width },
      op: `${kernel} [${tensor.shape.join(', ')}]`,
      flop: 0,
    });
  }
}
