// The house's order: which room of src/ may import which.

import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

/** From the top down: a room imports itself and those below it. docs/architecture.md has what each is for. */
const rooms = [
  'cli',
  'bench',
  'index.ts',
  'browser',
  'serve',
  'queue',
  'open.ts',
  'convert-weights.ts',
  'inspect-weights.ts',
  'read-weights.ts',
  'read-model.ts',
  'find-generator.ts',
  'weight-facts.ts',
  'emoji',
  'runs',
  'results',
  'pulse',
  'align',
  'model',
  'weights',
  'plot',
  'image',
  'fetch',
  'node',
  'engine',
  'graph',
  'vendor',
  'nearest.ts',
  'turns.ts',
  'words.ts',
  'errors.ts',
];

/** What could run in a browser: these import only each other, and the files of engine/ that no engine has for its own. */
const isPure = (file: string) =>
  /^(?:graph|model|pulse|engine\/webgpu)\/|^engine\/[^/]+$|^(?:errors|words)\.ts$/.test(file);

/** Commands that may import another's file: none. A name stands here with its reason. */
const exceptions = new Map<string, string>();

interface Import {
  /** Both below src/; a package or a module of Node as it is written. */
  readonly from: string;
  readonly to: string;
}

const source = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.tsx?$/.test(file));
const imports: Import[] = files.flatMap((from) => {
  const text = readFileSync(join(source, from), 'utf8');
  const named = [...text.matchAll(/(?:^|\s)(?:from|import)\s*\(?\s*'([^'\s$]+)'/g)].map(([, to]) => to);
  return named.map((to) => ({ from, to: to.startsWith('.') ? sourceOf(join(dirname(from), to)) : to }));
});

function sourceOf(module: string): string {
  const bare = module.replace(/\.js$/, '');
  return files.find((file) => file.replace(/\.tsx?$/, '') === bare) ?? module;
}

const isOurs = (file: string) => files.includes(file);
const roomOf = (file: string) => file.split('/')[0];
const told = (broken: readonly Import[]) => broken.map(({ from, to }) => `${from} imports ${to}`);
const startsWithOneOf = (file: string, starts: readonly string[]) => starts.some((start) => file.startsWith(start));

const test = suite('rooms');

test('every file is in a room, and every import is found', () => {
  assert.equal(
    [...new Set(files.map(roomOf))].filter((room) => !rooms.includes(room)),
    [],
  );
  assert.ok(imports.length > 1000, `only ${imports.length} imports were found`);
  assert.equal(told(imports.filter(({ to }) => to.endsWith('.js') && !isBuiltin(to) && to.startsWith('../'))), []);
});

test('imports run downwards', () => {
  const rank = (file: string) => rooms.indexOf(roomOf(file));
  assert.equal(told(imports.filter(({ from, to }) => isOurs(to) && rank(to) < rank(from))), []);
});

test('graph, model, pulse and engine/webgpu import only each other', () => {
  assert.equal(told(imports.filter(({ from, to }) => isPure(from) && !isPure(to))), []);
});

test('no command imports another command’s file', () => {
  const commandOf = (file: string) => /^cli\/([^/]+)\//.exec(file)?.[1];
  const broken = imports.filter(({ from, to }) => {
    const [own, other] = [commandOf(from), commandOf(to)];
    // Of the files beside the folders, command-line.ts calls the commands.
    return own !== undefined && other !== undefined && other !== 'shared' && own !== other && !exceptions.has(from);
  });
  assert.equal(told(broken), []);
  assert.equal(told(imports.filter(({ from, to }) => commandOf(from) !== undefined && /^cli\/[^/]+$/.test(to))), []);
});

test('commands import from index.ts what it exports', () => {
  // What the command line itself needs is loaded with every command, --help included: of index.ts that would be everything.
  const always = [
    'cli/main.ts',
    'cli/command-line.ts',
    'cli/commands.ts',
    'cli/shared/options.ts',
    'cli/shared/option-tables.ts',
    'cli/shared/exit.ts',
  ];
  const exported = readFileSync(join(source, 'index.ts'), 'utf8');
  const broken = files
    .filter((file) => file.startsWith('cli/') && !always.includes(file))
    .flatMap((file) => {
      const text = readFileSync(join(source, file), 'utf8');
      return [...text.matchAll(/^import (?:type )?\{([^}]*)\} from '\.\.\/\.\.\/(?!index\.js)[^']+';$/gm)].flatMap(
        ([, names]) =>
          names
            .split(',')
            .map((name) => name.replace('type ', '').trim())
            .filter((name) => name !== '' && new RegExp(`\\b${name}\\b`).test(exported))
            .map((name) => `${file}: ${name}`),
      );
    });
  assert.equal(broken, []);
});

test('only cli prints or ends the process', () => {
  const broken = files.filter((file) => {
    const text = readFileSync(join(source, file), 'utf8').replace(/^\s*(?:\*|\/\/|\/\*\*).*$/gm, '');
    return (
      !startsWithOneOf(file, ['cli/', 'bench/open-file.ts', 'emoji/gallery/page/', 'serve/target-process.ts']) &&
      /\bconsole\.|process\.(?:exit|std)/.test(text)
    );
  });
  assert.equal(broken, []);
});

test.run();
