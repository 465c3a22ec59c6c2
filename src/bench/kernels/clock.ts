import { performance } from 'node:perf_hooks';
import type { GuardedDevice } from '../../engine/webgpu/device.js';
import { readPassTicks } from '../../engine/webgpu/timestamps.js';
import { hurryDawn } from '../../node/dawn-pump.js';

/** A compute pass to be timed. */
export interface TimedPass {
  /** What is done before the clock starts. */
  readonly before?: (encoder: GPUCommandEncoder) => void;
  readonly record: (pass: GPUComputePassEncoder) => void;
}

/** What passes are timed with. Tests have one that answers what they want. */
export interface PassClock {
  /** The device's own clock, or where it has none the processor's around a submit and its end: with all that lies between. */
  readonly kind: 'timestamps' | 'wall';
  /** Runs passes one after another and returns the seconds of each. */
  time(passes: readonly TimedPass[]): Promise<number[]>;
  /** The smallest difference between two times that was seen so far, in seconds; 0 before any was. */
  quantum(): number;
}

/** The best clock that a device has. */
export function clockOf(guard: GuardedDevice): PassClock {
  return guard.device.features.has('timestamp-query') ? new TimestampClock(guard) : new WallClock(guard);
}

/** The smallest difference between numbers that is not 0, or `known` where that is smaller. */
function smallestStep(times: readonly number[], known: number): number {
  const sorted = Float64Array.from(times).sort();
  let smallest = known;
  for (let i = 1; i < sorted.length; i++) {
    const step = sorted[i] - sorted[i - 1];
    if (step > 0 && (step < smallest || smallest === 0)) smallest = step;
  }
  return smallest;
}

/** The clock of the device, in front of each pass and behind. */
class TimestampClock implements PassClock {
  readonly kind = 'timestamps';
  #quantum = 0;

  constructor(private readonly guard: GuardedDevice) {}

  async time(passes: readonly TimedPass[]): Promise<number[]> {
    this.guard.check();
    const ticks = await this.guard.orFailure(
      readPassTicks(this.guard.device, passes.length, (encoder, index, timestampWrites) => {
        passes[index].before?.(encoder);
        const pass = encoder.beginComputePass({ timestampWrites });
        passes[index].record(pass);
        pass.end();
      }),
    );
    this.guard.check();
    const zero = ticks[0]?.begin ?? 0n;
    const since = ticks.flatMap(({ begin, end }) => [Number(begin - zero), Number(end - zero)]);
    this.#quantum = smallestStep(since, this.#quantum * 1e9) * 1e-9;
    return ticks.map(({ begin, end }) => Number(end - begin) * 1e-9);
  }

  quantum(): number {
    return this.#quantum;
  }
}

/** The clock of the processor: from handing a pass over until the device is done with it, all that lies between included. */
export class WallClock implements PassClock {
  readonly kind = 'wall';
  #quantum = 0;

  constructor(private readonly guard: GuardedDevice) {}

  async time(passes: readonly TimedPass[]): Promise<number[]> {
    // The end is seen when Dawn is asked.
    const calm = hurryDawn();
    try {
      const seconds: number[] = [];
      for (const pass of passes) seconds.push(await this.#timeOne(pass));
      this.guard.check();
      return seconds;
    } finally {
      calm();
    }
  }

  async #timeOne({ before, record }: TimedPass): Promise<number> {
    const { device } = this.guard;
    this.guard.check();
    if (before) {
      const encoder = device.createCommandEncoder();
      before(encoder);
      device.queue.submit([encoder.finish()]);
    }
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    record(pass);
    pass.end();
    const commands = encoder.finish();
    await this.guard.orFailure(device.queue.onSubmittedWorkDone());
    const start = performance.now();
    device.queue.submit([commands]);
    await this.guard.orFailure(device.queue.onSubmittedWorkDone());
    const end = performance.now();
    this.#quantum = smallestStep([end * 1e-3, nextTime(end) * 1e-3], this.#quantum);
    return (end - start) * 1e-3;
  }

  quantum(): number {
    return this.#quantum;
  }
}

/** The first time, in milliseconds, that is not `time` any more. */
function nextTime(time: number): number {
  let now = time;
  while (now === time) now = performance.now();
  return now;
}
