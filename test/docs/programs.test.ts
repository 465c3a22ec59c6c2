// The programs of docs/guides/in-your-program.md: compiled strictly, and run one after another.

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { programsOf, strictCompiler } from '../../tools/doc-blocks.mjs';
import { journalOf, newFolder, writePicture } from '../cli/command.js';
import { engineSuite, quickestEngine } from '../engines.js';
import { guides } from './guide.js';
import { writePhoto, writeSmallPhotos } from './readers-files.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const programs = programsOf(readFileSync(join(guides, 'in-your-program.md'), 'utf8'));
const names = programs.map((_, index) => `program-${index + 1}`);

/** What a program leaves, by its place in the guide. */
const leaves = ['found.png', 'faces/3.png', 'drawn.png', 'crop.png'];

const test = engineSuite(quickestEngine, 'programs of the guide');
const folder = newFolder();
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

test('are compiled strictly', async () => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'facewright'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  for (const [index, code] of programs.entries()) writeFileSync(join(folder, `${names[index]}.ts`), code);
  await node(
    ...strictCompiler(
      root,
      names.map((name) => `${name}.ts`),
    ),
  );
});

test('have the files that they begin with', async () => {
  await writePicture(join(folder, 'face.png'), 16);
  await writeSmallPhotos(folder);
  await writePhoto(folder);
  assert.is(programs.length, leaves.length, 'a program of the guide is not known here');
});

for (const [index, file] of leaves.entries()) {
  test(`${index + 1} writes ${file}`, async () => {
    await node(`${names[index]}.js`);
    assert.ok(existsSync(join(folder, file)));
  });
}

test('the second leaves a journal', () => {
  assert.equal(
    journalOf(join(folder, 'faces')).map(({ status }) => status),
    ['done', 'done', 'done'],
  );
});

test.run();

/** Runs Node in the folder. @throws when it ends with another code than 0, with what it printed */
function node(...words: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { cwd: folder }, (error, stdout, stderr) =>
      error ? reject(new Error(`${stdout}${stderr}${error.message}`)) : resolve(),
    );
  });
}
