// What yargs is told of options, and the check for those that a command does not have.

import type { Argv, Options } from 'yargs';
import { nearest } from '../../nearest.js';
import { listed } from '../../words.js';
import { UsageError } from './exit.js';
import { type OptionTable, optionsOf } from './option-tables.js';
import { originalNames } from './original.js';

const alwaysKnown = ['help', 'version'];

/** Gives a table to yargs. */
export function addOptions(parser: Argv, table: OptionTable): Argv {
  for (const [name, spec] of Object.entries(table)) {
    const byDefault = spec.byDefault === undefined ? '' : ` (default: ${spec.byDefault})`;
    const options: Options = { describe: spec.describe + byDefault, group: spec.group, hidden: spec.hidden ?? false };
    if (spec.alias !== undefined) options.alias = spec.alias;
    if (spec.kind === 'flag') options.boolean = true;
    if (spec.kind === 'value') options.nargs = 1;
    if (spec.kind === 'pair') options.nargs = 2;
    if (spec.kind === 'list') options.array = true;
    parser.option(name, options);
    // yargs reads --no-NAME as NAME: false, whatever is declared (`Arguments.without`).
    if (name.startsWith('no-')) parser.option(name.slice('no-'.length), { boolean: true, hidden: true });
  }
  return parser;
}

/**
 * Refuses what is not an option of the command, naming the nearest that is. This is done before yargs sees the words,
 * because yargs takes `-foo` for the three options f, o and o.
 *
 * @throws UsageError for an unknown command or option, and for a command of which only the first word is there
 */
export function rejectUnknownOptions(argv: readonly string[]): void {
  const command = commandOf(argv);
  const table = command === undefined ? {} : (optionsOf[command] ?? {});
  const end = argv.indexOf('--');
  for (const word of end < 0 ? argv : argv.slice(0, end)) {
    if (!/^--?[^-\d.]/.test(word)) continue;
    const name = word.split('=', 1)[0];
    if (isKnown(name, table)) continue;
    const visible = Object.entries(table).filter(([, spec]) => !spec.hidden);
    const candidates = [...visible.map(([known]) => known), ...alwaysKnown].map((known) => `--${known}`);
    if (command !== undefined) candidates.push(...originalNames(command));
    const meant = nearest(name, candidates);
    const help = `facewright ${command === undefined ? '' : `${command} `}--help lists them all`;
    throw new UsageError(`unknown option ${name}; ${meant === undefined ? help : `did you mean ${meant}?`}`);
  }
}

/** The words of the command that is called, as `optionsOf` has them; undefined where help alone is asked for. */
function commandOf(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => !word.startsWith('-'));
  if (at < 0) return undefined;
  const first = argv[at];
  const names = Object.keys(optionsOf);
  if (names.includes(first)) return first;
  const actions = names.filter((name) => name.startsWith(`${first} `)).map((name) => name.slice(first.length + 1));
  if (actions.length === 0) {
    const commands = [...new Set(names.map((name) => name.split(' ', 1)[0]))];
    const meant = nearest(first, commands);
    throw new UsageError(
      `unknown command ${first}; ` +
        (meant === undefined ? `the commands are ${commands.join(', ')}` : `did you mean ${meant}?`),
    );
  }
  const action = argv[at + 1];
  if (action === '--help' || action === '-h') return undefined;
  if (action === undefined || action.startsWith('-')) {
    throw new UsageError(`what with ${first}? ${listed(actions, 'or')}, for example facewright ${first} ${actions[0]}`);
  }
  if (!actions.includes(action)) {
    const meant = nearest(action, actions);
    throw new UsageError(
      `${first} ${action}: must be ${listed(actions, 'or')}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    );
  }
  return `${first} ${action}`;
}

function isKnown(name: string, table: OptionTable): boolean {
  if (!name.startsWith('--')) {
    return name === '-h' || Object.values(table).some(({ alias }) => alias !== undefined && name === `-${alias}`);
  }
  const long = name.slice(2);
  if (alwaysKnown.includes(long) || Object.hasOwn(table, long)) return true;
  const positive = long.replace(/^no-/, '');
  return positive !== long && Object.hasOwn(table, positive) && table[positive].kind === 'flag';
}
