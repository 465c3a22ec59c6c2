import { FacewrightError } from '../../errors.js';
import { type HostWatch, timed, timedWait } from './host-spans.js';
import { readBuffer } from './memory.js';

/** Passes whose clocks fit into one query set (WebGPU allows 4096 queries). */
const PASSES = 2048;
const QUERY_RESOLVE = 0x200;
const COPY_SRC = 0x04;

/** Records pass `index` with the given timestamp writes. */
export type TimedEncoding = (
  encoder: GPUCommandEncoder,
  index: number,
  timestampWrites: GPUComputePassTimestampWrites,
) => void;

/** Nanoseconds of the device's clock, whose zero is anywhere, before and after a pass. */
export interface PassTicks {
  readonly begin: bigint;
  readonly end: bigint;
}

/**
 * Runs `count` compute passes, and returns what the clock said before and after each.
 *
 * @param watch told what the processor does
 * @throws FacewrightError where the device has no timestamps
 */
export async function readPassTicks(
  device: GPUDevice,
  count: number,
  encode: TimedEncoding,
  watch?: HostWatch,
): Promise<PassTicks[]> {
  if (!device.features.has('timestamp-query')) {
    throw new FacewrightError('this GPU has no clock that kernels can read (timestamp-query)');
  }
  const read: PassTicks[] = [];
  for (let first = 0; first < count; first += PASSES) {
    const passes = Math.min(PASSES, count - first);
    const querySet = device.createQuerySet({ type: 'timestamp', count: 2 * passes });
    const resolved = device.createBuffer({ size: 16 * passes, usage: QUERY_RESOLVE | COPY_SRC });
    const staging = readBuffer(device, 16 * passes);
    try {
      const commands = timed(watch, 'encode', () => {
        const encoder = device.createCommandEncoder();
        for (let pass = 0; pass < passes; pass++) {
          encode(encoder, first + pass, {
            querySet,
            beginningOfPassWriteIndex: 2 * pass,
            endOfPassWriteIndex: 2 * pass + 1,
          });
        }
        encoder.resolveQuerySet(querySet, 0, 2 * passes, resolved, 0);
        encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16 * passes);
        return encoder.finish();
      });
      timed(watch, 'submit', () => device.queue.submit([commands]));
      await timedWait(watch, staging.mapAsync(1));
      const ticks = new BigInt64Array(staging.getMappedRange());
      for (let pass = 0; pass < passes; pass++) read.push({ begin: ticks[2 * pass], end: ticks[2 * pass + 1] });
    } finally {
      querySet.destroy();
      resolved.destroy();
      staging.destroy();
    }
  }
  return read;
}
