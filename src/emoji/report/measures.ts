// The measures: what each is, and its value for every picture that has one.

import { groupBy } from '../../results/group-by.js';
import type { JournalLine } from '../../results/journal.js';
import { angleShift } from './colour.js';
import type { Figure, Measure, Measured } from './report-data.js';
import { meanOf, type Observation, shareDifferenceOf, shareOf } from './statistics.js';
import { clusterOf, settingOf, subjectOf } from './subject.js';

/** What was measured, by the lines' outputs. */
export type Measurements = ReadonlyMap<string, Measured>;

/** A measure's value for a line, or for what several lines are about. */
export interface Value {
  readonly line: JournalLine;
  readonly value: number;
}

export interface MeasureKind extends Measure {
  /** Of shares, the values are 1 and 0, and the figures are in %. */
  readonly share: boolean;
  /** Whether there is one value per drawing, or one per search, instead of one per result. */
  readonly per: 'drawing' | 'search' | 'result';
  /** No value is less: intervals end there. */
  readonly least?: number;
  /** What axes have to reach. */
  readonly axis?: { readonly from?: number; readonly to?: number };
  values(lines: readonly JournalLine[], measured: Measurements): Value[];
}

const done = (lines: readonly JournalLine[]) => lines.filter(({ status }) => status === 'done');

/** The values that `read` finds for lines that are done. */
const ofResults =
  (read: (line: JournalLine, measured: Measured | undefined) => number | undefined) =>
  (lines: readonly JournalLine[], measured: Measurements): Value[] =>
    done(lines).flatMap((line) => {
      const value = read(line, measured.get(line.output));
      return value === undefined || !Number.isFinite(value) ? [] : [{ line, value }];
    });

const share = { share: true, unit: '%', decimals: 0, axis: { from: 0, to: 100 } } as const;

export const measureKinds: readonly MeasureKind[] = [
  {
    ...share,
    key: 'recognised',
    title: 'Recognised',
    explanation:
      'Drawings in which the face detector found a face, of those that the set has and that were looked at. It says ' +
      'something about the detector and the drawing, and nothing about the generator.',
    per: 'drawing',
    values: recognised,
  },
  {
    ...share,
    key: 'within_eps',
    title: 'Within eps',
    explanation:
      'Results whose face, scaled down, came as close to the target as eps asks (L2), of those that were found.',
    per: 'result',
    values: ofResults(({ met }) => (met ? 1 : 0)),
  },
  {
    share: false,
    key: 'l2',
    title: 'L2',
    unit: '',
    decimals: 4,
    explanation:
      'Mean squared difference between the target and the face scaled down, over all pixels and channels of 0 to 1: ' +
      'background, hair and hats count as much as the face.',
    per: 'result',
    least: 0,
    axis: { from: 0 },
    values: ofResults(({ losses }) => losses?.L2),
  },
  {
    share: false,
    key: 'colour_difference',
    title: 'Colour difference',
    unit: '',
    decimals: 1,
    explanation:
      'CIEDE2000 between the target and the face scaled down, mean over the pixels of the face: 1 can just be told, ' +
      'black and white are 100 apart. It is measured where a crop to the face has the face, and so not for whole drawings.',
    per: 'result',
    least: 0,
    axis: { from: 0 },
    values: ofResults((_, measured) => measured?.colourDifference),
  },
  {
    share: false,
    key: 'target_angle',
    title: 'Angle of the target',
    unit: '°',
    decimals: 1,
    explanation:
      "Individual typology angle of the mean colour of the target's face: light skin has a large one (over 55° very " +
      'light), dark skin a small one (below −30° dark). Eyes and mouth are in that mean. What is yellow has an angle too, ' +
      'which is no skin tone.',
    per: 'result',
    values: ofResults((_, measured) => measured?.angle?.target),
  },
  {
    share: false,
    key: 'angle_shift',
    title: 'Shift of the angle',
    unit: '°',
    decimals: 1,
    explanation:
      "The angle of the result's face less that of the target's: above 0 the face came out lighter (or less yellow), " +
      'below 0 darker.',
    per: 'result',
    axis: { from: 0, to: 0 },
    values: ofResults((_, measured) => (measured?.angle === undefined ? undefined : angleShift(measured.angle))),
  },
  {
    share: false,
    key: 'spread',
    title: 'Spread between seeds',
    unit: '',
    decimals: 3,
    explanation:
      'Standard deviation between the faces that several seeds found for one target, of each pixel and channel (0 to 1) ' +
      'at 64 px, root mean square: how much a small picture leaves open.',
    per: 'search',
    least: 0,
    axis: { from: 0 },
    values: ofResults((_, measured) => measured?.spread),
  },
];

/** Whether a face was seen, 1 or 0, of each drawing: results of several seeds and sizes are of one look for a face. */
export function recognised(lines: readonly JournalLine[]): Value[] {
  const faces = lines.filter(({ emoji, failure }) => emoji?.frame === 'face' && failure !== 'missing');
  return [...groupBy(faces, subjectOf).values()].flatMap((group) => {
    const line = group.find(({ status }) => status === 'done');
    if (line !== undefined) return [{ line, value: 1 }];
    const without = group.find(({ failure }) => failure === 'no-face');
    // What failed for another reason tells nothing about the face.
    return without === undefined ? [] : [{ line: without, value: 0 }];
  });
}

/** The figure of a measure for a group of pictures; undefined where there are too few. */
export function figureOf(kind: MeasureKind, lines: readonly JournalLine[], measured: Measurements): Figure | undefined {
  const observations = kind.values(lines, measured).map(({ line, value }) => ({ cluster: clusterOf(line), value }));
  if (kind.share) return inPercent(shareOf(observations));
  const figure = meanOf(observations);
  return figure && { ...figure, low: Math.max(figure.low, kind.least ?? Number.NEGATIVE_INFINITY) };
}

/** The figure of paired differences. */
export function differenceOf(kind: MeasureKind, differences: readonly Observation[]): Figure | undefined {
  return kind.share ? inPercent(shareDifferenceOf(differences)) : meanOf(differences);
}

function inPercent(figure: Figure | undefined): Figure | undefined {
  if (figure === undefined) return undefined;
  const { value, low, high } = figure;
  return { ...figure, value: 100 * value, low: 100 * low, high: 100 * high };
}

/** What two values have in common whose emoji differ in their tone alone. */
export function pairOf({ per }: MeasureKind, line: JournalLine): string {
  const { emoji, seed, duplicate } = line;
  const drawing = [emoji?.set, emoji?.base, emoji?.frame];
  if (per === 'drawing') return drawing.join('\0');
  return [...drawing, settingOf(line), ...(per === 'result' ? [seed, duplicate] : [])].join('\0');
}
