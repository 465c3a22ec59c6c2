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
import type { KernelName } from './table.js';

/** native/kernels.h: Reading and Writing. */
const READING = { plain: 0, modulated: 1, gradient: 2 } as const;
const WRITING = { plain: 0, styled: 1, summed: 2 } as const;

/** Half of a step's description: how a kernel reads its map, or what it does with what it made. */
export interface Half {
  readonly buffers: Record<string, PlannedBuffer | undefined>;
  readonly sizes: Record<string, number>;
  readonly values: Record<string, number>;
}

/** What a step is made of beside the two halves. */
export interface StepParts {
  readonly buffers?: Record<string, PlannedBuffer | undefined>;
  readonly sizes?: Record<string, number>;
  readonly values?: Record<string, number>;
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
    if (tensor.kind === 'constant') return this.constant(tensor, 'plain', [elements(tensor.shape)]);
    const known = this.#buffers.planar.get(tensor);
    if (known) return known;
    const from = this.#made(tensor, 'blocked');
    const to = this.makePlanar(tensor);
    this.#changeLayout('to_planar', tensor, from, to);
    return to;
  }

  blocked(tensor: Tensor): PlannedBuffer {
    const [, c, h, w] = tensor.shape;
    if (tensor.kind === 'constant') return this.constant(tensor, 'blocked', [c, h, w]);
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

  /** A constant in a kernel's layout (native/pack.cc); the same for all who ask alike. */
  constant(tensor: Tensor, layout: string, sizes: readonly number[]): PlannedBuffer {
    const key = `${tensor.id} ${layout} ${sizes.join()}`;
    let buffer = this.#constants.get(key);
    if (!buffer) {
      buffer = { kind: 'constant', size: elements(tensor.shape), constant: { tensor, layout, sizes } };
      this.#constants.set(key, buffer);
    }
    return buffer;
  }

  step(kernel: KernelName, op: Op, parts: StepParts, ...halves: Half[]): void {
    const { buffers = {}, sizes = {}, values = {}, flop = 0, executed } = parts;
    this.#steps.push({
      kernel,
      buffers: Object.assign({}, buffers, ...halves.map((half) => half.buffers)),
      sizes: Object.assign({}, sizes, ...halves.map((half) => half.sizes)),
      values: Object.assign({}, values, ...halves.map((half) => half.values)),
      op: describe(op),
      flop,
      executed,
    });
  }

  /** How an op reads its first input: with coefficients, through the gradient of `styled`, or as it is. */
  reading(op: Op, coefficients?: Tensor): Half {
    const gradient = this.fusion.gradientOf.get(op);
    if (gradient) return this.gradientReading(gradient);
    const plain = this.plainReading(op.inputs[0]!);
    if (!coefficients) return plain;
    return {
      ...plain,
      buffers: { ...plain.buffers, coefficients: this.planar(coefficients) },
      sizes: { reading: READING.modulated },
    };
  }

  plainReading(map: Tensor): Half {
    return { buffers: { x: this.blocked(map) }, sizes: { reading: READING.plain }, values: {} };
  }

  gradientReading({ inputs, attrs }: Op<'styled_gradient'>): Half {
    const [g, x, coefficients, moments, sums] = inputs.map((input) => input!);
    const maker = this.fusion.unstored.get(g);
    const source = maker
      ? { planarG: this.planar(maker.inputs[0]!), planarWeights: this.#pointwiseWeights(maker) }
      : { g: this.blocked(g) };
    return {
      buffers: {
        ...source,
        x: this.blocked(x),
        coefficients: this.planar(coefficients),
        moments: this.planar(moments),
        sums: this.planar(sums),
      },
      sizes: { reading: READING.gradient, ...(maker && { planarChannels: maker.inputs[0]!.shape[1] }) },
      values: { slope: attrs.slope },
    };
  }

  #pointwiseWeights(conv: Op): PlannedBuffer {
    const [, weight] = conv.inputs;
    const [o, i] = weight!.shape;
    return this.constant(weight!, 'pointwise', [o, i]);
  }

  /** What becomes of an op's only map. */
  writing(op: Op): Half {
    const styled = this.fusion.styledOf.get(op);
    if (styled) return this.styledWriting(styled);
    const [y] = op.outputs;
    const sums = this.fusion.sumsOf.get(op);
    if (sums) return this.summedWriting(sums, this.fusion.unstored.has(y) ? undefined : this.makeBlocked(y));
    return { buffers: { y: this.makeBlocked(y) }, sizes: { writing: WRITING.plain }, values: {} };
  }

  styledWriting({ inputs, outputs, attrs }: Op<'styled'>): Half {
    const [, noise, noiseWeight, bias, style] = inputs;
    const [x, coefficients, moments] = outputs;
    return {
      buffers: {
        noise: noise && this.planar(noise),
        noiseWeight: this.planar(noiseWeight!),
        bias: this.planar(bias!),
        style: this.planar(style!),
        y: this.makeBlocked(x),
        madeCoefficients: this.makePlanar(coefficients),
        madeMoments: this.makePlanar(moments),
      },
      sizes: { writing: WRITING.styled },
      values: { activation: attrs.slope, epsilon: attrs.epsilon },
    };
  }

  /** @param y absent where the map itself is not wanted */
  summedWriting({ inputs: [, x, moments], outputs: [sums] }: Op<'styled_sums'>, y?: PlannedBuffer): Half {
    return {
      buffers: {
        stored: this.blocked(x!),
        storedMoments: this.planar(moments!),
        y,
        madeSums: this.makePlanar(sums),
      },
      sizes: { writing: WRITING.summed },
      values: {},
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
      values: {},
      op: `${kernel} [${tensor.shape.join(', ')}]`,
      flop: 0,
    });
  }
}
