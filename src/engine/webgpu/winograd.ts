import { MAX_GROUPS, powerOfTwo } from './dispatch.js';

/**
 * The tile of a convolution in Winograd's form: `rows` rows of 4·quads tiles of side × side values, for 8·groups channels, which
 * 8·quads·rows·groups invocations make.
 */
export interface WinogradTile {
  readonly quads: number;
  readonly rows: number;
  readonly groups: number;
}

/** A convolution as Winograd's form sees it. */
export interface WinogradMap {
  /** Of a tile: 2 for F(2×2, 3×3), 3 for F(3×3, 2×2). */
  readonly side: 2 | 3;
  /** What a phase makes. */
  readonly h: number;
  readonly w: number;
  readonly phases: 1 | 4;
  /** Channels that are summed over, and that are made. */
  readonly channels: number;
  readonly out: number;
}

/** Channels whose products are added up before they are added to the rest: shorter sums err less, and cost more. */
export const WINOGRAD_PART = 128;

/** Input channels at a time (shaders/lib/winograd.wgsl has the same). */
const SLICE = 8;

/** Workgroups that a large GPU runs at a time (the 132 multiprocessors of an H100 or H200): fewer leave some of it idle. */
const ENOUGH_GROUPS = 132;

/** Invocations of a workgroup that NVIDIA wants at least. */
const ENOUGH_INVOCATIONS = 128;

/**
 * How many times fewer instructions than the direct form has are worth it. Far more than 1, as long as no time was measured on a GPU: on
 * navi31 a SIMD holds 3 or 4 waves of these kernels and 6 of the tiled ones, they wait for each other more often, and read a third to a
 * half more from memory.
 */
const PAYS = 1.7;

/** Share of multiply-adds in the instructions of the tiled convolutions (docs/kernels.md, *What a GPU is given*). */
const DIRECT_SHARE = 0.73;

/** The workgroup memory of a tile, in bytes, as shaders/lib/winograd.wgsl declares it. */
export function winogradBytes({ quads, rows, groups }: WinogradTile): number {
  return 16 * SLICE * 16 * (2 * groups + quads * rows);
}

export function winogradInvocations({ quads, rows, groups }: WinogradTile): number {
  return 8 * quads * rows * groups;
}

/** Workgroups across the map, in all phases, and across the channels. */
export function winogradGroups(map: WinogradMap, { quads, rows, groups }: WinogradTile): [number, number] {
  const { side, h, w, phases, out } = map;
  return [phases * Math.ceil(w / (4 * side * quads)) * Math.ceil(h / (side * rows)), Math.ceil(out / (8 * groups))];
}

/**
 * Instructions that all invocations issue for a map, as counted in RDNA 3's code. Of a slice 512 are multiply-adds; what is brought is the
 * less the more channels share the input, and the more tiles the weights.
 */
export function winogradInstructions(map: WinogradMap, tile: WinogradTile): number {
  const { quads, rows, groups } = tile;
  const [across, blocks] = winogradGroups(map, tile);
  const [line, weightLine, turn] = map.side === 2 ? [100, 35, 170] : [170, 55, 235];
  const slice = 610 + (line * 4) / groups + (weightLine * 8) / (quads * rows);
  const parts = Math.ceil(map.channels / WINOGRAD_PART);
  const each = 400 + Math.ceil(map.channels / SLICE) * slice + parts * (120 + 4 * turn);
  return across * blocks * winogradInvocations(tile) * each;
}

/** Instructions of the direct form, for as many values. */
function directInstructions({ side, h, w, phases, channels, out }: WinogradMap): number {
  const taps = side === 2 ? 9 : 4;
  return (taps * h * w * phases * channels * out) / DIRECT_SHARE;
}

/**
 * Whether Winograd's form is preferred: with enough workgroups, large enough ones, and PAYS times fewer instructions. Follows from the shape
 * of one picture.
 */
export function winogradPays(map: WinogradMap, memory: number): boolean {
  const [tile] = winogradTiles(map, memory);
  if (tile === undefined || workgroupsOf(map, tile) < ENOUGH_GROUPS) return false;
  if (winogradInvocations(tile) < ENOUGH_INVOCATIONS) return false;
  return directInstructions(map) >= PAYS * winogradInstructions(map, tile);
}

/**
 * The tiles that are worth a try, within `memory` bytes of workgroup memory. First the one with the fewest instructions of those that
 * make enough workgroups, or of the most workgroups where none does; of equals the one that reads the fewest pixels twice, and then the
 * widest.
 */
export function winogradTiles(map: WinogradMap, memory: number): WinogradTile[] {
  const quads = powersTo(powerOfTwo(Math.ceil(map.w / (4 * map.side)), 1, 8));
  const rows = powersTo(powerOfTwo(Math.ceil(map.h / map.side), 1, 8));
  const groups = powersTo(powerOfTwo(Math.ceil(map.out / 8), 1, 8));
  // Strips are halved: there are at least two.
  const strips = quads.flatMap((across) =>
    rows.map((down) => [across, across === 1 ? Math.max(2, down) : down] as const),
  );
  const unique = strips.filter(
    ([across, down], index) => strips.findIndex(([a, d]) => a === across && d === down) === index,
  );
  return unique
    .flatMap(([across, down]) => groups.map((one) => ({ quads: across, rows: down, groups: one })))
    .filter(
      (tile) =>
        tile.quads * tile.rows <= 16 &&
        winogradInvocations(tile) <= 256 &&
        winogradBytes(tile) <= memory &&
        winogradGroups(map, tile)[0] <= MAX_GROUPS,
    )
    .map((tile) => ({
      tile,
      enough: Math.min(ENOUGH_GROUPS, workgroupsOf(map, tile)),
      instructions: winogradInstructions(map, tile),
      border: (2 + map.side * tile.rows) * (2 + 4 * map.side * tile.quads),
    }))
    .sort(
      (a, b) =>
        b.enough - a.enough || a.instructions - b.instructions || a.border - b.border || b.tile.quads - a.tile.quads,
    )
    .map(({ tile }) => tile);
}

function workgroupsOf(map: WinogradMap, tile: WinogradTile): number {
  const [across, blocks] = winogradGroups(map, tile);
  return across * blocks;
}

/** 1, 2, 4, … up to `last`, a power of two. */
function powersTo(last: number): number[] {
  return Array.from({ length: Math.log2(last) + 1 }, (_, exponent) => 2 ** exponent);
}
