import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { isOp, type Tensor } from '../../graph/graph.js';
import type { RunScalars } from '../../graph/ops.js';
import { NormalSource } from '../../pulse/ziggurat.js';

/** Numbers of a pattern: 4 MiB, which are repeated. */
const NUMBERS = 2 ** 20;
const SEED = 0x6b65726e;

/** Buffers of random numbers on a device, to be copied from. */
export interface Patterns {
  readonly bytes: number;
  /** Standard normal. */
  readonly normal: GPUBuffer;
  /** Their absolute values and a half: no quotient or root of them is far out. */
  readonly positive: GPUBuffer;
}

const COPY_SRC = 0x04; // GPUBufferUsage.COPY_SRC; the global of that name exists only where WebGPU is built in

const known = new WeakMap<GPUDevice, Patterns>();

/** A device's patterns, made when first asked for; they go with the device. */
export function patternsOf(device: GPUDevice): Patterns {
  let patterns = known.get(device);
  if (!patterns) {
    const normal = new NormalSource(SEED).next(NUMBERS);
    const upload = (data: Float32Array) => {
      const buffer = device.createBuffer({
        label: 'pattern',
        size: data.byteLength,
        usage: COPY_SRC,
        mappedAtCreation: true,
      });
      new Float32Array(buffer.getMappedRange()).set(data);
      buffer.unmap();
      return buffer;
    };
    patterns = { bytes: normal.byteLength, normal: upload(normal), positive: upload(positive(normal)) };
    known.set(device, patterns);
  }
  return patterns;
}

/** Numbers above 0 of normal ones. */
export function positive(normal: Float32Array): Float32Array {
  return normal.map((value) => Math.abs(value) + 0.5);
}

/** The scalars with which single kernels run: those of a search's fiftieth step. */
export const benchScalars: RunScalars = { rate: 0.4, rootCorrection: Math.sqrt(1 - 0.999 ** 50), step: 50 };

/**
 * What an op reads that has to be above 0: roots are taken of it, or it is divided by. Everything else may be any number.
 */
export function positiveIn(op: ProgramOp): Set<Tensor> {
  if (op.op === 'joined') return new Set(op.parts.flatMap((part) => [...positiveIn(part)]));
  const found: (Tensor | undefined)[] = [];
  if (op.op === 'fused') {
    if (op.write.form === 'scaled') found.push(op.write.demodulation?.factor);
  } else if (isOp(op, 'optimise')) found.push(op.inputs[3]);
  else if (isOp(op, 'demodulate') || isOp(op, 'demodulate_gradient')) found.push(op.inputs[1]);
  else if (isOp(op, 'sphere')) found.push(op.inputs[1]);
  return new Set(found.filter((tensor) => tensor !== undefined));
}
