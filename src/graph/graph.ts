import { FacewrightError } from '../errors.js';
import { DTYPE_BYTES, type DType } from './dtype.js';
import type { OpAttributes, OpName } from './ops.js';

/** `[n, c, h, w]`, row-major. Weights: `[out, in, k, k]`. */
export type Shape = readonly [number, number, number, number];

/**
 * Who writes a tensor, and how long it lives.
 *
 * - `input`: written by the host, read by the graph; keeps its value from step to step.
 * - `constant`: given at compile time, the same for all pictures (weights). Its shape has no batch dimension.
 * - `state`: kept from step to step; written by the host at the start and afterwards only by update ops.
 * - `temp`: computed anew in every step.
 */
export type TensorKind = 'input' | 'constant' | 'state' | 'temp';

/** A value of the graph. All but constants carry the batch as their first dimension. */
export interface Tensor {
  readonly id: number;
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly kind: TensorKind;
}

/**
 * One operation. `inputs` may hold `undefined` where an op has optional inputs. `writes` are the state tensors that an
 * update op changes in place; all other ops only make their `outputs`, each of them once (single assignment).
 */
export interface Op<N extends OpName = OpName> {
  readonly op: N;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly outputs: readonly Tensor[];
  readonly writes: readonly Tensor[];
  readonly attrs: OpAttributes[N];
}

/** Whether an op has that name. */
export function isOp<N extends OpName>(op: { readonly op: string }, name: N): op is Op<N> {
  return op.op === name;
}

/** Elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Bytes that a tensor takes for each picture; a constant, whole. */
export function bytesOf({ shape, dtype, kind }: Tensor): number {
  return elements(kind === 'constant' ? shape : shape.slice(1)) * DTYPE_BYTES[dtype];
}

/** `[1, 3, 8, 8]` as people write it. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** Whether two shapes are equal. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, i) => side === b[i]);
}

/**
 * A straight-line program over tensors: ops in the order in which they run.
 *
 * Built by the functions of `build.ts`, differentiated by `backward.ts`, given memory by `plan.ts`, run by an engine.
 */
export class Graph {
  readonly tensors: Tensor[] = [];
  readonly ops: Op[] = [];
  /** Tensors that can be read after a run, by the name they are read under. */
  readonly outputs = new Map<string, Tensor>();
  readonly #byName = new Map<string, Tensor>();

  /** @param batch pictures in one run, n ≥ 1 */
  constructor(readonly batch: number) {
    if (!Number.isInteger(batch) || batch < 1) {
      throw new FacewrightError(`a batch of ${batch} pictures: expected an integer of at least 1`);
    }
  }

  /** A tensor that the host writes. `shape` without the batch: `[c, h, w]`. */
  input(name: string, shape: readonly [number, number, number]): Tensor {
    return this.#named(name, [this.batch, ...shape], 'input');
  }

  /** A tensor that lives from step to step. `shape` without the batch: `[c, h, w]`. */
  state(name: string, shape: readonly [number, number, number]): Tensor {
    return this.#named(name, [this.batch, ...shape], 'state');
  }

  /** A tensor whose values are given to `compile`. The same name gives the same tensor. */
  constant(name: string, shape: Shape): Tensor {
    const known = this.#byName.get(name);
    if (known?.kind === 'constant' && sameShape(known.shape, shape)) return known;
    return this.#named(name, shape, 'constant');
  }

  /** A temporary; for ops only. */
  temp(shape: Shape, name = `t${this.tensors.length}`): Tensor {
    const tensor: Tensor = { id: this.tensors.length, name, shape, dtype: 'f32', kind: 'temp' };
    this.tensors.push(tensor);
    return tensor;
  }

  /** Lets `read(name)` return this tensor after a run. */
  output(name: string, tensor: Tensor): void {
    if (this.outputs.has(name)) throw new Error(`two outputs are named ${name}`);
    this.outputs.set(name, tensor);
  }

  /** The input, state or constant of that name. */
  find(name: string): Tensor | undefined {
    return this.#byName.get(name);
  }

  /** The same tensors, without the ops, some of them replaced: under the names that those had. */
  replacing(copies: ReadonlyMap<Tensor, Tensor>): Graph {
    const graph = new Graph(this.batch);
    const copyOf = (tensor: Tensor) => copies.get(tensor) ?? tensor;
    graph.tensors.push(...this.tensors.map(copyOf));
    for (const [name, tensor] of this.#byName) graph.#byName.set(name, copyOf(tensor));
    for (const [name, tensor] of this.outputs) graph.outputs.set(name, copyOf(tensor));
    return graph;
  }

  #named(name: string, shape: Shape, kind: TensorKind): Tensor {
    if (this.#byName.has(name)) throw new Error(`two tensors are named ${name}`);
    if (!shape.every((side) => Number.isInteger(side) && side >= 1)) {
      throw new Error(`${name}: ${shapeText(shape)} is no shape`);
    }
    const tensor: Tensor = { id: this.tensors.length, name, shape, dtype: 'f32', kind };
    this.tensors.push(tensor);
    this.#byName.set(name, tensor);
    return tensor;
  }
}
