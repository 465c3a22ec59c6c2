// The grammar of the command line: what yargs is told about the commands.

import yargs, { type Argv } from 'yargs';
import { ownVersion } from '../node/paths.js';
import { type Command, type CommandGroup, commands } from './commands.js';
import { exitCode, UsageError } from './shared/exit.js';
import { optionsOf } from './shared/option-tables.js';
import { addOptions, rejectUnknownOptions } from './shared/options.js';
import { originalNames, rewriteOriginal } from './shared/original.js';

const HELP_COLUMNS = 100;

/** Carries out a command line. @returns the exit code @throws FacewrightError before anything was begun */
export async function commandLine(argv: readonly string[]): Promise<number> {
  const words = rewriteOriginal(argv);
  rejectUnknownOptions(words);
  let code: number = exitCode.done;
  const parser = yargs(words)
    .scriptName('facewright')
    .locale('en')
    .usage(
      'facewright COMMAND [options]\n\nFinds faces that look like your small or blurred pictures when scaled down.',
    )
    .parserConfiguration({ 'parse-numbers': false, 'parse-positional-numbers': false })
    .exitProcess(false)
    .strict()
    .wrap(Math.min(HELP_COLUMNS, process.stdout.columns ?? HELP_COLUMNS))
    .help('help', 'this text')
    .alias('help', 'h')
    .version('version', 'the version', ownVersion())
    .epilogue('facewright COMMAND --help tells more about a command.')
    .fail((message, error) => {
      // yargs throws errors of its own for what it cannot make sense of; ours come with no message.
      throw error === undefined || error?.name === 'YError'
        ? new UsageError(inOurWords(message ?? error.message))
        : error;
    });
  addCommands(parser, commands, [], (ended) => {
    code = ended;
  });
  if (words.length === 0) {
    parser.showHelp('error');
    return exitCode.unusable;
  }
  if (asksForHelp(words)) {
    process.stdout.write(`${await helpText(parser, words)}\n`);
    return exitCode.done;
  }
  await parser.parseAsync();
  return code;
}

/** Adds commands, and those that stand behind them. @param path the words before theirs @param end hears the exit code */
function addCommands(
  parser: Argv,
  table: Readonly<Record<string, Command | CommandGroup>>,
  path: readonly string[],
  end: (code: number) => void,
): void {
  for (const [word, command] of Object.entries(table)) {
    const words = [...path, word];
    if ('actions' in command) {
      parser.command(word, command.describe, (builder) => {
        addExamples(builder.usage(command.help), command.examples);
        addCommands(builder, command.actions, words, end);
        return builder.epilogue(`facewright ${word} ${Object.keys(command.actions)[0]} --help tells more about one.`);
      });
      continue;
    }
    parser.command(
      command.usage,
      command.describe,
      (builder) => describeCommand(builder, words.join(' '), command),
      async (parsed) => {
        // What stands after -- is not among the arguments yet.
        const rest = parsed._.slice(words.length).map(String);
        const inputs = [...((parsed.inputs as string[] | undefined) ?? []), ...rest];
        end(await (await command.load())({ ...parsed, inputs }));
      },
    );
  }
}

function addExamples(parser: Argv, examples: Command['examples']): void {
  for (const [command, description] of examples) parser.example(command, description);
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end < 0 ? undefined : end).some((word) => word === '--help' || word === '-h');
}

/** The help without the types, which say nothing that the descriptions do not. */
async function helpText(parser: Argv, words: readonly string[]): Promise<string> {
  const text = await new Promise<string>((resolve) => {
    parser.parse([...words], {}, (_error, _parsed, output) => resolve(output));
  });
  return text.replace(/(?: +\[(?:boolean|array|default: \[\])\])+$/gm, '').trimEnd();
}

function describeCommand(parser: Argv, name: string, { help, inputs, strict, examples }: Command): Argv {
  addOptions(parser.usage(help), optionsOf[name]);
  addExamples(parser, examples);
  if (inputs !== undefined) parser.positional('inputs', { describe: inputs, array: true });
  parser.epilogue(closingWords(name, { strict }).join('\n\n'));
  return parser;
}

/** What stands below a command's options, in the help and on its page: the original's spellings, exit codes. */
export function closingWords(name: string, { strict }: Pick<Command, 'strict'>): string[] {
  const spellings = originalNames(name);
  const known = [];
  if (spellings.length > 0) known.push(`The original PULSE's spellings are taken as they are: ${spellings.join(' ')}.`);
  if (strict !== undefined) {
    known.push(
      'Exit codes: 0 all written; 1 some failed; 2 nothing was begun; ' +
        `3 with --strict, when ${strict}; 130 after Ctrl-C.`,
    );
  }
  return known;
}

/** What yargs has to say, in the tone of the other messages. */
function inOurWords(message: string): string {
  const missing = /^Not enough arguments following: (.*)$/.exec(message);
  if (missing !== null) {
    const [, name] = missing;
    return `${name.length === 1 ? '-' : '--'}${name} needs ${name === 'interpolate' ? 'two values' : 'a value'}`;
  }
  const unknown = /^Unknown (arguments?|commands?): (.*)$/.exec(message);
  if (unknown !== null) return `cannot make anything of ${unknown[2]}; facewright --help lists the commands`;
  return message.replaceAll('\n', ' ');
}
