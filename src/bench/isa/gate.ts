// A gate: figures of kernels that are kept in a file, and may not get worse.

import type { StoragePrecision } from '../../engine/webgpu/assemble.js';
import { FacewrightError } from '../../errors.js';
import type { IsaKernel, IsaResult } from './isa-report.js';

/** The figures that are kept of a kernel: those of `IsaFigures`, shares rounded to a hundredth of a point. */
export type GateKernel = Pick<IsaKernel, 'kernel' | 'shape'> &
  Readonly<Record<'vgprs' | 'waves' | 'spills', number>> &
  Readonly<Record<'fmaLoop' | 'fmaSlice', number | null>>;

/** A file of figures, with all that they depend on beside the code of facewright. */
export interface Gate {
  readonly format: 'facewright isa gate 1';
  readonly family: string;
  readonly model: string;
  readonly batch: number;
  /** f32 where it is not there. */
  readonly precision?: StoragePrecision;
  /** The version of Mesa, whose compiler decides as much as the kernels. */
  readonly mesa: string;
  readonly kernels: readonly GateKernel[];
}

/** What the figures of a gate are of, in a run. */
export interface GatedRun {
  readonly result: IsaResult;
  readonly model: string;
  readonly batch: number;
  /** By default f32. */
  readonly precision?: StoragePrecision;
  /** Which kernels were looked at. */
  readonly only: (one: Pick<IsaKernel, 'kernel' | 'shape'>) => boolean;
}

/** What became of the figures; of each kernel and shape a line at most in each list. */
export interface GateOutcome {
  /** Why nothing was compared, if so. */
  readonly skipped?: string;
  readonly compared: number;
  readonly worse: readonly string[];
  readonly better: readonly string[];
  /** Kernels that are not in the file yet. */
  readonly added: readonly string[];
}

/** Vector registers more that nobody need look at, as long as no wave is lost. */
const VGPRS_ALLOWED = 4;
/** Points of a share, of 100, that are lost before it counts as worse: a few instructions in a thousand. */
const POINTS_ALLOWED = 0.5;

/** The figures of a run as a gate. */
export function makeGate({ result: { report, driver }, model, batch, precision = 'f32' }: GatedRun): Gate {
  return {
    format: 'facewright isa gate 1',
    family: report.family,
    model,
    batch,
    ...(precision !== 'f32' && { precision }),
    mesa: mesaVersion(driver),
    kernels: report.kernels.map(gateKernel),
  };
}

/** The text of a gate's file: a line for each kernel, so that a difference shows what changed. */
export function gateText({ kernels, ...head }: Gate): string {
  const first = JSON.stringify(head).slice(0, -1);
  return `${first},"kernels":[\n${kernels.map((kernel) => JSON.stringify(kernel)).join(',\n')}\n]}\n`;
}

/** What the figures of a gate have to be of. */
export type GateSubject = Pick<Gate, 'family' | 'model' | 'batch' | 'precision'>;

/**
 * @param path for the error
 * @throws FacewrightError where the text is no gate, or one of another family, model, batch or precision
 */
export function readGate(text: string, path: string, subject: GateSubject): Gate {
  let gate: Partial<Gate> | null = null;
  try {
    gate = JSON.parse(text) as Partial<Gate> | null;
  } catch {
    // Told below.
  }
  if (gate?.format !== 'facewright isa gate 1' || !Array.isArray(gate.kernels)) {
    throw new FacewrightError(`--gate ${path}: is no file of figures; --write-gate ${path} makes one`);
  }
  for (const [option, name] of [
    ['isa', 'family'],
    ['model', 'model'],
    ['batch', 'batch'],
    ['precision', 'precision'],
  ] as const) {
    const [kept, asked] = [gate, subject].map((one) => one[name] ?? (name === 'precision' ? 'f32' : undefined));
    if (kept !== asked) {
      throw new FacewrightError(
        `--${option} ${asked}: the figures of ${path} are of ${kept}; give --${option} ${kept}`,
      );
    }
  }
  return gate as Gate;
}

/**
 * Holds a run against a gate. Worse is: fewer waves; more spilled registers; over 4 vector registers more; a share of
 * multiply-adds that is lower by over half a point, or no longer known; a kernel that a step does not have any more. With
 * another version of Mesa nothing is compared, since the compilers would be.
 */
export function holdAgainst(gate: Gate, run: GatedRun): GateOutcome {
  const made = makeGate(run);
  if (gate.mesa !== made.mesa) {
    return {
      skipped: `its figures are of Mesa ${gate.mesa}, and this is ${made.mesa}, whose compiler may make others of the same kernels`,
      compared: 0,
      worse: [],
      better: [],
      added: [],
    };
  }
  const kept = new Map(gate.kernels.filter(run.only).map((kernel) => [nameOf(kernel), kernel]));
  const now = new Map(made.kernels.map((kernel) => [nameOf(kernel), kernel]));
  const pairs = [...kept].flatMap(([name, before]) => {
    const after = now.get(name);
    return after === undefined ? [] : [{ name, before, after }];
  });
  const tell = (sign: 1 | -1) =>
    pairs.flatMap(({ name, before, after }) => {
      const changed = changes(before, after, sign);
      return changed.length === 0 ? [] : [`${name}: ${changed.join(', ')}`];
    });
  const gone = [...kept.keys()].filter((name) => !now.has(name)).map((name) => `${name}: a step has it no more`);
  return {
    compared: pairs.length,
    worse: [...tell(1), ...gone],
    better: tell(-1),
    added: [...now.keys()].filter((name) => !kept.has(name)),
  };
}

function gateKernel({ kernel, shape, isa: { vgprs, waves, spills, fmaLoop, fmaSlice } }: IsaKernel): GateKernel {
  const rounded = (share: number | null) => (share === null ? null : Math.round(share * 1e4) / 1e4);
  return { kernel, shape, vgprs, waves, spills, fmaLoop: rounded(fmaLoop), fmaSlice: rounded(fmaSlice) };
}

function nameOf({ kernel, shape }: GateKernel): string {
  return `${kernel} ${shape}`;
}

/** What got worse (sign 1) or better (−1). */
function changes(before: GateKernel, after: GateKernel, sign: 1 | -1): string[] {
  const told: string[] = [];
  const compare = (name: 'vgprs' | 'waves' | 'spills', worth: 1 | -1, allowed: number) => {
    const loss = sign * worth * (after[name] - before[name]);
    if (loss > allowed) told.push(`${LABELS[name]} ${before[name]} → ${after[name]}`);
  };
  compare('vgprs', 1, VGPRS_ALLOWED);
  compare('waves', -1, 0);
  compare('spills', 1, 0);
  for (const name of ['fmaLoop', 'fmaSlice'] as const) {
    const [old, fresh] = [before[name], after[name]];
    const lost = fresh === null ? (old === null ? 0 : 1) : old === null ? -1 : old - fresh;
    // Rounded, so that exactly half a point is not more than that.
    if (Math.round(sign * lost * 1e4) > POINTS_ALLOWED * 100)
      told.push(`${LABELS[name]} ${percent(old)} → ${percent(fresh)}`);
  }
  return told;
}

const LABELS = {
  vgprs: 'vector registers',
  waves: 'waves',
  spills: 'spilled registers',
  fmaLoop: 'multiply-adds in the hot loop',
  fmaSlice: 'multiply-adds in a slice',
} as const;

function percent(share: number | null): string {
  return share === null ? 'unknown' : `${(100 * share).toFixed(1)} %`;
}

/** `Mesa 25.0.7-2~bpo12+1` without what a distribution adds. */
function mesaVersion(driver: string): string {
  return /\d+\.\d+(?:\.\d+)?/.exec(driver)?.[0] ?? driver;
}
