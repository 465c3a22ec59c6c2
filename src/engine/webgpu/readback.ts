import { FacewrightError } from '../../errors.js';
import { DTYPE_BYTES, type DType } from '../../graph/dtype.js';
import type { Place } from './buffers.js';
import type { GuardedDevice } from './device.js';
import { type HostWatch, timedWait } from './host-spans.js';
import { readBuffer, unpackNumbers, wholeWords } from './memory.js';

/** Numbers that are read: where they lie on the device, and where they go. */
export interface Copy {
  readonly from: Place;
  readonly dtype: DType;
  readonly length: number;
  readonly into: Float32Array;
  /** The first of `into` that is written. */
  readonly at: number;
}

/** Bytes that a copy moves: whole words. */
function bytesOf({ dtype, length }: Copy): number {
  return wholeWords(length * DTYPE_BYTES[dtype]);
}

function bytesOfAll(copies: readonly Copy[]): number {
  return copies.reduce((sum, copy) => sum + bytesOf(copy), 0);
}

/** GPUMapMode.READ; the global of that name exists only where WebGPU is built in. */
const MAP_MODE_READ = 1;
/** A read of at most so many bytes goes through one buffer, which is kept for the next: a step's losses are some hundred bytes. */
const KEPT_BYTES = 2 ** 16;
/** More are not in flight at once. */
const MOST_KEPT = 32;

/** From the device to the host, in the order of the queue. */
export class Readback {
  readonly #guard: GuardedDevice;
  readonly #watch: HostWatch | undefined;
  /** Buffers that nothing is read through at the moment. */
  readonly #free: GPUBuffer[] = [];
  #closed = false;

  /** @param watch told how long the device was waited for */
  constructor(guard: GuardedDevice, watch: HostWatch | undefined) {
    this.#guard = guard;
    this.#watch = watch;
  }

  /**
   * Reads what the work submitted so far makes of buffers.
   * @throws OutOfMemoryError, DeviceLostError or another FacewrightError when the device cannot do it
   */
  async read(copies: readonly Copy[]): Promise<void> {
    const bytes = bytesOfAll(copies);
    // What is large goes through a buffer for each copy: no device refuses one of the size of what it is copied from.
    const isSmall = bytes <= KEPT_BYTES;
    const groups = isSmall ? [copies] : copies.map((copy) => [copy]);
    const kept = isSmall ? this.#takeFree(bytes) : undefined;
    // A buffer that was there before has no reason to fail; error scopes would cost more than the read.
    const buffers = kept
      ? this.#submit(groups, [kept])
      : await this.#guard.scoped('reading results', () => this.#submit(groups, this.#make(groups)));
    let keeps = false;
    try {
      const mapped = Promise.all(buffers.map((buffer) => buffer.mapAsync(MAP_MODE_READ)));
      await timedWait(this.#watch, this.#guard.orFailure(mapped));
      if (this.#closed) throw new FacewrightError('this executable was closed');
      groups.forEach((group, index) => {
        takeOut(buffers[index].getMappedRange(), group);
      });
      keeps = isSmall && this.#free.length < MOST_KEPT;
    } finally {
      for (const buffer of buffers) {
        if (keeps) {
          buffer.unmap();
          this.#free.push(buffer);
        } else buffer.destroy();
      }
    }
  }

  /** Frees what is kept. */
  destroy(): void {
    this.#closed = true;
    for (const buffer of this.#free.splice(0)) buffer.destroy();
  }

  #takeFree(bytes: number): GPUBuffer | undefined {
    const index = this.#free.findIndex(({ size }) => size === bytes);
    return index < 0 ? undefined : this.#free.splice(index, 1)[0];
  }

  #make(groups: readonly (readonly Copy[])[]): GPUBuffer[] {
    return groups.map((group) => readBuffer(this.#guard.device, bytesOfAll(group)));
  }

  /** Copies each group into its buffer, one behind the other. */
  #submit(groups: readonly (readonly Copy[])[], buffers: readonly GPUBuffer[]): readonly GPUBuffer[] {
    const { device } = this.#guard;
    const encoder = device.createCommandEncoder();
    groups.forEach((group, index) => {
      let to = 0;
      for (const copy of group) {
        const { buffer, offset = 0 } = copy.from;
        encoder.copyBufferToBuffer(buffer, offset, buffers[index], to, bytesOf(copy));
        to += bytesOf(copy);
      }
    });
    device.queue.submit([encoder.finish()]);
    return buffers;
  }
}

function takeOut(range: ArrayBuffer, group: readonly Copy[]): void {
  let from = 0;
  for (const copy of group) {
    const { into, at, dtype, length } = copy;
    into.set(unpackNumbers(range, from, dtype, length), at);
    from += bytesOf(copy);
  }
}
