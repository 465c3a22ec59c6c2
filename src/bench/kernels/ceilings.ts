import type { Dispatch } from '../../engine/webgpu/dispatch.js';
import type { BenchDevice } from './bench-device.js';
import type { Ceilings } from './kernels-report.js';
import { prepare } from './prepare.js';
import { type TimeOptions, timeLaunches } from './time.js';

/** Of shaders/bench/fma.wgsl: floating point operations that an invocation does in a turn. */
const FLOP_A_TURN = 12 * 8 * 2;
/** Workgroups of 256 that fill any GPU several times over, and those of 64 that keep a processor busy. */
const FMA_GRIDS = { gpu: { groups: 4096, workgroup: 256 }, software: { groups: 256, workgroup: 64 } };
/** Values of four numbers that are copied: 128 MiB and 16, which with their copies no cache holds. */
const COPIED = { gpu: 2 ** 23, software: 2 ** 20 };
/** How many of them an invocation copies: what is best differs from device to device. */
const COPIED_EACH = [1, 4];
/** Seconds that a launch of multiply-adds has to take to be measured by. */
const LONG_ENOUGH = 2e-3;
const MOST_TURNS = 2 ** 20;

/** A launch of multiply-adds, `turns` times 96 an invocation. */
export function fmaDispatch(software: boolean, turns: number): Dispatch {
  const { groups, workgroup } = software ? FMA_GRIDS.software : FMA_GRIDS.gpu;
  return {
    kernel: 'bench/fma',
    overrides: { WORKGROUP: workgroup },
    bindings: {
      turns: { kind: 'table', key: `turns ${turns}`, data: Uint32Array.of(turns) },
      y: { kind: 'scratch', size: groups * workgroup },
    },
    groups: [groups, 1],
    flop: groups * workgroup * turns * FLOP_A_TURN,
  };
}

/** A launch that copies `vectors` values of four numbers. */
export function copyDispatch(vectors: number, each: number): Dispatch {
  const WORKGROUP = 256;
  return {
    kernel: 'bench/copy',
    overrides: { SIZE: vectors, PER: each, WORKGROUP },
    bindings: {
      x: { kind: 'scratch', size: 4 * vectors, place: 0 },
      y: { kind: 'scratch', size: 4 * vectors, place: 1 },
    },
    groups: [Math.ceil(vectors / (WORKGROUP * each)), 1],
    flop: 0,
  };
}

/** A launch of nothing. */
const nothing: Dispatch = {
  kernel: 'bench/launch',
  overrides: {},
  bindings: { y: { kind: 'scratch', size: 4 } },
  groups: [1, 1],
  flop: 0,
};

/** A launch of multiply-adds that takes two milliseconds or more. */
export async function longFma(bench: BenchDevice): Promise<Dispatch> {
  for (let turns = 16; ; turns *= 2) {
    const dispatch = fmaDispatch(bench.info.software, turns);
    const seconds = await secondsOf(bench, dispatch, { samples: 1 });
    if (seconds >= LONG_ENOUGH || turns >= MOST_TURNS) return dispatch;
  }
}

/**
 * Measures what the adapter does at best: multiply-adds in registers, copying what no cache holds, and launching nothing.
 *
 * Medians, as of any kernel: a device that is slowed for a moment does not lower its ceilings, nor one that boosts raise them.
 */
export async function measureCeilings(
  bench: BenchDevice,
  fma: Dispatch,
  { samples, budget }: Omit<TimeOptions, 'cold'> = {},
): Promise<Ceilings> {
  const options = { samples, budget };
  const vectors = bench.info.software ? COPIED.software : COPIED.gpu;
  const multiplying = await secondsOf(bench, fma, options);
  const copying: number[] = [];
  for (const each of COPIED_EACH)
    copying.push(await secondsOf(bench, copyDispatch(vectors, each), { ...options, cold: true }));
  const launching = await secondsOf(bench, nothing, options);
  return {
    fma: fma.flop / multiplying,
    copy: (2 * 16 * vectors) / Math.min(...copying),
    launch: launching,
  };
}

/** The median seconds of a launch. */
async function secondsOf(bench: BenchDevice, dispatch: Dispatch, options: TimeOptions): Promise<number> {
  const prepared = await prepare(bench, dispatch, { batch: 1 });
  try {
    return (await timeLaunches(bench, prepared, options)).median;
  } finally {
    prepared.destroy();
  }
}
