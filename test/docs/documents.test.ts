// The documents for people hold together: links lead somewhere, commands and options exist, pages are what the tables of --help make.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dirname, normalize } from 'node:path/posix';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { optionsOf } from '../../dist/cli/shared/option-tables.js';
import { rejectUnknownOptions } from '../../dist/cli/shared/options.js';
import { rewriteOriginal } from '../../dist/cli/shared/original.js';
import { blocksOf } from '../../tools/doc-blocks.mjs';
import { anchorsOf, documents, linksOf, root, textOf } from '../../tools/documents.mjs';

const test = suite('documents');

/** Written for who works on facewright; the history names what is no more. */
const forUsers = documents.filter((path) => path === 'README.md' || path.startsWith('docs/'));

/** Options of other programs that documents name. */
const foreign = ['--cfg', '--projected-w', '--webgpu'];

test('the README is short', () => {
  assert.ok(textOf('README.md').split('\n').length <= 151);
});

test('docs/commands is what the tables of the command line make', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools', 'command-pages.mjs'), '--check'], {
    encoding: 'utf8',
  });
  assert.is(status, 0, stderr);
});

test("the package's file is named as npm names this version", () => {
  const { version } = JSON.parse(textOf('package.json')) as { version: string };
  const names = forUsers.flatMap((path) => textOf(path).match(/facewright-\d[\d.]*\.tgz/g) ?? []);
  assert.equal([...new Set(names)], [`facewright-${version}.tgz`]);
});

test('links lead to files and headings that are there', () => {
  const dead = documents.flatMap((path) =>
    linksOf(textOf(path))
      .filter((link) => {
        const [file, anchor] = link.split('#');
        const target = file === '' ? path : normalize(join(dirname(path), file));
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && target.endsWith('.md') && !anchorsOf(textOf(target)).includes(anchor);
      })
      .map((link) => `${path}: ${link}`),
  );
  assert.equal(dead, []);
});

test('the README leads to every document', () => {
  const reached = new Set<string>();
  const follow = (path: string) => {
    if (reached.has(path) || !documents.includes(path)) return;
    reached.add(path);
    for (const link of linksOf(textOf(path))) follow(normalize(join(dirname(path), link.split('#')[0])));
  };
  follow('README.md');
  assert.equal(
    forUsers.filter((path) => !reached.has(path)),
    [],
  );
});

test('commands that are shown have the options that they are given', () => {
  const lines = forUsers.flatMap((path) =>
    commandLinesOf(textOf(path)).map((line) => ({ path, line, words: wordsOf(line) })),
  );
  assert.ok(lines.length > 100, `only ${lines.length} were found`);
  const refused = lines.flatMap(({ path, line, words }) => {
    try {
      rejectUnknownOptions(rewriteOriginal(words));
      return [];
    } catch (error) {
      return [`${path}: ${line}: ${(error as Error).message}`];
    }
  });
  assert.equal(refused, []);
});

test('options that prose names exist', () => {
  const known = new Set([...Object.values(optionsOf).flatMap(Object.keys), 'help', 'version']);
  const unknown = forUsers.flatMap((path) =>
    [...textOf(path).matchAll(/`(--[a-z][a-z-]*)/g)]
      .map(([, option]) => option)
      .filter((option) => !known.has(option.slice(2)) && !foreign.includes(option))
      .map((option) => `${path}: ${option}`),
  );
  assert.equal(unknown, []);
});

test.run();

/** The command lines of facewright that a text shows, by themselves; usage lines, which name what is to be put in, are none. */
function commandLinesOf(text: string): string[] {
  const blocks = blocksOf(text)
    .filter(({ language }) => language === 'sh')
    .map(({ code }) => code);
  const indented = [...text.matchAll(/^ {4}(?=facewright )(?!.*\[options\])(.*)$/gm)].map(([, line]) => line);
  return [...blocks.flatMap((code) => code.split('\n')), ...indented]
    .filter((line) => line.startsWith('facewright ') && !line.includes(' | '))
    .map((line) =>
      line
        .replace(/ +#.*$/, '')
        .replace(/ > .*$/, '')
        .replace(/^facewright /, ''),
    );
}

/** A command line's words, as a shell takes them apart. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) => word.replace(/['"]/g, ''));
}
