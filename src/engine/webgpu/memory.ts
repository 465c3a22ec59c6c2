import { elements, type Tensor } from '../../graph/graph.js';
import { SharedConstants } from '../shared-constants.js';

/** Bytes of a float32. */
export const FLOAT = 4;

const STORAGE = 0x80; // GPUBufferUsage.STORAGE; the global of that name exists only where WebGPU is built in
const COPY_SRC = 0x04;
const COPY_DST = 0x08;
const MAP_READ = 0x01;

/** Bytes of one element on the device. */
const WIDTHS: Readonly<Record<Tensor['dtype'], number>> = { f32: FLOAT };

/** Bytes that a tensor takes for each picture; a constant, whole. */
export function bytesOf(tensor: Tensor): number {
  const { shape, dtype, kind } = tensor;
  return elements(kind === 'constant' ? shape : shape.slice(1)) * WIDTHS[dtype];
}

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

  /** The buffer of a packed constant; every `acquire` is to be followed by one `release` of the same. */
  acquire(data: Float32Array, key: string, label: string, pack: (data: Float32Array) => Float32Array): GPUBuffer {
    return this.#shared.acquire(data, key, () => {
      const packed = pack(data);
      const buffer = storageBuffer(this.device, `${label} (${key})`, packed.byteLength);
      this.device.queue.writeBuffer(buffer, 0, packed as Float32Array<ArrayBuffer>);
      return buffer;
    });
  }

  release(data: Float32Array, key: string): void {
    this.#shared.release(data, key);
  }
}
