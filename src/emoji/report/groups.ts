// Which pictures stand in which row of which table.

import { skinTones } from '../../results/emoji-label.js';
import { groupBy } from '../../results/group-by.js';
import type { JournalLine } from '../../results/journal.js';
import { categoryTitle } from '../categories.js';
import { type MeasureKind, type Measurements, measureKinds, pairOf } from './measures.js';
import type { Observation } from './statistics.js';
import { clusterOf, sizeOf, withoutRepetitions } from './subject.js';

/** Pictures that share a row. */
export interface Group {
  readonly name: string;
  /** What several rows have in common: a plot puts it above them, and calls the row by its label. */
  readonly heading?: { readonly name: string; readonly label: string };
  readonly lines: readonly JournalLine[];
}

export interface Grouping {
  readonly key: string;
  readonly title: string;
  readonly groups: readonly Group[];
}

/** Tones as rows are ordered: none first, mixed last. */
const toneOrder = ['none', ...skinTones, 'mixed'];

/** How rows call what has no modifier. */
const toneName = (tone: string) => (tone === 'none' ? 'no tone' : tone);

/** All tables of single pictures that the lines have rows for. Of tables with one row, only that of the sizes is left. */
export function groupings(lines: readonly JournalLine[]): Grouping[] {
  const labelled = lines.filter(({ emoji }) => emoji !== undefined);
  const all: Grouping[] = [
    { key: 'by-set-and-tone', title: 'By set and skin tone', groups: bySetAndTone(labelled) },
    { key: 'by-category', title: 'By category of the article', groups: byCategory(labelled) },
    {
      key: 'by-subgroup',
      title: 'By Unicode subgroup',
      groups: named(groupBy(labelled, ({ emoji }) => emoji!.subgroup)),
    },
    { key: 'by-set', title: 'By set', groups: named(groupBy(labelled, ({ emoji }) => emoji!.set)) },
  ];
  return [...all.filter(({ groups }) => groups.length > 1), bySize(lines)];
}

const named = (groups: ReadonlyMap<string, JournalLine[]>): Group[] =>
  [...groups].map(([name, lines]) => ({ name, lines }));

function bySetAndTone(lines: readonly JournalLine[]): Group[] {
  return [...groupBy(lines, ({ emoji }) => emoji!.set)].flatMap(([set, ofSet]) => {
    const byTone = groupBy(ofSet, ({ emoji }) => emoji!.tone);
    return [...byTone]
      .sort(([a], [b]) => toneOrder.indexOf(a) - toneOrder.indexOf(b))
      .map(([tone, ofTone]) => {
        const label = toneName(tone);
        return { name: `${set}, ${label}`, heading: { name: set, label }, lines: ofTone };
      });
  });
}

/** An emoji stands in the row of each of its categories. */
function byCategory(lines: readonly JournalLine[]): Group[] {
  const pairs = lines.flatMap((line) => line.emoji!.categories.map((category) => ({ category, line })));
  return [...groupBy(pairs, ({ category }) => category)]
    .map(([category, members]) => ({ name: categoryTitle(category), lines: members.map(({ line }) => line) }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** A row for each size, and one for all; what failed before it had a size is in the last alone. */
function bySize(lines: readonly JournalLine[]): Grouping {
  const sized = lines.filter((line) => sizeOf(line) !== undefined);
  const sizes = [...groupBy(sized, (line) => String(sizeOf(line)))]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([size, ofSize]) => ({ name: `${size} px`, lines: ofSize }));
  const single = sizes.length === 1 && sizes[0].lines.length === lines.length;
  return { key: 'by-size', title: 'By size', groups: single ? sizes : [...sizes, { name: 'all', lines }] };
}

/** Rows of differences: a tone against another, each emoji against itself. */
export interface PairedGroup {
  readonly name: string;
  /** Pictures of the tone that have a partner. */
  readonly n: number;
  differences(kind: MeasureKind): Observation[];
}

/**
 * The differences of every tone from another one, of the same emoji by the same set and, for what was searched for, of
 * the same size, setting and seed: so that what makes an emoji easy or hard falls out.
 *
 * @param reference the tone that others are held against
 */
export function pairedGroups(lines: readonly JournalLine[], measured: Measurements, reference: string): PairedGroup[] {
  const byTone = groupBy<JournalLine, string>(
    lines.filter(({ emoji }) => emoji !== undefined && emoji.tone !== 'mixed'),
    ({ emoji }) => emoji!.tone,
  );
  const references = byTone.get(reference) ?? [];
  const others = new Map(
    measureKinds.map((kind) => [
      kind,
      new Map(kind.values(references, measured).map(({ line, value }) => [pairOf(kind, line), value])),
    ]),
  );
  const partners = new Set(references.map(({ emoji }) => `${emoji!.set}\0${emoji!.base}`));
  return toneOrder
    .filter((tone) => tone !== reference)
    .flatMap((tone) => {
      const own = (byTone.get(tone) ?? []).filter(({ emoji }) => partners.has(`${emoji!.set}\0${emoji!.base}`));
      if (own.length === 0) return [];
      const differences = (kind: MeasureKind) =>
        kind.values(own, measured).flatMap(({ line, value }) => {
          const other = others.get(kind)!.get(pairOf(kind, line));
          return other === undefined ? [] : [{ cluster: clusterOf(line), value: value - other }];
        });
      return [{ name: toneName(tone), n: withoutRepetitions(own).length, differences }];
    });
}
