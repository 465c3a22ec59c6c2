// The code blocks of a document, and how programs in there are compiled: for the tests that run them (test/docs/), and for
// tools/check-package.mjs.

import { join } from 'node:path';

const BLOCK = /(?:^<!-- not run: (?<why>[^\n]*) -->\n)?^```(?<language>\w+)\n(?<code>.*?)^```$/gms;

/**
 * The fenced blocks of a Markdown text that name their language. One below a line `<!-- not run: WHY -->` cannot be run by a test.
 *
 * @param {string} text
 * @returns {import('./doc-blocks.d.mts').DocBlock[]}
 */
export function blocksOf(text) {
  return [...text.matchAll(BLOCK)].map(({ groups: { why, language, code } }) => ({
    language,
    code,
    ...(why !== undefined && { notRun: why }),
  }));
}

/** The programs of docs/guides/in-your-program.md that can be run, in its order. */
export function programsOf(text) {
  const programs = blocksOf(text).filter(({ language, notRun }) => language === 'js' && notRun === undefined);
  if (programs.length === 0) throw new Error('the guide shows no program');
  return programs.map(({ code }) => code);
}

/**
 * The words after `node` that compile programs as a stranger would: strictly, declarations of packages included.
 *
 * @param {string} root of the clone, whose compiler and types of Node are taken
 * @param {string[]} files
 */
export function strictCompiler(root, files) {
  const options = '--strict --target es2023 --module nodenext --types node'.split(' ');
  const types = ['--typeRoots', join(root, 'node_modules', '@types')];
  return [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...options, ...types, ...files];
}
