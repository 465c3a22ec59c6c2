// facewright show, on faces of run and of generate.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { readNotes } from '../../../dist/index.js';
import { engineSuite, quickestEngine } from '../../engines.js';
import { facewright, journalOf, newFolder, writePicture } from '../command.js';
import { writeTinyWeights } from '../tiny.js';

const test = engineSuite(quickestEngine, 'cli: show');
const folder = newFolder();
let tiny: string[] = [];
test.before(async () => {
  tiny = ['--model', await writeTinyWeights(folder), '--engine', quickestEngine.request.engine!];
  await writePicture(join(folder, 'secret name.png'), 16);
});
test.after(() => rmSync(folder, { recursive: true }));

test('a face of run says what it follows from, and not what its picture was called', async () => {
  const words = ['run', 'secret name.png', '--out', 'faces', '--steps', '4', '--seed', '7', ...tiny];
  assert.is((await facewright(folder, words)).code, 0);
  const file = join('faces', 'secret name.png');
  const [line] = journalOf(join(folder, 'faces'));
  const notes = await readNotes(join(folder, file));
  for (const name of ['seed', 'options', 'model', 'steps', 'losses', 'best_step'] as const) {
    assert.equal(notes[name], line[name], name);
  }
  assert.not.match(readFileSync(join(folder, file), 'latin1'), /secret/);
  const { code, stdout } = await facewright(folder, ['show', file]);
  assert.is(code, 0);
  assert.match(stdout, /^faces\/secret name\.png\nmade by +facewright run\n/);
  assert.match(stdout, /\nseed +7\n/);
  assert.match(stdout, /\noptions\n.* {2}learning-rate +0\.4\n/s);
  assert.is(JSON.parse((await facewright(folder, ['show', file, '--json'])).stdout).seed, 7);
});

test('without --metadata there is nothing; other files are named, and the rest is shown', async () => {
  const drawn = ['generate', '--seeds', '3', ...tiny];
  assert.is((await facewright(folder, [...drawn, '--out', 'bare', '--no-metadata'])).code, 0);
  assert.is((await facewright(folder, [...drawn, '--out', 'drawn'])).code, 0);
  writeFileSync(join(folder, 'notes.txt'), 'no picture');
  const files = ['bare/seed0003.png', 'notes.txt', 'missing.png', 'drawn/seed0003.png'];
  const { code, stdout, stderr } = await facewright(folder, ['show', ...files]);
  assert.is(code, 1);
  assert.match(stdout, /made by +facewright generate\n/);
  assert.match(stderr, /bare\/seed0003\.png: has no notes of facewright/);
  assert.match(stderr, /notes\.txt: has no notes/);
  assert.match(stderr, /missing\.png: cannot be read \(ENOENT\)/);
});

test.run();
