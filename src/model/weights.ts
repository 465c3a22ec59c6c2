import { FacewrightError } from '../errors.js';
import { sameShape, shapeText } from '../graph/graph.js';
import { countOf, sourceValues, type TensorSource, type TensorSources } from '../graph/stored-tensor.js';

/** The mapping network's learning-rate multiplier, which is part of its run-time factors. */
export const MAPPING_RATE = 0.01;
const RESOLUTIONS = [8, 16, 32, 64, 128, 256, 512, 1024];

/**
 * The resolution of the largest block, all smaller ones being there too.
 *
 * @param source what errors call the file
 * @param block finds the side of a block in a tensor's name
 * @param kind what the network is called
 * @throws FacewrightError when there is no network of that resolution
 */
export function largestBlock(source: string, tensors: TensorSources, block: RegExp, kind: string): number {
  let largest = 0;
  for (const name of tensors.keys()) largest = Math.max(largest, Number(block.exec(name)?.[1] ?? 0));
  if (!RESOLUTIONS.includes(largest)) {
    throw new FacewrightError(
      `${source}: its largest block is ${largest} px; expected a ${kind} of ${RESOLUTIONS.join(', ')} px`,
    );
  }
  return largest;
}

/** The mean of w: a statistic, not trained. */
export const W_AVERAGE = 'mapping.w_avg';

/** The mean of w [d], where the file holds one. */
export function averageOf(weights: NamedWeights, latentSize: number): Float32Array | undefined {
  return weights.has(W_AVERAGE) ? weights.numbers(W_AVERAGE, [latentSize]) : undefined;
}

/** Trained numbers of both networks; the blur is fixed, and the Gaussian fit and the mean of w are statistics. */
export function countParameters(tensors: TensorSources): number {
  let count = 0;
  for (const [name, tensor] of tensors) {
    const fixed = name.endsWith('.intermediate.kernel') || name === W_AVERAGE;
    if (/^(synthesis|mapping)\./.test(name) && !fixed) count += countOf(tensor);
  }
  return count;
}

/** Access to named weights that checks each of them: present, and of the right shape. */
export class NamedWeights {
  /**
   * @param source what errors call the file
   */
  constructor(
    private readonly source: string,
    private readonly tensors: TensorSources,
  ) {}

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** The shape of a tensor that must be there. @throws FacewrightError when it is not */
  shape(name: string): readonly number[] {
    return this.#get(name).shape;
  }

  /**
   * A tensor of that shape, all of whose numbers are finite. They are looked at and not kept, where they lie in a file.
   * @throws FacewrightError naming the tensor, with the shape expected and the one found; as `StoredTensor.read` does
   */
  take(name: string, expected: readonly number[]): TensorSource {
    this.numbers(name, expected);
    return this.#get(name);
  }

  /** The numbers of such a tensor, not to be written to. @throws FacewrightError as `take` does */
  numbers(name: string, expected: readonly number[]): Float32Array {
    const tensor = this.#get(name);
    const { shape } = tensor;
    if (!sameShape(shape, expected)) {
      throw new FacewrightError(`${this.source}: ${name} is ${shapeText(shape)}; expected ${shapeText(expected)}`);
    }
    if (shape.includes(0))
      throw new FacewrightError(`${this.source}: ${name} is ${shapeText(shape)}: it holds no numbers`);
    const values = sourceValues(tensor);
    const bad = firstBad(values);
    if (bad >= 0) {
      throw new FacewrightError(`${this.source}: ${name} holds ${values[bad]} at position ${bad}: the file is damaged`);
    }
    return values;
  }

  #get(name: string): TensorSource {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new FacewrightError(`${this.source}: the tensor ${name} is missing`);
    return tensor;
  }
}

/** The place of the first number that is infinite or none; −1 where all are finite. A loop takes a fifth of findIndex's time. */
function firstBad(values: Float32Array): number {
  for (let at = 0; at < values.length; at++) if (!Number.isFinite(values[at])) return at;
  return -1;
}
