import {
  type ConvolutionName,
  type ConvolutionShape,
  convolutionChoices,
  convolutionVariants,
} from '../../engine/webgpu/convolution-variants.js';
import { isSamePlace, type TunedEntry, type TunedPlace } from '../../engine/webgpu/tuned.js';
import { type Choice, type KernelDevice, sameChoice } from '../../engine/webgpu/variants.js';
import { FacewrightError } from '../../errors.js';
import type { KeptTable } from '../../node/tuned.js';
import { listed } from '../../words.js';
import type { TuneCase } from './tune-cases.js';

/** Why a choice runs. */
export type Why =
  /** It was measured to be faster than the usual one. */
  | 'tuned'
  /** It is the usual one: nothing was measured; nothing was faster beyond doubt; what was measured is not asked for. */
  | 'unmeasured'
  | 'unbeaten'
  | 'not asked'
  /** It is the usual one: what was measured is dropped, as its kernel has changed, or the device cannot run it so. */
  | 'changed'
  | 'impossible';

/** What there is to know of an op at a shape on a device. */
export interface Explanation {
  readonly op: string;
  readonly shape: object;
  /** How often a step of the model launches it; 0: the table has it of another model. */
  readonly n: number;
  /** The kernels that can run it, with so many tilings each, in the order in which they are preferred. */
  readonly kernels: readonly { readonly kernel: string; readonly tilings: number }[];
  readonly usual: Choice;
  readonly runs: Choice;
  readonly why: Why;
  /** What was measured, also where it is dropped. */
  readonly entry?: TunedEntry;
}

/** Which op, at which side of its map (of two maps the smaller one's). */
export interface Question {
  readonly op: ConvolutionName;
  readonly side: number;
}

/** Reads `conv3x3@64`. @throws FacewrightError that says what would do */
export function readQuestion(text: string): Question {
  const [, op, side] = /^([^@]+)@([1-9]\d*)$/.exec(text) ?? [];
  if (op === undefined || !Object.hasOwn(convolutionVariants, op)) {
    const names = listed(Object.keys(convolutionVariants), 'or');
    throw new FacewrightError(`--explain ${text}: must be ${names}, @ and a side in pixels, for example conv3x3@64`);
  }
  return { op: op as ConvolutionName, side: Number(side) };
}

/**
 * What runs at the shapes with that side, and why: those of a step, and those that the table knows from others.
 *
 * @param tuned whether engines use the table
 */
export function explain(
  { op, side }: Question,
  cases: readonly TuneCase[],
  table: Pick<KeptTable, 'entries' | 'stale'>,
  device: KernelDevice,
  tuned: boolean,
): Explanation[] {
  const ofSide = (place: TunedPlace) => place.op === op && (place.shape as ConvolutionShape).h === side;
  const inStep = cases.filter(ofSide);
  const inTable = [...table.entries, ...table.stale].filter(
    (entry) => ofSide(entry) && !inStep.some((one) => isSamePlace(one, entry)),
  );
  const places = [
    ...inStep,
    ...inTable.map((entry) => ({ op, shape: entry.shape as unknown as ConvolutionShape, n: 0 })),
  ];
  return places.map((place) => {
    const choices = convolutionChoices(op, place.shape, device);
    const fresh = table.entries.find((entry) => isSamePlace(entry, place));
    const entry = fresh ?? table.stale.find((one) => isSamePlace(one, place));
    const fastest = fresh?.kept ? choices.find((choice) => sameChoice(choice, fresh.rival!)) : undefined;
    const why = whyRuns(entry, { isFresh: fresh !== undefined, isPossible: fastest !== undefined, tuned });
    return {
      op,
      shape: place.shape,
      n: place.n,
      kernels: counts(choices),
      usual: choices[0],
      runs: why === 'tuned' ? fastest! : choices[0],
      why,
      ...(entry && { entry }),
    };
  });
}

function whyRuns(
  entry: TunedEntry | undefined,
  { isFresh, isPossible, tuned }: { isFresh: boolean; isPossible: boolean; tuned: boolean },
): Why {
  if (!tuned) return 'not asked';
  if (!entry) return 'unmeasured';
  if (!isFresh) return 'changed';
  if (!entry.kept) return 'unbeaten';
  return isPossible ? 'tuned' : 'impossible';
}

function counts(choices: readonly Choice[]): { kernel: string; tilings: number }[] {
  const kernels = [...new Set(choices.map(({ kernel }) => kernel))];
  return kernels.map((kernel) => ({ kernel, tilings: choices.filter((choice) => choice.kernel === kernel).length }));
}
