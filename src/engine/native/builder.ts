import { elements, type Graph, type Op, type Tensor } from '../../graph/graph.js';
import { describe } from '../describe.js';
import { Fusion } from './fuse.js';
import {
  floats,
  type LayoutName,
  type PlannedBuffer,
  type PlannedStep,
  type ProgramPlan,
  planProgram,
} from './program.js';
import { type Packing, packingKey, type Read, type Step, type Write } from './step.js';
import type { KernelName } from './table.js';

/** A step, and its floating point operations: as the plain algorithm needs, and as the kernel does where that is fewer. */
export interface StepParts extends Omit<Step<PlannedBuffer>, 'kernel'> {
  readonly flop?: number;
  readonly executed?: number;
}

/** A program in the making: its steps so far, where tensors are and in which layout, and what is fused. */
export class ProgramBuilder {
  readonly #steps: PlannedStep[] = [];
  readonly #kept = new Map<Tensor, PlannedBuffer>();
  readonly #buffers: Record<LayoutName, Map<Tensor, PlannedBuffer>> = { planar: new Map(), blocked: new Map() };
  readonly #constants = new Map<string, PlannedBuffer>();
  readonly #outputs: ReadonlySet<Tensor>;
  readonly fusion: Fusion;

  constructor(graph: Graph, ops: readonly Op[]) {
    this.#outputs = new Set(graph.outputs.values());
    for (const tensor of graph.tensors) {
      if (tensor.kind === 'input' || tensor.kind === 'state') this.#keep(tensor);
    }
    this.fusion = new Fusion(ops, this.#outputs);
  }

  /** A state was changed: it is no longer what its copy in another layout holds. */
  changed(state: Tensor): void {
    this.#buffers.blocked.delete(state);
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

  /** The buffer that a step will make of a tensor. */
  makePlanar(tensor: Tensor): PlannedBuffer {
    if (this.#outputs.has(tensor)) return this.#keep(tensor);
    const buffer: PlannedBuffer = { kind: 'temporary', size: floats(tensor.shape, 'planar') };
    this.#buffers.planar.set(tensor, buffer);
    return buffer;
  }

  makeBlocked(tensor: Tensor): PlannedBuffer {
    const buffer: PlannedBuffer = { kind: 'temporary', size: floats(tensor.shape, 'blocked') };
    this.#buffers.blocked.set(tensor, buffer);
    return buffer;
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

  step(kernel: KernelName, op: Op, { flop = 0, ...parts }: StepParts): void {
    this.#steps.push({ kernel, ...parts, op: describe(op), flop });
  }

  /** How an op reads its first input: with coefficients, through the gradient of `styled`, or as it is. */
  reading(op: Op, coefficients?: Tensor): Read<PlannedBuffer> {
    const gradient = this.fusion.gradientOf.get(op);
    if (gradient) return this.gradientReading(gradient);
    const [x] = op.inputs;
    if (!coefficients) return this.plainReading(x!);
    return { form: 'styled', buffers: { x: this.blocked(x!), coefficients: this.planar(coefficients) } };
  }

  plainReading(map: Tensor): Read<PlannedBuffer> {
    return { form: 'plain', buffers: { x: this.blocked(map) } };
  }

  gradientReading({ inputs, attrs }: Op<'styled_gradient'>): Read<PlannedBuffer> {
    const [g, x, coefficients, moments, sums] = inputs.map((input) => input!);
    const maker = this.fusion.unstored.get(g);
    const values = { slope: attrs.slope };
    const others = () => ({
      x: this.blocked(x),
      coefficients: this.planar(coefficients),
      moments: this.planar(moments),
      sums: this.planar(sums),
    });
    if (!maker) return { form: 'gradient', buffers: { g: this.blocked(g), ...others() }, values };
    const [small, weight] = maker.inputs.map((input) => input!);
    const source = { planar: this.planar(small), weights: this.constant(weight, { form: 'pointwise' }) };
    return {
      form: 'gradient',
      buffers: { ...source, ...others() },
      sizes: { planarChannels: small.shape[1] },
      values,
    };
  }

  /** What becomes of an op's only map. */
  writing(op: Op): Write<PlannedBuffer> {
    const styled = this.fusion.styledOf.get(op);
    if (styled) return this.styledWriting(styled);
    const [y] = op.outputs;
    const sums = this.fusion.sumsOf.get(op);
    if (sums) return this.summedWriting(sums, this.fusion.unstored.has(y) ? undefined : this.makeBlocked(y));
    return { form: 'plain', buffers: { y: this.makeBlocked(y) } };
  }

  styledWriting({ inputs, outputs, attrs }: Op<'styled'>): Write<PlannedBuffer> {
    const [, noise, noiseWeight, bias, style] = inputs;
    const [x, coefficients, moments] = outputs;
    return {
      form: 'styled',
      buffers: {
        noise: noise && this.planar(noise),
        noiseWeight: noise && this.planar(noiseWeight!),
        bias: this.planar(bias!),
        style: this.planar(style!),
        y: this.makeBlocked(x),
        coefficients: this.makePlanar(coefficients),
        moments: this.makePlanar(moments),
      },
      values: { slope: attrs.slope, epsilon: attrs.epsilon },
    };
  }

  /** @param y absent where the map itself is not wanted */
  summedWriting({ inputs, outputs }: Op<'styled_sums'>, y?: PlannedBuffer): Write<PlannedBuffer> {
    const [, x, moments] = inputs;
    const [sums] = outputs;
    return {
      form: 'summed',
      buffers: { x: this.blocked(x!), moments: this.planar(moments!), y, sums: this.makePlanar(sums) },
    };
  }

  #keep(tensor: Tensor): PlannedBuffer {
    const buffer: PlannedBuffer = { kind: 'kept', size: floats(tensor.shape, 'planar') };
    this.#kept.set(tensor, buffer);
    this.#buffers.planar.set(tensor, buffer);
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
