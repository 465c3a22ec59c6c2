// What the report is of, in lines.

import { groupBy } from '../../results/group-by.js';
import type { JournalLine } from '../../results/journal.js';
import { licenceText } from '../../words.js';
import { countedText, countText, listText } from './format.js';
import type { Measurements } from './measures.js';
import { sizeOf, subjectOf } from './subject.js';

/** @param name of the folder */
export function about(name: string, lines: readonly JournalLine[], measured: Measurements): string[] {
  const done = lines.filter(({ status }) => status === 'done');
  return [
    `${name}: ${numbers(lines, done)}`,
    ...failures(lines),
    ...settings(done),
    ...colours(done, measured),
    'Every figure has its 95 % confidence interval and n, the pictures it is from. Shares: Wilson; means: Student’s t; ' +
      'both count pictures of one emoji together, in whatever tone and by whatever set, since they are alike.',
    'The faces are nobody’s, made up by a generator: these figures are about it and about drawings, not about people.',
  ];
}

function numbers(lines: readonly JournalLine[], done: readonly JournalLine[]): string {
  const emoji = new Set(lines.flatMap((line) => line.emoji?.codePoints ?? [])).size;
  const sets = new Set(lines.flatMap((line) => line.emoji?.set ?? [])).size;
  const sizes = [...new Set(done.map(sizeOf))].filter((size) => size !== undefined).sort((a, b) => a - b);
  const of = emoji > 0 ? `${countedText(emoji, 'emoji', 'emoji')} by ${countedText(sets, 'set')}` : pictures(lines);
  const at = sizes.length > 0 ? `, at ${listText(sizes.map(String))} px` : '';
  return `${countedText(done.length, 'result')} for ${of}${at}`;
}

const pictures = (lines: readonly JournalLine[]) => countedText(new Set(lines.map(subjectOf)).size, 'picture');

/** What has no result, each drawing counted once. */
function failures(lines: readonly JournalLine[]): string[] {
  const failed = [...groupBy(lines, subjectOf).values()].filter((group) =>
    group.every(({ status }) => status === 'failed'),
  );
  const count = (failure: JournalLine['failure']) => failed.filter(([line]) => line.failure === failure).length;
  const parts = [
    [count('missing'), 'missing in their sets'],
    [count('no-face'), 'without a face that was recognised'],
    [count(undefined), 'failed for another reason'],
  ] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, what]) => `${countText(n)} ${what}`);
  return said.length === 0 ? [] : [`Without a result: ${listText(said)}`];
}

/** The settings of the searches: where there were several, all of each. */
function settings(done: readonly JournalLine[]): string[] {
  if (done.length === 0) return [];
  const all = (read: (line: JournalLine) => unknown) => listText([...new Set(done.map((line) => String(read(line))))]);
  return [
    `Generator ${all(({ model }) => `${model.name} (${licenceText(model.licence)})`)}, ${all(({ steps }) => steps)} steps, ` +
      `loss ${all(({ options }) => options.loss)}, eps ${all(({ eps }) => eps)}, seed ${all(({ seed }) => seed)}`,
  ];
}

function colours(done: readonly JournalLine[], measured: Measurements): string[] {
  const count = done.filter(({ output }) => measured.get(output)?.angle !== undefined).length;
  if (count === done.length) return [];
  const art = done.filter(({ emoji }) => emoji?.frame === 'art').length;
  const why = art > 0 ? `; ${countText(art)} are of whole drawings, whose faces may be anywhere` : '';
  return [`Colours were measured in ${countText(count)} of them${why}`];
}
