// The grammar of the command line: which commands there are, and what yargs is told about them.

import { readFileSync } from 'node:fs';
import yargs, { type ArgumentsCamelCase, type Argv } from 'yargs';
import { exitCode, UsageError } from './shared/exit.js';
import { addOptions, optionsOf, rejectUnknownOptions } from './shared/options.js';
import { originalNames, rewriteOriginal } from './shared/original.js';

interface Command {
  readonly usage: string;
  readonly describe: string;
  /** The usage line and what is to be known about the command. */
  readonly help: string;
  /** What it takes without an option's name before it, where it takes anything. */
  readonly inputs?: string;
  /** When it ends with exit code 3 with --strict, where it has that option. */
  readonly strict?: string;
  readonly examples: readonly (readonly [command: string, description: string])[];
  /** The command's code, loaded only when it is called. */
  load(): Promise<(parsed: ArgumentsCamelCase) => Promise<number>>;
}

const HELP_COLUMNS = 100;

const PICTURES = 'pictures, folders of pictures, patterns';

const commands: Readonly<Record<string, Command>> = {
  run: {
    usage: 'run [inputs..]',
    describe: 'find a face for every picture',
    help:
      'facewright run INPUT... --out DIR [options]\n\n' +
      'Finds, for every picture, a face that looks like it when scaled down. INPUT is a file, a folder or a pattern. ' +
      'DIR gets NAME.png, NAME.target.png (what was searched for) and run.jsonl (a line about every result). ' +
      'The same command given again goes on where it was stopped.',
    inputs: PICTURES,
    strict: 'eps was missed',
    examples: [
      ['facewright run face.jpg --out faces', 'one picture'],
      ['facewright run photos -o faces --seed 1', 'a folder, with a seed of your own'],
      ['facewright run a.svg -o faces --duplicates 4', 'four faces for one picture'],
      ['facewright run photos -o faces --align', 'photos and emoji: crop to the faces first'],
      ['facewright run -input_dir in -output_dir runs', "the original PULSE's spelling"],
    ],
    load: async () => (await import('./run/run.js')).runCommand,
  },
  align: {
    usage: 'align [inputs..]',
    describe: 'find the faces in photos and drawings, and crop to them',
    help:
      'facewright align INPUT... --out DIR [options]\n\n' +
      'Finds the faces of every picture and crops to each as the pictures were that generators of faces learned from ' +
      '(FFHQ). INPUT is a file, a folder or a pattern. DIR gets NAME_0.png, NAME_1.png, … and align.jsonl (a line about ' +
      'every picture); with several sizes, a folder for each. The same command given again goes on where it was stopped.',
    inputs: PICTURES,
    strict: 'a picture has no face',
    examples: [
      ['facewright align group.jpg --out faces', 'every face, 1024 px'],
      ['facewright align photos -o faces --size 16,32 --overlay', 'two sizes, and pictures that show what was found'],
      ['facewright align a.jpg -o faces --landmarks a.json', 'points of your own'],
      ['facewright align -input_dir realpics -output_size 32', "the original PULSE's spelling"],
    ],
    load: async () => (await import('./align/align.js')).alignCommand,
  },
  emoji: {
    usage: 'emoji [inputs..]',
    describe: 'find a face for every emoji of a set',
    help:
      'facewright emoji WHAT... --set NAME... --out DIR [options]\n\n' +
      'Draws emoji, crops to their faces, and finds a face for each. WHAT is emoji (😀 👩🏽‍🍳), code points (1f9d4-1f3fb), short names ' +
      '(grinning-face), groups and subgroups of Unicode (person-role, face-*), or categories (red-hair, hats, vampires, …). ' +
      'DIR gets SIZE/SET/NAME.png, drawings/ and run.jsonl. The same command given again goes on where it was stopped.',
    inputs: 'emoji, code points, names, groups, categories',
    strict: 'an emoji is missing, has no face, or missed eps',
    examples: [
      ["facewright emoji 'face-*' 'person-*' --set openmoji -o out", 'all smileys and people'],
      ['facewright emoji 👩‍🍳 🧔 --set openmoji noto -o out', 'some emoji of two sets'],
      ['facewright emoji red-hair --tones all --set fluent -o out', 'a category in all skin tones'],
      ['facewright emoji --all --set noto -o out --size 16,32 --shard 2/8', 'the second of eight parts'],
      ['facewright emoji vampires --set-dir mine=my/emoji -o out', 'drawings of your own'],
    ],
    load: async () => (await import('./emoji/emoji.js')).emojiCommand,
  },
  animate: {
    usage: 'animate [inputs..]',
    describe: 'show how faces were found: searches as animations',
    help:
      'facewright animate DIR [NAME...] [options]\n\n' +
      'Makes animations of the searches in DIR, which run --save-intermediate wrote: the best face after every step. ' +
      "DIR is a run's output folder, or one that several lie in. NAME is a result, by its file or the emoji it is of; " +
      'without one, every result is animated.',
    inputs: 'the folder of a run, and results of it',
    examples: [
      ['facewright animate faces', 'every search, as WebP beside its face'],
      ['facewright animate faces smile --target --curve -o a.gif', 'one, with its target and loss curve'],
      ['facewright animate emoji --beside size', "every emoji's sizes beside each other"],
      ['facewright animate faces a b --beside names -o ab.mp4', 'two of your choice'],
    ],
    load: async () => (await import('./animate/animate.js')).animateCommand,
  },
  generate: {
    usage: 'generate',
    describe: 'draw faces from seeds or saved latents',
    help: 'facewright generate --out DIR [options]\n\nDraws faces from seeds or saved latents, and a contact sheet of them.',
    examples: [
      ['facewright generate -o faces --seeds 0-63', '64 faces and sheet.png'],
      ['facewright generate -o faces --truncation 0.7', 'nearer to the average face'],
      ['facewright generate -o way --interpolate 3 8', 'from one face to another'],
      ['facewright generate -o faces --latents a.npz', 'what run --save-npz or a projector wrote'],
    ],
    load: async () => (await import('./generate/generate.js')).generateCommand,
  },
  demo: {
    usage: 'demo',
    describe: 'emoji become faces, with the generator that comes along',
    help: 'facewright demo [options]\n\nFinds faces for emoji with the demo generator, and lays them out on a contact sheet.',
    examples: [['facewright demo --count 4', 'a short one']],
    load: async () => (await import('./demo/demo.js')).demoCommand,
  },
  gallery: {
    usage: 'gallery [inputs..]',
    describe: 'a site that shows what a run found, to look through on this machine',
    help:
      'facewright gallery DIR [options]\n\n' +
      'Makes a static site of what run, demo or emoji wrote to DIR: an overview, all pairs on one sheet to zoom into, cards ' +
      'with filters, a page for each emoji, what failed with its reason, and the report. It opens from the disk and needs no ' +
      'network. The same command given again makes only what is new.',
    inputs: 'the folder that run, demo or emoji wrote to',
    examples: [
      ['facewright gallery faces', 'then open faces/gallery/index.html'],
      ['facewright gallery faces --out site --title "My emoji"', 'elsewhere, under another title'],
    ],
    load: async () => (await import('./gallery/gallery.js')).galleryCommand,
  },
  report: {
    usage: 'report [inputs..]',
    describe: 'what the faces of a run say, measured',
    help:
      'facewright report DIR [options]\n\n' +
      'Measures what a run wrote to DIR: shares recognised and within eps, L2, colours, skin angles, spread between ' +
      'seeds; of emoji by set, skin tone and category. Every figure comes with n and its 95 % confidence interval. ' +
      'DIR/report gets report.md, report.json, CSV files and plots.',
    inputs: 'the folder that a run wrote to',
    examples: [
      ['facewright report emoji-out', 'tables, CSV and plots in emoji-out/report'],
      ['facewright report faces --json', 'the report as JSON'],
    ],
    load: async () => (await import('./report/report.js')).reportCommand,
  },
  weights: {
    usage: 'weights [inputs..]',
    describe: 'generators: which there are, fetch them, look into files, convert them',
    help:
      'facewright weights list\n' +
      'facewright weights fetch NAME|URL...\n' +
      'facewright weights inspect FILE|NAME|URL...\n' +
      'facewright weights convert FILE|NAME|URL OUT.safetensors [--half] [--fit]\n\n' +
      'list shows the generators that owners offer on the web, with their licences, and what of them is here. fetch puts them ' +
      "into the user's cache folder, and goes on where it was stopped; --model NAME does so too. inspect says what a file is, and " +
      'what it lacks. convert writes one file that opens fastest.',
    inputs: 'list, fetch, inspect or convert, and what it is about',
    examples: [
      ['facewright weights list', 'names, sizes, licences'],
      ['facewright weights fetch ada-ffhq', 'then --model ada-ffhq'],
      ['facewright weights inspect snapshot.pkl', 'a file of your own'],
      ['facewright weights convert a.pkl a.safetensors', 'a third of the size; with --half a sixth'],
    ],
    load: async () => (await import('./weights/weights.js')).weightsCommand,
  },
  doctor: {
    usage: 'doctor',
    describe: 'what facewright can run on here',
    help: 'facewright doctor [options]\n\nLists what there is to compute on, GPUs and the processor, and marks what is used.\nExit code 0: there is something.',
    examples: [['facewright doctor --json', 'limits and features too']],
    load: async () => (await import('./doctor/doctor.js')).doctorCommand,
  },
};

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
    .version('version', 'the version', packageVersion())
    .epilogue('facewright COMMAND --help tells more about a command.')
    .fail((message, error) => {
      // yargs throws errors of its own for what it cannot make sense of; ours come with no message.
      throw error === undefined || error?.name === 'YError'
        ? new UsageError(inOurWords(message ?? error.message))
        : error;
    });
  for (const [name, command] of Object.entries(commands)) {
    parser.command(
      command.usage,
      command.describe,
      (builder) => describeCommand(builder, name, command),
      async (parsed) => {
        // What stands after -- is not among the arguments yet.
        const rest = parsed._.slice(1).map(String);
        const inputs = [...((parsed.inputs as string[] | undefined) ?? []), ...rest];
        code = await (await command.load())({ ...parsed, inputs });
      },
    );
  }
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
  for (const [command, description] of examples) parser.example(command, description);
  if (inputs !== undefined) parser.positional('inputs', { describe: inputs, array: true });
  const spellings = originalNames(name);
  const known = [];
  if (spellings.length > 0) known.push(`The original PULSE's spellings are taken as they are: ${spellings.join(' ')}.`);
  if (strict !== undefined) {
    known.push(
      'Exit codes: 0 all written; 1 some failed; 2 nothing was begun; ' +
        `3 with --strict, when ${strict}; 130 after Ctrl-C.`,
    );
  }
  parser.epilogue(known.join('\n\n'));
  return parser;
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

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
