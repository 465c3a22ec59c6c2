import type { Constant } from '../../graph/constant.js';
import { SharedConstants } from '../shared-constants.js';

/** Bytes of a float32. */
export const FLOAT = 4;

const STORAGE = 0x80; // GPUBufferUsage.STORAGE; the global of that name exists only where WebGPU is built in
const COPY_SRC = 0x04;
const COPY_DST = 0x08;
const MAP_READ = 0x01;

/** A storage buffer (of at least 16 bytes, so that it can stand for a vec4 array). */
export function storageBuffer(device: GPUDevice, label: string, bytes: number): GPUBuffer {
  return device.createBuffer({ label, size: Math.max(16, bytes), usage: STORAGE | COPY_SRC | COPY_DST });
}

/** A buffer that the host can map to read `bytes` of results. */
export function readBuffer(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({ label: 'read', size: bytes, usage: MAP_READ | COPY_DST });
}

/** Constants on the device, packed for their kernels and shared by executables. */
export class ConstantStore {
  readonly #shared = new SharedConstants<GPUBuffer>((buffer) => buffer.destroy());

  constructor(private readonly device: GPUDevice) {}

  readonly #numbers = new WeakMap<Constant, number>();
  #numbered = 0;

  /** A number of a constant's own, for keys of what is packed of several. */
  numberOf(constant: Constant): number {
    const number = this.#numbers.get(constant) ?? this.#numbered++;
    this.#numbers.set(constant, number);
    return number;
  }

  /** The buffer of a packed constant; every `acquire` is to be followed by one `release` of the same. */
  acquire(constant: Constant, key: string, label: string, pack: () => Float32Array): GPUBuffer {
    return this.#shared.acquire(constant, key, () => {
      const packed = pack();
      const buffer = storageBuffer(this.device, `${label} (${key})`, packed.byteLength);
      this.device.queue.writeBuffer(buffer, 0, packed as Float32Array<ArrayBuffer>);
      return buffer;
    });
  }

  release(constant: Constant, key: string): void {
    this.#shared.release(constant, key);
  }
}
