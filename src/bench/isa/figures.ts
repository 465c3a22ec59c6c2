// What the code of a kernel says about how well it uses a GPU.

import { FacewrightError } from '../../errors.js';
import type { CompiledPipeline, Instruction, Listing } from './listing.js';
import { findLoops, type Loop, ownIndices, tripsOf } from './loops.js';

/** Instructions by what carries them out. `wait` are those that only order others: waits, delays, hints. */
export type InstructionClass = 'fma' | 'valu' | 'lds' | 'vmem' | 'smem' | 'salu' | 'wait' | 'other';

/**
 * Figures of a compiled kernel.
 *
 * Of the loops three are looked at. The *slice* is the outermost loop with the most multiply-adds: in the tiled convolutions
 * what is done for each slice of input channels, from bringing it to workgroup memory to summing up. The *hot loop* is the
 * innermost one that holds at least half of the slice's multiply-adds. Their shares are those of instructions, each counted
 * as often as it is issued: in the slice loops within count as often as they are gone through (`tripsOf` in loops.ts), and
 * both sides of a branch once. A product of matrices (WMMA) counts as the multiply-adds that it is for each invocation: of
 * 16 × 16 × 16 in waves of 64 as 64 instructions.
 */
export interface IsaFigures {
  /** Vector registers of an invocation, and how many waves a SIMD holds with them and with the workgroup memory. */
  readonly vgprs: number;
  readonly waves: number;
  /** Invocations of a wave. */
  readonly waveSize: number;
  /** Workgroup memory in bytes. */
  readonly lds: number;
  /** Registers, scalar and vector, that did not fit. */
  readonly spills: number;
  /** Share of multiply-adds, of f32 or f16 or of matrices, in the hot loop's own instructions; null where no loop has most of them. */
  readonly fmaLoop: number | null;
  /** The same of the slice; null also where it is not known how often a loop within is gone through. */
  readonly fmaSlice: number | null;
  /** Reads of workgroup memory in the hot loop, by multiply-adds (of invocations: a packed or dual one counts two). */
  readonly ldsPerFma: number | null;
  /** Loads from memory that are issued in the slice, or in a kernel without one, with no wait for a load between them. */
  readonly inFlight: number;
  /** Instructions that are two in one (VOPD), of the whole kernel. */
  readonly dual: number;
  /** Instructions of the whole kernel, by class. */
  readonly instructions: Readonly<Record<InstructionClass, number>>;
}

/** @param halved whether the compiler counts waves of 64 as two (AMD's RDNA, which has both sizes) */
export function isaFigures({ listing, statistics, wave, workgroup }: CompiledPipeline, halved: boolean): IsaFigures {
  const tell = (name: string): number => {
    const value = statistics.get(name);
    if (value === undefined)
      throw new FacewrightError(`Mesa told no "${name}" of a pipeline: its version is not known here`);
    return value;
  };
  const all = listing.instructions;
  const waves = tell('Subgroups per SIMD');
  const work = new LoopWork(listing, wave, Math.ceil(workgroup / wave));
  const slice = workLoop(findLoops(listing), work);
  const hot = slice === undefined ? undefined : hotLoop(slice, work);
  const own = hot === undefined ? [] : ownIndices(hot).map((index) => all[index]);
  const issued = (instructions: readonly Instruction[]) => sum(instructions.map((one) => issues(one, wave)));
  return {
    vgprs: tell('VGPRs'),
    waves: halved && wave === 64 ? waves / 2 : waves,
    waveSize: wave,
    lds: tell('LDS size'),
    spills: tell('Spilled VGPRs') + tell('Spilled SGPRs'),
    fmaLoop: hot === undefined ? null : issued(own.filter(isFma)) / issued(own),
    fmaSlice: slice === undefined ? null : work.share(slice),
    ldsPerFma: hot === undefined ? null : own.filter(readsLds).length / sum(own.map((one) => multiplyAdds(one, wave))),
    inFlight: loadsInFlight(listing, slice ?? { start: 0, end: all.length - 1, inner: findLoops(listing) }, work),
    dual: all.filter(({ operations }) => operations.length > 1).length,
    instructions: count(all),
  };
}

/** Adds up what loops issue. */
class LoopWork {
  readonly #trips = new Map<Loop, number | undefined>();

  constructor(
    private readonly listing: Listing,
    private readonly wave: number,
    private readonly waves: number,
  ) {}

  trips(loop: Loop): number | undefined {
    if (!this.#trips.has(loop)) this.#trips.set(loop, tripsOf(this.listing, loop, this.waves));
    return this.#trips.get(loop);
  }

  /** Multiply-adds of going through a loop once, those of loops within counted once where their number is not known. */
  fma(loop: Loop): number {
    return (
      sum(this.#own(loop).map((one) => multiplyAdds(one, this.wave))) +
      sum(loop.inner.map((one) => (this.trips(one) ?? 1) * this.fma(one)))
    );
  }

  /** Multiply-adds that stand in none of the loops. */
  outside(loops: readonly Loop[]): number {
    const { instructions } = this.listing;
    const own = instructions.filter((_, index) => loops.every(({ start, end }) => index < start || index > end));
    return sum(own.map((one) => multiplyAdds(one, this.wave)));
  }

  share(loop: Loop): number | null {
    const fma = this.#issued(loop, isFma);
    const all = this.#issued(loop, () => true);
    return fma === undefined || all === undefined ? null : fma / all;
  }

  /** Instructions that going through a loop once issues. */
  #issued(loop: Loop, which: (instruction: Instruction) => boolean): number | undefined {
    let total: number | undefined = sum(
      this.#own(loop)
        .filter(which)
        .map((one) => issues(one, this.wave)),
    );
    for (const one of loop.inner) {
      const [trips, each] = [this.trips(one), this.#issued(one, which)];
      total = total === undefined || trips === undefined || each === undefined ? undefined : total + trips * each;
    }
    return total;
  }

  #own(loop: Loop): Instruction[] {
    return ownIndices(loop).map((index) => this.listing.instructions[index]);
  }
}

/** The loop with the most multiply-adds; undefined where more of them stand in none, as where a single slice is all there is. */
function workLoop(loops: readonly Loop[], work: LoopWork): Loop | undefined {
  const slice = greatest(loops, (loop) => work.fma(loop));
  return slice !== undefined && work.fma(slice) >= work.outside(loops) ? slice : undefined;
}

/** Goes inwards as long as loops within hold at least half of the multiply-adds, to the one with the most of them. */
function hotLoop(loop: Loop, work: LoopWork): Loop {
  const weight = (one: Loop) => (work.trips(one) ?? 1) * work.fma(one);
  const next = greatest(loop.inner, weight);
  if (next === undefined || 2 * sum(loop.inner.map(weight)) < work.fma(loop)) return loop;
  return hotLoop(next, work);
}

/**
 * The most loads that are issued in a loop's body one after another, with no wait for a load between them. A loop within counts as
 * often as it is gone through, where nothing in it waits.
 */
function loadsInFlight(listing: Listing, loop: Loop, work: LoopWork): number {
  let [loads, most] = [0, 0];
  for (let index = loop.start; index <= loop.end; index++) {
    const within = loop.inner.find(({ start }) => start === index);
    if (within !== undefined) {
      const inside = loadsInFlight(listing, within, work);
      const waits = listing.instructions.slice(within.start, within.end + 1).some(isWaitForLoad);
      loads = waits ? 0 : loads + inside * (work.trips(within) ?? 1);
      most = Math.max(most, inside, loads);
      index = within.end;
      continue;
    }
    const instruction = listing.instructions[index];
    if (isWaitForLoad(instruction)) loads = 0;
    if (LOAD.test(instruction.operations[0].name)) loads += 1;
    most = Math.max(most, loads);
  }
  return most;
}

function isWaitForLoad({ operations: [{ name, args }] }: Instruction): boolean {
  return /^s_wait_loadcnt/.test(name) || (name === 's_waitcnt' && /vmcnt/.test(args.join()));
}

const MEMORY = 't?buffer|global|flat|scratch|image';
const LOAD = new RegExp(`^(?:${MEMORY})_load`);
/** Of floats only: `v_mad_u32_u24` and the like multiply addresses. */
const FMA = /^v_(?:dual_|pk_)?(?:fma|mad|mac)(?:c|ak|mk|_legacy|_mix(?:lo|hi)?)*_f(?:16|32|64)/;
/** A product of matrices of M × K and K × N, which a wave makes together. */
const WMMA = /^v_wmma_\w+?_(\d+)x(\d+)x(\d+)_/;
const CLASSES: readonly (readonly [InstructionClass, RegExp])[] = [
  ['fma', new RegExp(`${FMA.source}|${WMMA.source}`)],
  ['valu', /^v_/],
  ['lds', /^ds_/],
  ['vmem', new RegExp(`^(?:${MEMORY})_`)],
  ['smem', /^s_(?:buffer_)?load/],
  ['wait', /^s_(?:wait|delay_alu|nop|clause|set_inst_prefetch|inst_prefetch|sleep|barrier)/],
  ['salu', /^s_/],
  ['other', /^/],
];

/** An instruction that is two counts as the first of the classes that either is of. */
function classOf({ operations }: Instruction): InstructionClass {
  return CLASSES.find(([, pattern]) => operations.some(({ name }) => pattern.test(name)))?.[0] ?? 'other';
}

function isFma(instruction: Instruction): boolean {
  return classOf(instruction) === 'fma';
}

function readsLds({ operations: [{ name }] }: Instruction): boolean {
  return /^ds_(?:load|read)/.test(name);
}

/** Multiply-adds that an instruction is for each invocation of a wave. */
function multiplyAdds({ operations }: Instruction, wave: number): number {
  return sum(
    operations.map(({ name }) => {
      const product = matrixProduct(name);
      if (product > 0) return product / wave;
      return FMA.test(name) ? (name.startsWith('v_pk_') ? 2 : 1) : 0;
    }),
  );
}

/** Instructions that one is counted as. */
function issues({ operations: [{ name }] }: Instruction, wave: number): number {
  return Math.max(1, matrixProduct(name) / wave);
}

/** Multiply-adds of a product of matrices, over all invocations; 0 of anything else. */
function matrixProduct(name: string): number {
  const sizes = WMMA.exec(name);
  return sizes === null ? 0 : Number(sizes[1]) * Number(sizes[2]) * Number(sizes[3]);
}

function count(instructions: readonly Instruction[]): Record<InstructionClass, number> {
  const counts = Object.fromEntries(CLASSES.map(([name]) => [name, 0])) as Record<InstructionClass, number>;
  for (const instruction of instructions) counts[classOf(instruction)] += 1;
  return counts;
}

/** The one with the most; undefined where none has any. */
function greatest<T>(all: readonly T[], weight: (one: T) => number): T | undefined {
  const weights = all.map(weight);
  const most = Math.max(0, ...weights);
  return most === 0 ? undefined : all[weights.indexOf(most)];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
