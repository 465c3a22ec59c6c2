// What a line of run.jsonl is about, apart from the seed.

import { canonical, type JournalLine } from '../../results/journal.js';

/** The picture: an emoji's drawing by a set, seen as its face or whole; or a file. */
export function subjectOf({ emoji, input }: JournalLine): string {
  return emoji === undefined ? input : [emoji.set, emoji.codePoints, emoji.frame].join('\0');
}

/** Whether what happened has nothing to do with size and seed: there is no face in the drawing, or no drawing. */
export function isAboutDrawing({ failure }: JournalLine): boolean {
  return failure !== undefined;
}

/** Lines without those that tell of a drawing what another one tells already: a run has one for every size and seed. */
export function withoutRepetitions(lines: readonly JournalLine[]): JournalLine[] {
  const told = new Set<string>();
  return lines.filter((line) => {
    if (!isAboutDrawing(line)) return true;
    const fact = `${line.failure}\0${subjectOf(line)}`;
    const isNew = !told.has(fact);
    told.add(fact);
    return isNew;
  });
}

/** What chance has in common for several results: an emoji whatever its tone and its set, or a file. */
export function clusterOf({ emoji, input }: JournalLine): string {
  return emoji === undefined ? input : emoji.base;
}

/** Side of the target in pixels; undefined where a line that failed does not tell it. */
export function sizeOf({ options, output }: JournalLine): number | undefined {
  if (typeof options.size === 'number') return options.size;
  const folder = /^(\d+)\//.exec(output);
  return folder === null ? undefined : Number(folder[1]);
}

/** What it was searched for with: what differs between pictures of one setting is the picture and the seed. */
export function settingOf(line: JournalLine): string {
  return [sizeOf(line), line.model.sha256, canonical(line.options)].join('\0');
}

/** The same for results that differ in nothing but their seed. */
export function searchOf(line: JournalLine): string {
  return `${subjectOf(line)}\0${settingOf(line)}`;
}
