// Bank conflicts of the tiled convolutions in workgroup memory.

import type { ConvolutionName } from '../../engine/webgpu/convolution-variants.js';
import { type Tile, tiledPatches } from '../../engine/webgpu/tiles.js';

const LANES = 32;
const BANKS = 32;

/** What reading workgroup memory takes, for 32 invocations. */
export interface BankCycles {
  /** Cycles in which the 32 banks, 4 bytes wide, deliver. */
  readonly cycles: number;
  /** The same without conflicts: the fewest in which they could deliver as many different words. */
  readonly least: number;
}

/** A read that all invocations do at once: `width` words from an address each, in words. */
interface Read {
  readonly addresses: readonly number[];
  readonly width: 1 | 4;
}

/**
 * What a tiled kernel's invocations read for one input channel: runs of `words` neighbouring pixels of the patch, of which each begins
 * `start` words into it, and the rows of invocations stand `pitch` words apart; and the weights of a block of channels, vec4 by vec4.
 * Pixels are counted word by word, as the kernels ask for them; a compiler that joins such reads takes fewer cycles.
 */
interface Reads {
  readonly words: number;
  readonly pitch: (quads: number) => number;
  readonly starts: (quads: number, rows: number) => readonly number[];
}

const reads = {
  conv3x3: {
    words: 6,
    pitch: (quads) => 4 * quads + 2,
    starts: (quads) => [0, 1, 2].map((row) => row * (4 * quads + 2)),
  },
  conv_up: { words: 6, pitch: (quads) => 4 * quads + 2, starts: (quads) => [0, 1].map((row) => row * (4 * quads + 2)) },
  conv_down: {
    words: 5,
    pitch: (quads) => 8 * quads + 6,
    starts: (quads, rows) =>
      [0, 1, rows + 1, rows + 2].flatMap((row) => [0, 4 * quads + 2].map((odd) => row * (8 * quads + 6) + odd)),
  },
} as const satisfies Partial<Record<ConvolutionName, Reads>>;

/** The convolutions that have tiled kernels. */
export type TiledConvolution = keyof typeof reads;

/** By the name of a kernel, the convolution whose tiled kernel it is. */
export function tiledConvolution(kernel: string): TiledConvolution | undefined {
  return (Object.keys(reads) as TiledConvolution[]).find((name) =>
    [`${name}_tiled`, `${name}_back_tiled`].includes(kernel),
  );
}

/** Cycles for one input channel, by the first 32 invocations of a workgroup. */
export function bankCycles(
  convolution: TiledConvolution,
  { quads, rows, groups, slice }: Omit<Tile, 'split'>,
): BankCycles {
  const { words, pitch, starts } = reads[convolution];
  const { weights: vectors } = tiledPatches[convolution];
  // Invocations in the order of lib/tiled.wgsl: quads of a row, rows, blocks of channels.
  const lanes = Array.from({ length: Math.min(LANES, quads * rows * groups) }, (_, lane) => ({
    quad: lane % quads,
    row: Math.floor(lane / quads) % rows,
    block: Math.floor(lane / (quads * rows)),
  }));
  const pixels = starts(quads, rows).flatMap((start) =>
    Array.from(
      { length: words },
      (_, word): Read => ({
        addresses: lanes.map(({ quad, row }) => start + pitch(quads) * row + 4 * quad + word),
        width: 1,
      }),
    ),
  );
  const weights = Array.from(
    { length: vectors },
    (_, vector): Read => ({
      addresses: lanes.map(({ block }) => 4 * (block * (slice * vectors + 1) + vector)),
      width: 4,
    }),
  );
  const sum = (of: (read: Read) => number) => [...pixels, ...weights].reduce((total, read) => total + of(read), 0);
  return { cycles: sum(cyclesOf), least: sum(leastOf) };
}

/**
 * A read of vec4 goes in four parts, of 8 invocations each. In one cycle each bank delivers one word, to all that want it; a
 * vec4 that all want is one part.
 */
function cyclesOf({ addresses, width }: Read): number {
  if (new Set(addresses).size === 1) return 1;
  const part = LANES / width;
  let cycles = 0;
  for (let first = 0; first < addresses.length; first += part) {
    const words = new Set(addresses.slice(first, first + part).flatMap((address) => wordsOf(address, width)));
    const ofBank = new Array<number>(BANKS).fill(0);
    for (const word of words) ofBank[word % BANKS] += 1;
    cycles += Math.max(...ofBank);
  }
  return cycles;
}

function leastOf({ addresses, width }: Read): number {
  const words = new Set(addresses.flatMap((address) => wordsOf(address, width)));
  return Math.ceil(words.size / BANKS);
}

function wordsOf(address: number, width: number): number[] {
  return Array.from({ length: width }, (_, word) => address + word);
}
