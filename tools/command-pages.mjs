// Writes into docs/commands/*.md what the command line says of itself: usage, examples and options, out of the tables that --help is
// made of (src/cli/commands.ts, src/cli/shared/option-tables.ts). The rest of these pages is written by hand.
//
//   node tools/command-pages.mjs [--check]
//
// A page has the places for it, each of which ends with `<!-- /made -->`:
//
//   <!-- made: usage weights list -->      what the command is for, and examples
//   <!-- made: options weights list -->    its options, the original's spellings, exit codes
//   <!-- made: commands -->                all commands, with their pages (docs/commands/README.md)
//
// --check writes nothing and ends with exit code 1 where a page is not what would be written, or a command has no place. Works on what
// is built (npm run build).

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { closingWords } from '../dist/cli/command-line.js';
import { commands } from '../dist/cli/commands.js';
import { optionsOf } from '../dist/cli/shared/option-tables.js';

const PLACE = /<!-- made: (.+?) -->\n(.*?)<!-- \/made -->/gs;

const folder = new URL('../docs/commands/', import.meta.url);
const check = process.argv.includes('--check');
const problems = [];
for (const [page, wanted] of pages()) remake(page, wanted);
for (const problem of problems) console.error(`command-pages: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;

/** The pages and the places that each must have. */
function pages() {
  const made = new Map([['README.md', ['commands']]]);
  for (const [word, command] of Object.entries(commands)) {
    const names = 'actions' in command ? Object.keys(command.actions).map((action) => `${word} ${action}`) : [word];
    const group = 'actions' in command ? [`usage ${word}`] : [];
    made.set(`${word}.md`, [...group, ...names.flatMap((name) => [`usage ${name}`, `options ${name}`])]);
  }
  return made;
}

function remake(page, wanted) {
  const file = new URL(page, folder);
  const shown = `docs/commands/${page}`;
  if (!existsSync(file)) {
    problems.push(`${shown} is missing; begin it by hand, with these places: ${wanted.join(', ')}`);
    return;
  }
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(PLACE)].map(([, place]) => place);
  for (const place of wanted) if (!found.includes(place)) problems.push(`${shown} has no place for ${place}`);
  for (const place of found) if (!wanted.includes(place)) problems.push(`${shown}: ${place} is nothing to make there`);
  if (problems.length > 0) return;
  const made = text.replace(PLACE, (_, place) => `<!-- made: ${place} -->\n\n${contentOf(place)}\n\n<!-- /made -->`);
  if (made === text) return;
  if (check)
    problems.push(`${shown} is not what the tables of the command line make; run node tools/command-pages.mjs`);
  else writeFileSync(file, made);
}

function contentOf(place) {
  const [kind, ...words] = place.split(' ');
  if (kind === 'commands') return listOfCommands();
  const name = words.join(' ');
  const top = commands[words[0]];
  const command = words.length > 1 ? top.actions[words[1]] : top;
  return kind === 'usage' ? usage(command) : options(name, command);
}

function listOfCommands() {
  const rows = Object.entries(commands).map(
    ([word, { describe }]) => `| [${word}](${word}.md) | ${escaped(describe)} |`,
  );
  return ['| command | |', '|---|---|', ...rows].join('\n');
}

/** The usage line, what is to be known, and examples with what they are for. */
function usage({ help, examples }) {
  const [line, ...paragraphs] = help.split(/\n+/);
  const width = Math.max(0, ...examples.map(([command]) => command.length));
  const lines = examples.map(([command, what]) => `${command.padEnd(width)}  # ${what}`);
  return [
    `    ${line}`,
    ...paragraphs.map((text) => linked(escaped(text))),
    ...(lines.length > 0 ? [['```sh', ...lines, '```'].join('\n')] : []),
  ].join('\n\n');
}

/** A table of the options in their groups, and what stands below them in the help. */
function options(name, command) {
  const known = Object.entries(optionsOf[name]).filter(([, { hidden }]) => !hidden);
  const groups = grouped(known);
  const rows = [...groups].flatMap(([group, entries]) => [
    ...(groups.size > 1 ? [`| **${group.replace(/:$/, '')}** | | |`] : []),
    ...entries.map(row),
  ]);
  const table = rows.length > 0 ? [['| option | default | |', '|---|---|---|', ...rows].join('\n')] : ['No options.'];
  return [...table, ...closingWords(name, command).map(escaped)].join('\n\n');
}

/** Options by their groups, in the order of the help. */
function grouped(entries) {
  const groups = new Map();
  for (const entry of entries) groups.set(entry[1].group, [...(groups.get(entry[1].group) ?? []), entry]);
  return groups;
}

function row([name, { kind, alias, describe, byDefault }]) {
  const spelled = [`--${name}`, ...(alias === undefined ? [] : [`-${alias}`])].map((word) => `\`${word}\``).join(', ');
  const standard = byDefault ?? (kind === 'flag' ? 'off' : '');
  return `| ${spelled} | ${escaped(standard)} | ${escaped(describe)} |`;
}

/** Plain text as Markdown: nothing in it is markup, and options are set as code. */
function escaped(text) {
  return text.replace(/[|*<{]/g, '\\$&').replace(/(?<![\w`-])--[a-z][a-z-]*/g, '`$&`');
}

/** Documents that the help names are linked. */
function linked(text) {
  return text.replace(/\bdocs\/(\w+\.md)/g, '[docs/$1](../$1)');
}
