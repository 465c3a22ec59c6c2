// The report: the tables with their plots and sentences.

import { basename, resolve } from 'node:path';
import type { JournalLine } from '../../results/journal.js';
import { about } from './about.js';
import { groupings, pairedGroups } from './groups.js';
import { differenceOf, figureOf, type MeasureKind, type Measurements, measureKinds } from './measures.js';
import { type Plot, plot } from './plot.js';
import { pairedReading, reading, WITHOUT } from './readings.js';
import type { Figure, Measure, ReportData, ReportRow, ReportTable } from './report-data.js';
import { withoutRepetitions } from './subject.js';

/**
 * Makes the report of a folder.
 *
 * @param folder the output folder; only its name is used
 * @param lines of all its journals, as readResults returns them
 * @param measured as measureResults returns it; measures that nothing is known of are left out
 */
export function makeReport(folder: string, lines: readonly JournalLine[], measured: Measurements): ReportData {
  const tables = [
    ...groupings(lines).map((grouping) => singleTable(grouping, measured)),
    ...['none', 'light'].flatMap((tone) => pairedTable(lines, measured, tone)),
  ];
  const measures = known(tables.flatMap(({ rows }) => rows));
  return {
    measures: measures.map(({ key, title, unit, decimals, explanation }) => ({
      key,
      title,
      unit,
      decimals,
      explanation,
    })),
    tables,
    about: about(basename(resolve(folder)), lines, measured),
  };
}

/** The measures that some row has a figure of. */
function known(rows: readonly ReportRow[]): MeasureKind[] {
  return measureKinds.filter(({ key }) => rows.some(({ figures }) => Object.hasOwn(figures, key)));
}

function singleTable(
  { key, title, groups }: ReturnType<typeof groupings>[number],
  measured: Measurements,
): ReportTable {
  const rows = groups.map(({ name, lines }) => ({
    name,
    n: withoutRepetitions(lines).length,
    figures: figures((kind) => figureOf(kind, lines, measured)),
  }));
  const measures = known(rows);
  const plots = plotsOf(key, measures, (kind) => ({
    title: `${kind.title}, ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
    axis: kind.axis,
    rows: rows.map((row, i) => ({ name: row.name, heading: groups[i].heading, figure: row.figures[kind.key] })),
  }));
  const lines = [...new Set(groups.flatMap((group) => group.lines))];
  return { key, title, rows, plots, reading: reading(rows, measures, lines) };
}

function pairedTable(lines: readonly JournalLine[], measured: Measurements, tone: string): ReportTable[] {
  const groups = pairedGroups(lines, measured, tone);
  const rows = groups.map(({ name, n, differences }) => ({
    name,
    n,
    figures: figures((kind) => differenceOf(kind, differences(kind))),
  }));
  const measures = known(rows);
  if (measures.length === 0) return [];
  const reference = tone === 'none' ? WITHOUT : `in the tone ${tone}`;
  const title = `Tones against the same emoji ${reference}`;
  const key = `tones-against-${tone}`;
  const plots = plotsOf(key, measures, (kind) => ({
    title: `${kind.title}: difference from the same emoji ${reference}`,
    axis: { from: 0, to: 0 },
    rows: rows.map((row) => ({ name: row.name, figure: row.figures[kind.key] })),
  }));
  return [{ key, title, rows, plots, reading: pairedReading(rows, measures, reference) }];
}

/** A plot of each measure; not of one that a single row has: there would be nothing to compare. */
function plotsOf(
  table: string,
  measures: readonly MeasureKind[],
  of: (kind: MeasureKind) => Omit<Plot, 'id' | 'measure'>,
): ReportTable['plots'] {
  return measures.flatMap((kind) => {
    const content = of(kind);
    if (content.rows.filter(({ figure }) => figure !== undefined).length < 2) return [];
    return [{ measure: kind.key, svg: plot({ id: `${table}-${kind.key}`, measure: kind, ...content }) }];
  });
}

/** The figures of a row, by the measures' keys; without those that cannot be had. */
function figures(of: (kind: MeasureKind) => Figure | undefined): Record<Measure['key'], Figure> {
  return Object.fromEntries(
    measureKinds.flatMap((kind) => {
      const figure = of(kind);
      return figure === undefined ? [] : [[kind.key, figure]];
    }),
  );
}
