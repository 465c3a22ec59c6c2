// What was measured of the kernels on one adapter, as text and as the engine asks for it. node/tuned.ts keeps it in files.

import type { Choice, MeasuredChoices } from './variants.js';

/** What entries hold for: another adapter, driver or Dawn has other times. */
export interface TunedMachine {
  /** As Dawn names it. */
  readonly adapter: string;
  readonly driver: string;
  /** vulkan, metal, d3d12, … */
  readonly backend: string;
  /** The version of npm `webgpu`, which Dawn comes with. */
  readonly dawn: string;
}

/** The shape of one picture that an op was measured at (`ConvolutionShape`). */
export type TunedShape = Readonly<Record<string, number | string | boolean>>;

/** A choice, and how long a launch of it took, in seconds. */
export interface TimedChoice extends Choice {
  readonly seconds: number;
}

/** What was found for an op at a shape. */
export interface TunedEntry {
  readonly op: string;
  readonly shape: TunedShape;
  /** Pictures of a launch when it was measured. Which choice is taken never depends on the batch that runs. */
  readonly batch: number;
  /** What runs where nothing was measured. */
  readonly usual: TimedChoice;
  /**
   * The fastest of the others, measured again in alternation with the usual one: how many times as fast it is, with a 95 % interval.
   * Absent where there is no other, or none came through.
   */
  readonly rival?: TimedChoice & { readonly ratio: number; readonly interval: readonly [number, number] };
  /** Whether the rival was faster beyond doubt, and runs. */
  readonly kept: boolean;
  /** SHA-256 of the texts of both kernels, by name: what was measured of another text does not count. */
  readonly kernels: Readonly<Record<string, string>>;
  /** All others that were tried, and the shortest look that was had at each. */
  readonly tried: readonly TimedChoice[];
  /** ISO 8601. */
  readonly date: string;
}

/** Entries, and the machine that they are of. */
export interface TunedText {
  readonly machine: TunedMachine;
  readonly entries: readonly TunedEntry[];
}

/** Raised where a reader of an older one would be misled. */
const FORMAT = 'facewright tuned 1';

/** `h=64 into=512 …`: a shape is found again whatever the order of its parts. */
function shapeKey(op: string, shape: object): string {
  const parts = Object.entries(shape).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${op} ${parts.map(([name, value]) => `${name}=${value}`).join(' ')}`;
}

/** An op at a shape of one picture: an entry, or what one is asked for. */
export interface TunedPlace {
  readonly op: string;
  readonly shape: object;
}

/** Whether two are of one op at one shape. */
export function isSamePlace(a: TunedPlace, b: TunedPlace): boolean {
  return shapeKey(a.op, a.shape) === shapeKey(b.op, b.shape);
}

/** `conv3x3@64, 512 → 256 channels, styled`: how an op at a shape is called where people read it. */
export function placeName(op: string, shape: object): string {
  const { into, out, h, w, margin, read, bias, stored } = shape as TunedShape;
  const words = [`${op}@${h === w ? h : `${h}×${w}`}`, `${into} → ${out} channels`];
  if (read !== undefined && read !== 'plain') words.push(`${read}`);
  if (margin) words.push('with margin');
  if (bias) words.push('with bias');
  if (stored !== undefined) words.push(`in ${stored}`);
  return words.join(', ');
}

/** `conv3x3_tiled, quads 4, rows 8`: how a choice is called where people read it. */
export function choiceName({ kernel, tiling }: Choice): string {
  return [kernel, ...Object.entries(tiling).map(([name, value]) => `${name} ${value}`)].join(', ');
}

/** Entries that an engine asks and tells of failures. */
export class TunedTable {
  readonly #entries: Map<string, TunedEntry>;

  constructor(entries: readonly TunedEntry[]) {
    this.#entries = new Map(entries.map((entry) => [shapeKey(entry.op, entry.shape), entry]));
  }

  get entries(): TunedEntry[] {
    return [...this.#entries.values()];
  }

  /** What was measured to be fastest; undefined where that is the usual choice, or nothing was measured. */
  readonly measured: MeasuredChoices = (op, shape) => {
    const entry = this.find(op, shape);
    return entry?.kept ? entry.rival : undefined;
  };

  find(op: string, shape: object): TunedEntry | undefined {
    return this.#entries.get(shapeKey(op, shape));
  }

  /** Whether there was an entry. */
  drop(op: string, shape: object): boolean {
    return this.#entries.delete(shapeKey(op, shape));
  }
}

/** The older entries and the newer ones, which go before where both have an op at a shape. */
export function mergeEntries(older: readonly TunedEntry[], newer: readonly TunedEntry[]): TunedEntry[] {
  return new TunedTable([...older, ...newer]).entries;
}

/** The text of a file of entries. */
export function tunedText({ machine, entries }: TunedText): string {
  return `${JSON.stringify({ format: FORMAT, machine, entries }, null, 1)}\n`;
}

/**
 * Reads the text of a file of entries.
 *
 * @returns what it says, or the end of a sentence about what is wrong with it
 */
export function readTunedText(text: string): TunedText | string {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return 'is no JSON';
  }
  if (!isRecord(content) || typeof content.format !== 'string' || !content.format.startsWith('facewright tuned ')) {
    return 'is no table of facewright tune';
  }
  if (content.format !== FORMAT) return `is of another version of facewright ("${content.format}", not "${FORMAT}")`;
  const { machine, entries } = content;
  if (!isMachine(machine)) return 'does not say of which adapter it is';
  if (!Array.isArray(entries) || !entries.every(isEntry)) return 'has entries that are none';
  return { machine, entries };
}

/** Whether two machines are one. */
export function sameMachine(a: TunedMachine, b: TunedMachine): boolean {
  return a.adapter === b.adapter && a.driver === b.driver && a.backend === b.backend && a.dawn === b.dawn;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMachine(value: unknown): value is TunedMachine {
  return isRecord(value) && ['adapter', 'driver', 'backend', 'dawn'].every((name) => typeof value[name] === 'string');
}

function isEntry(value: unknown): value is TunedEntry {
  if (!isRecord(value)) return false;
  const { op, shape, batch, usual, rival, kept, kernels, tried, date } = value;
  return (
    typeof op === 'string' &&
    typeof date === 'string' &&
    typeof kept === 'boolean' &&
    isAbove0(batch) &&
    isRecord(shape) &&
    Object.values(shape).every((part) => ['number', 'string', 'boolean'].includes(typeof part)) &&
    isTimed(usual) &&
    (rival === undefined ? !kept : isTimed(rival) && isRatio(rival)) &&
    isRecord(kernels) &&
    Object.values(kernels).every((hash) => typeof hash === 'string') &&
    [usual, ...(rival === undefined ? [] : [rival])].every((one) => Object.hasOwn(kernels, (one as Choice).kernel)) &&
    Array.isArray(tried) &&
    tried.every(isTimed)
  );
}

function isTimed(value: unknown): value is TimedChoice {
  if (!isRecord(value) || typeof value.kernel !== 'string' || !isAbove0(value.seconds)) return false;
  return isRecord(value.tiling) && Object.values(value.tiling).every((number) => Number.isInteger(number));
}

function isRatio(value: object): boolean {
  const { ratio, interval } = value as { ratio?: unknown; interval?: unknown };
  return isAbove0(ratio) && Array.isArray(interval) && interval.length === 2 && interval.every(isAbove0);
}

function isAbove0(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
