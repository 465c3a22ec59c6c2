// What a table does and does not show, in sentences that are made from its figures.

import type { JournalLine } from '../../results/journal.js';
import { countedText, countText, intervalText, listText, valueText } from './format.js';
import type { Figure, Measure, ReportRow } from './report-data.js';
import { clusterOf } from './subject.js';

/** From so many intervals on, some miss by chance that one has to say so. */
const MANY = 20;

/** Rows that a sentence names at most. */
const NAMED = 4;

interface Known {
  readonly name: string;
  readonly figure: Figure;
}

const rowsWith = (rows: readonly ReportRow[], { key }: Measure): Known[] =>
  rows.flatMap(({ name, figures }) => (Object.hasOwn(figures, key) ? [{ name, figure: figures[key] }] : []));

/** The sentences about a table of single pictures. @param lines all that stand in it */
export function reading(
  rows: readonly ReportRow[],
  measures: readonly Measure[],
  lines: readonly JournalLine[],
): string {
  return [
    ...differences(rows, measures),
    ...shifts(rows, measures, lines),
    ...thin(rows),
    ...chance(rows, measures),
    whom(lines),
    ...yellow(rows, lines),
  ].join(' ');
}

/** Which rows lie further apart than their intervals reach, measure by measure, and in which measures none do. */
function differences(rows: readonly ReportRow[], measures: readonly Measure[]): string[] {
  const apart: string[] = [];
  const alike: string[] = [];
  for (const measure of measures) {
    const known = rowsWith(rows, measure);
    if (known.length < 2) continue;
    // Not the largest and the smallest value: those may be of rows with hardly a picture.
    const most = known.reduce((best, row) => (row.figure.low > best.figure.low ? row : best));
    const least = known.reduce((best, row) => (row.figure.high < best.figure.high ? row : best));
    if (most.figure.low <= least.figure.high) alike.push(measure.title);
    else apart.push(`${measure.title} is higher in ${inWords(most, measure)} than in ${inWords(least, measure)}`);
  }
  const sentences: string[] = [];
  if (apart.length > 0) sentences.push(`The rows furthest apart whose intervals do not overlap: ${apart.join('; ')}.`);
  if (apart.some((text) => text.startsWith('Recognised '))) {
    sentences.push('What is recognised is up to the detector and the drawing, not to the generator.');
  }
  if (alike.length > 0) {
    const verb = apart.length > 0 ? 'no two rows are shown to differ' : 'no difference between rows is shown';
    sentences.push(`In ${listText(alike)} the intervals of all rows overlap: ${verb}.`);
  }
  return sentences;
}

const inWords = ({ name, figure }: Known, measure: Measure) =>
  `${name} (${valueText(figure.value, measure)}, ${intervalText(figure, measure)})`;

/** In which rows faces came out lighter or darker than their targets. */
function shifts(rows: readonly ReportRow[], measures: readonly Measure[], lines: readonly JournalLine[]): string[] {
  const measure = measures.find(({ key }) => key === 'angle_shift');
  if (measure === undefined) return [];
  const known = rowsWith(rows, measure);
  const { above, below } = beyondZero(known);
  if (known.length === 0) return [];
  if (above.length + below.length === 0) {
    const tones = new Set(lines.map(({ emoji }) => emoji?.tone)).size;
    return [
      'In no row is the typology angle of the faces shown to differ from that of the targets.' +
        (tones > 1 ? ' Where a row mixes tones, shifts up and down may cancel.' : ''),
    ];
  }
  const parts = [
    ...(above.length > 0 ? [`larger (lighter, or less yellow) in ${names(above)}`] : []),
    ...(below.length > 0 ? [`smaller (darker) in ${names(below)}`] : []),
  ];
  const both = above.length > 0 && below.length > 0;
  const why = both ? ' A generator that draws all faces more like those it saw most would do just that.' : '';
  return [`The typology angle of the faces is ${parts.join(', and ')}.${why}`];
}

/** Rows whose interval leaves 0 out, the furthest from it first. */
function beyondZero(known: readonly Known[]): { above: Known[]; below: Known[] } {
  return {
    above: known.filter(({ figure }) => figure.low > 0).sort((a, b) => b.figure.value - a.figure.value),
    below: known.filter(({ figure }) => figure.high < 0).sort((a, b) => a.figure.value - b.figure.value),
  };
}

function names(rows: readonly Known[]): string {
  const more = rows.length - NAMED;
  const named = rows.slice(0, more > 1 ? NAMED : rows.length).map(({ name }) => name);
  return more > 1 ? `${named.join('; ')}; and ${more} more rows` : named.join('; ');
}

/** Rows that are too thin for a mean. */
function thin(rows: readonly ReportRow[]): string[] {
  const alone = rows.filter(({ figures }) => Object.hasOwn(figures, 'within_eps') && !Object.hasOwn(figures, 'l2'));
  if (alone.length === 0) return [];
  return [
    `${countedText(alone.length, 'row has', 'rows have')} results for a single emoji, which tells nothing about others: ` +
      'of those there are no means.',
  ];
}

function chance(rows: readonly ReportRow[], measures: readonly Measure[]): string[] {
  const count = measures.reduce((sum, measure) => sum + rowsWith(rows, measure).length, 0);
  if (count < MANY) return [];
  return [
    `Of ${count} intervals about ${Math.round(count / 20)} miss the truth by chance, and the rows named here are the ` +
      'extremes of many: where two intervals only just clear each other, that is a hint.',
  ];
}

/** What the intervals are over, and what decides the figures. */
function whom(lines: readonly JournalLine[]): string {
  const emoji = lines.some((line) => line.emoji !== undefined);
  const count = new Set(lines.map(clusterOf)).size;
  const models = [...new Set(lines.map(({ model }) => model.name))];
  const over = emoji
    ? `Intervals are over the ${countedText(count, 'emoji', 'emoji')} of these drawings and not over people`
    : `Intervals are over the ${countedText(count, 'picture')} and not over people`;
  return `${over}; how near a face comes, and which way its colour goes, follows from what ${listText(models)} was trained on.`;
}

/** How many of those with an angle have no skin tone at all. */
function yellow(rows: readonly ReportRow[], lines: readonly JournalLine[]): string[] {
  if (!rows.some(({ figures }) => Object.hasOwn(figures, 'target_angle'))) return [];
  const done = lines.filter(({ status, emoji }) => status === 'done' && emoji?.frame === 'face');
  const none = done.filter(({ emoji }) => emoji!.tone === 'none').length;
  if (none === 0) return [];
  return [
    `${countText(none)} of the ${countedText(done.length, 'result')} with an angle are of emoji without a skin tone, ` +
      'most of them yellow: their angles are no tones of skin.',
  ];
}

/** The sentences about a table of differences. @param reference what rows are held against, in words */
export function pairedReading(rows: readonly ReportRow[], measures: readonly Measure[], reference: string): string {
  const shown: string[] = [];
  const alike: string[] = [];
  for (const measure of measures) {
    const { above, below } = beyondZero(rowsWith(rows, measure));
    const parts = [
      ...(above.length > 0 ? [`higher in ${listed(above, measure)}`] : []),
      ...(below.length > 0 ? [`lower in ${listed(below, measure)}`] : []),
    ];
    if (parts.length > 0) shown.push(`${measure.title} is ${parts.join(' and ')}`);
    else if (rowsWith(rows, measure).length > 0) alike.push(measure.title);
  }
  return [
    `Every emoji is held against itself ${reference}, drawn by the same set, so that hard and easy emoji weigh alike in both.`,
    ...(shown.length > 0 ? [`Beyond their intervals: ${shown.join('; ')}.`] : []),
    ...(alike.length > 0 ? [`In ${listText(alike)} no difference is shown.`] : []),
    ...(reference === WITHOUT
      ? ['Without a tone most are yellow, so that a difference of angles is one from yellow to skin.']
      : []),
  ].join(' ');
}

export const WITHOUT = 'without a tone';

const listed = (rows: readonly Known[], measure: Measure) => rows.map((row) => inWords(row, measure)).join(', ');
