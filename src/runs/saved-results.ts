// Results that lie in a folder with the pictures after their steps, and which of them go into one animation.

import { readdir } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FacewrightError } from '../errors.js';
import { nearest } from '../nearest.js';
import { type JournalLine, journalsAmong } from '../results/journal.js';
import { readResults } from '../results/read-results.js';
import type { Beside } from './beside.js';
import { allThere } from './out-folder.js';
import { type ResultFiles, resultFiles } from './result-files.js';

/** A result of a run. */
export interface SavedResult {
  /** The output folder that the line's paths are relative to. */
  readonly base: string;
  /** What it is called: its picture relative to the folder that was asked for, without ending, with forward slashes. */
  readonly name: string;
  readonly line: JournalLine;
  readonly files: ResultFiles;
}

/** What one animation shows. */
export interface ResultGroup {
  /** The animation's name, without ending. */
  readonly name: string;
  readonly title: string | undefined;
  /** With what stands below each. */
  readonly members: readonly { readonly result: SavedResult; readonly label: string }[];
}

/**
 * The finished results of a run's output folder; where that has no journal, those of the folders in it.
 *
 * @throws FacewrightError when there are none
 */
export async function savedResults(folder: string): Promise<SavedResult[]> {
  const bases = (await hasJournal(folder)) ? [''] : await foldersWithJournals(folder);
  const found: SavedResult[] = [];
  for (const base of bases.length === 0 ? [''] : bases) {
    const path = join(folder, base);
    for (const line of await readResults(path)) {
      if (line.status !== 'done' || line.target === null) continue;
      const own = line.output.replace(/\.png$/, '');
      const name = base === '' ? own : `${base}/${own}`;
      found.push({ base: path, name, line, files: resultFiles(own, 0, line.steps) });
    }
  }
  return found;
}

async function hasJournal(folder: string): Promise<boolean> {
  const files = await readdir(folder).catch(() => []);
  return journalsAmong(files).length > 0;
}

async function foldersWithJournals(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const holding = await Promise.all(names.map((name) => hasJournal(join(folder, name))));
  return names.filter((_, i) => holding[i]).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Whether the pictures after the steps of a result were saved. */
export async function hasIntermediates({ base, files, line }: SavedResult): Promise<boolean> {
  return allThere(base, [files.intermediate(0).high, files.intermediate(line.steps - 1).high]);
}

/**
 * The results that are wanted, in the order of their names; all where none is named.
 *
 * @param names of results: their files, or the emoji that they are of
 * @param folder that the results lie in; names may begin with it
 * @throws FacewrightError for a name that there is none of
 */
export function chooseResults(
  results: readonly SavedResult[],
  names: readonly string[],
  folder: string,
): SavedResult[] {
  if (names.length === 0) return [...results];
  const known = results.flatMap(namesOf);
  const found = names.flatMap((name) => {
    const plain = plainName(name, folder);
    const matching = results.filter((result) => isCalled(result, plain));
    if (matching.length > 0) return matching;
    const meant = nearest(plain, known) ?? known.find((one) => one.includes(plain));
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    throw new FacewrightError(`${name}: no result of ${folder} is called so${hint}`);
  });
  return [...new Set(found)];
}

/** A name as a shell completes it: with the folder in front, and the picture's ending. */
function plainName(name: string, folder: string): string {
  const inside = relative(resolve(folder), resolve(name));
  const below = inside !== '' && !inside.startsWith('..') && !isAbsolute(inside);
  return (below ? inside.split(sep).join('/') : name).replace(/\.png$/, '');
}

/** By its name, the last parts of it, or the emoji it is of. */
function isCalled(result: SavedResult, name: string): boolean {
  return result.name === name || result.name.endsWith(`/${name}`) || namesOf(result).includes(name);
}

function namesOf({ name, line: { emoji } }: SavedResult): string[] {
  const own = [name, lastPart(name)];
  return emoji === undefined ? own : [...own, emoji.character, emoji.codePoints, emoji.name];
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** Puts results together. @returns groups of several where `beside` is given, of one each where it is not */
export function groupResults(results: readonly SavedResult[], beside: Beside | undefined): ResultGroup[] {
  if (beside === undefined) {
    return results.map((result) => ({
      name: result.name,
      title: undefined,
      members: [{ result, label: titleOf(result) }],
    }));
  }
  if (beside === 'names') {
    const titles = results.map(titleOf);
    const label = (i: number) =>
      titles.indexOf(titles[i]) === titles.lastIndexOf(titles[i]) ? titles[i] : results[i].name;
    return [{ name: 'beside', title: undefined, members: results.map((result, i) => ({ result, label: label(i) })) }];
  }
  const names = new Set(results.map(({ name }) => name));
  const alike = new Map<string, { result: SavedResult; part: Part }[]>();
  for (const result of results) {
    const part = partOf(result, beside, names);
    if (part === undefined) continue;
    const key = `${part.before}\0${part.after}`;
    alike.set(key, [...(alike.get(key) ?? []), { result, part }]);
  }
  return [...alike.values()]
    .filter((members) => members.length > 1)
    .map((members) => {
      const [{ result, part }] = members;
      const values = members.map((member) => member.part.value);
      const together = values.length > MOST_VALUES ? `${values[0]}-${values.at(-1)}` : values.join('+');
      return {
        name: `${part.before}${together}${part.after}`,
        title:
          result.line.emoji === undefined && beside === 'seed' ? lastPart(part.before.slice(0, -1)) : titleOf(result),
        members: members.map((member) => ({ result: member.result, label: member.part.label })),
      };
    });
}

/** A file's name lists so many sizes or seeds; of more, the first and the last. */
const MOST_VALUES = 4;

function titleOf({ name, line: { emoji } }: SavedResult): string {
  return emoji?.name ?? lastPart(name);
}

/** The part of a name in which results differ that stand beside each other. */
interface Part {
  readonly before: string;
  readonly value: string;
  readonly after: string;
  readonly label: string;
}

/** @param names of all results */
function partOf(
  { name, line }: SavedResult,
  beside: 'size' | 'set' | 'seed',
  names: ReadonlySet<string>,
): Part | undefined {
  if (beside === 'seed') {
    // What was the only one of its picture is the first of several, unless there is another first.
    const first = `${name}_1`;
    if (line.duplicate === 0) {
      return names.has(first) ? undefined : { before: `${name}_`, value: '1', after: '', label: 'face 1' };
    }
    const value = String(line.duplicate);
    if (!name.endsWith(`_${value}`)) return undefined;
    return { before: name.slice(0, -value.length), value, after: '', label: `face ${value}` };
  }
  const { size } = line.options;
  const value = beside === 'size' ? String(size) : line.emoji?.set;
  if (value === undefined) return undefined;
  // A folder that is called so or has it in its name: 16/smile, faces-16/smile.
  const edge = beside === 'size' ? String.raw`\d` : '[^/]';
  const escaped = value.replace(/[^\w]/g, String.raw`\$&`);
  const match = new RegExp(`(?<!${edge})${escaped}(?!${edge})(?=.*/)`).exec(name);
  if (match === null) return undefined;
  const { index } = match;
  return {
    before: name.slice(0, index),
    value,
    after: name.slice(index + value.length),
    label: beside === 'size' ? `${value} px` : value,
  };
}
