// What an op should make: numbers to give it, and an engine that is believed.

import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { isolate, withoutJoined } from '../../graph/fuse/program.js';
import { ratesReadBy } from '../../graph/fuse/rates.js';
import { elements, type Tensor } from '../../graph/graph.js';
import { NormalSource } from '../../pulse/ziggurat.js';
import { type Compiler, runOnce } from '../kernels/oracle.js';
import { positive, positiveIn } from '../kernels/random-data.js';
import type { TensorValues } from './guarded.js';

/**
 * Numbers for all that an op reads: normal ones, weights with a deviation of 1/√fan-in, and above 0 where that is needed. Those of
 * a picture follow from its number alone, so that it can stand anywhere in any batch.
 */
export function oddValues(op: ProgramOp, pictures: readonly number[]): TensorValues {
  const above = positiveIn(op);
  const deciding = new Set(withoutJoined([op]).map((part) => (part.op === 'keep_if' ? part.inputs[0] : undefined)));
  const read = [...new Set([...op.inputs, ...op.writes])].filter((tensor) => tensor !== undefined);
  const values = new Map(
    read.map((tensor, place): [Tensor, Float32Array] => {
      const draw = (picture: number, shape: readonly number[]) => {
        const normal = new NormalSource(1 + place + 1024 * picture).next(elements(shape));
        if (deciding.has(tensor)) return normal.fill(picture % 2);
        return above.has(tensor) ? positive(normal) : normal;
      };
      const { shape, kind } = tensor;
      if (kind === 'constant') {
        const deviation = 1 / Math.sqrt(elements(shape.slice(1)));
        return [tensor, draw(0, shape).map((value) => value * deviation)];
      }
      return [tensor, joined(pictures.map((picture) => draw(1 + picture, shape.slice(1))))];
    }),
  );
  const rates = ratesReadBy(op, (tensor) => values.get(tensor)!);
  return rates ? values.set(...rates) : values;
}

/** What an op makes of `oddValues` of these pictures on an engine: its outputs, and the states that it writes. */
export async function expected(
  oracle: Compiler,
  op: ProgramOp,
  pictures: readonly number[],
): Promise<ReadonlyMap<Tensor, Float32Array>> {
  const values = new Map([...oddValues(op, pictures)].map(([{ name }, numbers]) => [name, numbers]));
  const made = await runOnce(oracle, isolate(op, pictures.length), values);
  return new Map(
    [...op.outputs, ...op.writes].flatMap((tensor) => {
      const values = made.get(tensor.name);
      return values ? [[tensor, values]] : [];
    }),
  );
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.length * parts[0].length);
  parts.forEach((part, index) => {
    all.set(part, index * part.length);
  });
  return all;
}
