// Whether an author's kernel is right: at odd shapes, against an engine that is believed.

import { describe } from '../../engine/describe.js';
import type { GuardedDevice } from '../../engine/webgpu/device.js';
import type { Dispatch } from '../../engine/webgpu/dispatch.js';
import { lower } from '../../engine/webgpu/lower.js';
import { PipelineCache } from '../../engine/webgpu/pipelines.js';
import type { KernelDevice } from '../../engine/webgpu/variants.js';
import { errorText, FacewrightError } from '../../errors.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { elements, type Tensor } from '../../graph/graph.js';
import { benchScalars } from '../kernels/random-data.js';
import { type GuardedResult, type GuardFault, runGuarded } from './guarded.js';
import { type Difference, difference } from './mismatches.js';
import { oddValues } from './oracle.js';
import type { OwnKernel } from './own-kernel.js';

/** A tensor that is not what it should be. */
export interface WrongTensor extends Difference {
  /** What the kernels call it. */
  readonly binding: string;
}

/** What was found at one shape. */
export interface ShapeReport {
  readonly op: ProgramOp;
  /** Why the device does not run it; then nothing else is known. */
  readonly refused?: string;
  /** ‖value − oracle's‖ / ‖oracle's‖ of the worst tensor. */
  readonly error: number;
  readonly wrong: readonly WrongTensor[];
  readonly beyond: readonly GuardFault[];
  /** Pictures of the batch, from 0, that are others than alone. */
  readonly unlike: readonly number[];
}

/** Whether nothing was found. */
export function isRight({ refused, wrong, beyond, unlike }: ShapeReport): boolean {
  return refused === undefined && wrong.length + beyond.length + unlike.length === 0;
}

/** Largest relative norm of a difference: the conformance suite allows each of two engines 5·10⁻⁶ against float64. */
export const BOUND = 1e-5;
/** Pictures that are run together, and one by one. */
const BATCH = [0, 1, 2];

/** What a kernel is checked with. */
export interface CheckBench {
  readonly guard: GuardedDevice;
  readonly kernelDevice: KernelDevice;
  /** What an op should make of `oddValues` of pictures. */
  readonly expected: (op: ProgramOp, pictures: readonly number[]) => Promise<ReadonlyMap<Tensor, Float32Array>>;
}

/** Checks an author's kernel at the shapes of `ops`, one after another. */
export async function* checkShapes(
  { guard, kernelDevice, expected }: CheckBench,
  own: OwnKernel,
  ops: readonly ProgramOp[],
): AsyncGenerator<ShapeReport> {
  const guarded = { guard, kernels: own.kernels, pipelines: new PipelineCache(guard.device, own.kernels) };
  for (const op of ops) {
    try {
      const launches = lower(op, kernelDevice).map((dispatch) => own.launch(op, dispatch) ?? dispatch);
      const run = (pictures: readonly number[]) =>
        runGuarded(guarded, {
          launches,
          batch: pictures.length,
          values: oddValues(op, pictures),
          scalars: benchScalars,
        });
      const together = await run(BATCH);
      const wanted = await expected(op, BATCH);
      const compared = [...wanted].map(([tensor, values]) => compareTensor(tensor, values, together, launches));
      const unlike: number[] = [];
      for (const picture of BATCH) {
        if (!sameBits([...wanted.keys()], together, picture, await run([picture]))) unlike.push(picture);
      }
      yield {
        op,
        error: Math.max(...compared.map(({ error }) => error)),
        wrong: compared.filter(({ different }) => different > 0),
        beyond: together.faults.filter(({ kernel }) => kernel === own.name),
        unlike,
      };
    } catch (error) {
      if (!(error instanceof FacewrightError)) throw error;
      guard.check();
      yield { op, refused: refusal(own, error), error: Number.NaN, wrong: [], beyond: [], unlike: [] };
    }
  }
}

/** Why a device does not run an author's kernel, in the author's words. */
function refusal({ file, name, kernels }: OwnKernel, error: unknown): string {
  const text = errorText(error);
  // Dawn leaves out of a layout what main does not reach.
  const [, index] = /binding index (\d+) not present in the bind group layout/.exec(text) ?? [];
  const unused = kernels.get(name).declarations.bindings.find(({ binding }) => String(binding) === index);
  if (unused)
    return `main never reaches the binding ${unused.name}, which the contract has: use it, if only to read it`;
  return text
    .replaceAll(name, file)
    .replace(/ \(\{.*?\}\)/, '')
    .replaceAll('""', '"');
}

/** `conv3x3 [1, 5, 7, 9] → [1, 3, 7, 9], styled read`: an op with the forms in which it reads and writes. */
export function describeForms(op: ProgramOp): string {
  if (op.op !== 'fused' || op.core.kind === 'none') return describe(op);
  const { core, read, write } = op;
  const words: string[] = [];
  if ('margin' in core && core.margin > 0) words.push('margin');
  if (read.form !== 'plain') words.push(`${read.form} read`);
  if ('bias' in core && core.bias) words.push('bias');
  if (write.form === 'activated') {
    const parts = [
      write.factor ? 'factor' : [],
      write.noise ? 'noise' : [],
      Number.isFinite(write.clamp) ? 'clamp' : [],
    ];
    words.push(['epilogue', ...(parts.flat().length > 0 ? ['with', parts.flat().join(' and ')] : [])].join(' '));
  } else if (write.form !== 'plain') words.push(`${write.form} write`);
  return [describe(op), ...words].join(', ');
}

function compareTensor(
  tensor: Tensor,
  wanted: Float32Array,
  result: GuardedResult,
  launches: readonly Dispatch[],
): WrongTensor {
  const shape = [BATCH.length, tensor.shape[1], tensor.shape[2], tensor.shape[3]] as const;
  const names = launches.flatMap(({ bindings }) =>
    Object.entries(bindings).flatMap(([name, one]) => (one.kind === 'tensor' && one.tensor === tensor ? [name] : [])),
  );
  return {
    ...difference(result.bits(tensor), wanted, shape, BOUND),
    binding: names[0],
  };
}

/** Whether picture number `picture` of a batch is to the bit what it is alone. */
function sameBits(tensors: readonly Tensor[], together: GuardedResult, picture: number, alone: GuardedResult): boolean {
  return tensors.every((tensor) => {
    const size = elements(tensor.shape.slice(1));
    const part = together.bits(tensor).subarray(picture * size, (picture + 1) * size);
    return Buffer.compare(bytesIn(part), bytesIn(alone.bits(tensor))) === 0;
  });
}

function bytesIn({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
