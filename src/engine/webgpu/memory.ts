import type { Constant } from '../../graph/constant.js';
import { type DType, numbersToHalves } from '../../graph/dtype.js';
import { fromBits } from '../../graph/host-tensor.js';
import { SharedConstants } from '../shared-constants.js';

/** Bytes of a float32. */
export const FLOAT = 4;

const STORAGE = 0x80; // GPUBufferUsage.STORAGE; the global of that name exists only where WebGPU is built in
const COPY_SRC = 0x04;
const COPY_DST = 0x08;
const MAP_READ = 0x01;

/** What buffers are made of and filled by: a GPUDevice, or what only counts them (`memory-count.ts`). */
export interface BufferDevice {
  createBuffer(descriptor: GPUBufferDescriptor): GPUBuffer;
  readonly queue: { writeBuffer: GPUQueue['writeBuffer'] };
}

/** Bytes rounded up to whole words of 4: what buffers are copied and written in. */
export function wholeWords(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

/** Numbers as the device keeps them, in whole words. */
export function packNumbers(values: Float32Array, dtype: DType): Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> {
  if (dtype === 'f32') return values as Float32Array<ArrayBuffer>;
  const packed = new Uint16Array(wholeWords(2 * values.length) / 2);
  packed.set(numbersToHalves(values));
  return packed;
}

/** `length` numbers of what the device keeps, from the byte `offset` on. */
export function unpackNumbers(bytes: ArrayBuffer, offset: number, dtype: DType, length: number): Float32Array {
  return dtype === 'f32'
    ? new Float32Array(bytes, offset, length)
    : fromBits('f16', new Uint16Array(bytes, offset, length));
}

/** A storage buffer (of at least 16 bytes, so that it can stand for a vec4 array). */
export function storageBuffer(device: BufferDevice, label: string, bytes: number): GPUBuffer {
  return device.createBuffer({ label, size: Math.max(16, wholeWords(bytes)), usage: STORAGE | COPY_SRC | COPY_DST });
}

/** A buffer that the host can map to read `bytes` of results. */
export function readBuffer(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({ label: 'read', size: bytes, usage: MAP_READ | COPY_DST });
}

/** A form that a constant is packed in. */
export interface PackedForm {
  /** Tells this form from others of the constant. */
  readonly key: string;
  /** What the buffer is called. */
  readonly label: string;
  readonly dtype: DType;
  /** How many numbers it has. */
  readonly numbers: () => number;
  /** Packs them. */
  readonly make: () => Float32Array;
}

/** Where packed constants come from. */
export interface ConstantSource {
  /** The buffer of a packed constant; every `acquire` is to be followed by one `release` of the same. */
  acquire(constant: Constant, form: PackedForm): GPUBuffer;
  release(constant: Constant, key: string): void;
  /** A number of a constant's own, for keys of what is packed of several. */
  numberOf(constant: Constant): number;
}

/** Constants on the device, packed for their kernels and shared by executables. */
export class ConstantStore implements ConstantSource {
  readonly #shared = new SharedConstants<GPUBuffer>((buffer) => buffer.destroy());

  constructor(private readonly device: BufferDevice) {}

  acquire(constant: Constant, { key, label, dtype, make }: PackedForm): GPUBuffer {
    return this.#shared.acquire(constant, key, () => {
      const packed = packNumbers(make(), dtype);
      const buffer = storageBuffer(this.device, `${label} (${key})`, packed.byteLength);
      this.device.queue.writeBuffer(buffer, 0, packed);
      return buffer;
    });
  }

  release(constant: Constant, key: string): void {
    this.#shared.release(constant, key);
  }

  numberOf(constant: Constant): number {
    return this.#shared.numberOf(constant);
  }
}
