/** Bytes of a float32. */
export const FLOAT = 4;

const STORAGE = 0x80; // GPUBufferUsage.STORAGE; the global of that name exists only where WebGPU is built in
const COPY_SRC = 0x04;
const COPY_DST = 0x08;
const MAP_READ = 0x01;

/** A storage buffer of `elements` floats (at least four, so that it can stand for a vec4 array). */
export function storageBuffer(device: GPUDevice, label: string, elements: number): GPUBuffer {
  const size = Math.max(4, elements) * FLOAT;
  return device.createBuffer({ label, size, usage: STORAGE | COPY_SRC | COPY_DST });
}

/** A buffer that the host can map to read `bytes` of results. */
export function readBuffer(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({ label: 'read', size: bytes, usage: MAP_READ | COPY_DST });
}

/**
 * Constants on the device, packed for their kernels and shared: two executables of one network hold its weights once.
 * The host's Float32Array is the identity of a constant.
 */
export class ConstantStore {
  readonly #buffers = new Map<Float32Array, Map<string, { buffer: GPUBuffer; users: number }>>();

  constructor(private readonly device: GPUDevice) {}

  /** The buffer of a packed constant; every `acquire` is to be followed by one `release` of the same. */
  acquire(data: Float32Array, key: string, label: string, pack: (data: Float32Array) => Float32Array): GPUBuffer {
    let layouts = this.#buffers.get(data);
    if (!layouts) {
      layouts = new Map();
      this.#buffers.set(data, layouts);
    }
    let entry = layouts.get(key);
    if (!entry) {
      const packed = pack(data);
      const buffer = storageBuffer(this.device, `${label} (${key})`, packed.length);
      this.device.queue.writeBuffer(buffer, 0, packed as Float32Array<ArrayBuffer>);
      entry = { buffer, users: 0 };
      layouts.set(key, entry);
    }
    entry.users++;
    return entry.buffer;
  }

  release(data: Float32Array, key: string): void {
    const layouts = this.#buffers.get(data);
    const entry = layouts?.get(key);
    if (!layouts || !entry || --entry.users > 0) return;
    entry.buffer.destroy();
    layouts.delete(key);
    if (layouts.size === 0) this.#buffers.delete(data);
  }
}
