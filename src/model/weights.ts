import { FacewrightError } from '../errors.js';
import { sameShape, shapeText } from '../graph/graph.js';
import type { HostTensor, HostTensors } from '../graph/host-tensor.js';

/** Access to named weights that checks each of them: present, and of the right shape. */
export class NamedWeights {
  /**
   * @param source what errors call the file
   */
  constructor(
    private readonly source: string,
    private readonly tensors: HostTensors,
  ) {}

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** The shape of a tensor that must be there. @throws FacewrightError when it is not */
  shape(name: string): readonly number[] {
    return this.#get(name).shape;
  }

  /**
   * The values of a tensor of that shape.
   * @throws FacewrightError naming the tensor, with the shape expected and the one found
   */
  take(name: string, expected: readonly number[]): Float32Array {
    const { shape, data } = this.#get(name);
    if (!sameShape(shape, expected)) {
      throw new FacewrightError(`${this.source}: ${name} is ${shapeText(shape)}; expected ${shapeText(expected)}`);
    }
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new FacewrightError(`${this.source}: ${name} holds ${data[bad]} at position ${bad}: the file is damaged`);
    }
    return data;
  }

  #get(name: string): HostTensor {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new FacewrightError(`${this.source}: the tensor ${name} is missing`);
    return tensor;
  }
}
