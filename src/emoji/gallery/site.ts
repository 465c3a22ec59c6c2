// What a gallery's pages are made from.

import { groupBy } from '../../results/group-by.js';
import type { JournalLine } from '../../results/journal.js';
import { categoryTitle } from '../categories.js';
import type { ReportData } from '../report/report-data.js';
import type { BigSheet } from './big-sheet.js';
import type { DraftEntry, Entry, Subject } from './entries.js';
import { fileName, sitePaths } from './paths.js';

/** Whose drawings those of a set are. */
export interface Credit {
  /** The set's name, as in run.jsonl. */
  readonly set: string;
  /** What its licence asks to say. */
  readonly text: string;
  readonly url?: string;
}

/** A category of the article that occurs. */
export interface Category {
  readonly slug: string;
  readonly title: string;
  readonly page: string;
  readonly entries: readonly Entry[];
}

/** A group of Unicode's that occurs, with its subgroups. */
export interface Group {
  readonly slug: string;
  readonly entries: readonly Entry[];
  readonly subgroups: readonly { readonly slug: string; readonly entries: readonly Entry[] }[];
}

/** A model that faces came from. */
export type Model = JournalLine['model'];

export interface Site {
  readonly title: string;
  readonly entries: readonly Entry[];
  readonly subjects: readonly Subject[];
  readonly categories: readonly Category[];
  readonly groups: readonly Group[];
  readonly models: readonly Model[];
  readonly credits: readonly Credit[];
  readonly sheet?: BigSheet;
  readonly report?: ReportData;
  /** The paths of the report's CSV files, by table. */
  readonly csv: ReadonlyMap<string, string>;
}

/** Whose the faces are, as the README has it. */
export const notice = {
  title: "The faces are nobody's.",
  text:
    'Nothing is enhanced, restored or recovered here: what a small picture does not hold is gone, and what you see is a ' +
    'face that fits it, made up by the generator, one of very many. It says nothing about who or what is in the picture. ' +
    'Never use it to identify anyone. Every picture that facewright writes says in its metadata that a trained model made it.',
} as const;

/** Sorts entries by what they are of. */
export function arrange(entries: readonly DraftEntry[]) {
  return {
    subjects: [...new Set(entries.map(({ subject }) => subject))],
    categories: categoriesOf(entries),
    groups: groupsOf(entries),
    models: [...new Map(entries.map(({ line: { model } }) => [`${model.name} ${model.licence}`, model])).values()],
  };
}

function categoriesOf(entries: readonly Entry[]): Category[] {
  const memberships = entries.flatMap((entry) => (entry.line.emoji?.categories ?? []).map((slug) => ({ slug, entry })));
  return [...groupBy(memberships, ({ slug }) => slug)]
    .map(([slug, its]) => ({
      slug,
      title: categoryTitle(slug),
      page: categoryPage(slug),
      entries: its.map(({ entry }) => entry),
    }))
    .sort((a, b) => a.title.localeCompare(b.title, 'en'));
}

function groupsOf(entries: readonly Entry[]): Group[] {
  const labelled = entries.filter(({ line }) => line.emoji !== undefined);
  return [...groupBy(labelled, ({ line }) => line.emoji!.group)].map(([slug, members]) => ({
    slug,
    entries: members,
    subgroups: [...groupBy(members, ({ line }) => line.emoji!.subgroup)].map(([subgroup, its]) => ({
      slug: subgroup,
      entries: its,
    })),
  }));
}

/** The path of a category's page. */
export function categoryPage(slug: string): string {
  return `categories/${fileName(slug)}.html`;
}

/** Those that a face was found for. */
export function found(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ line }) => line.status === 'done');
}

/** The pages that the navigation lists. */
export function mainPages(site: Site): { path: string; title: string }[] {
  return [
    { path: sitePaths.index, title: 'Overview' },
    { path: sitePaths.browse, title: 'Browse' },
    ...(site.sheet === undefined ? [] : [{ path: sitePaths.sheet, title: 'Sheet' }]),
    { path: sitePaths.failures, title: 'Failures' },
    ...(site.report === undefined ? [] : [{ path: sitePaths.report, title: 'Report' }]),
  ];
}
