// The requests of docs/serve.md, as they stand there, with curl and jq.

import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import { notesIn } from '../../dist/results/picture-notes.js';
import { type FaceServer, serveFaces } from '../../dist/serve/server.js';
import { blocksOf } from '../../tools/doc-blocks.mjs';
import { textOf } from '../../tools/documents.mjs';
import { newFolder, writePicture } from '../cli/command.js';
import { engineSuite, openTestEngine, quickestEngine } from '../engines.js';
import { skip } from '../skip.js';
import { tinyGenerator } from '../tiny-generator.js';

const SHOWN = 'http://127.0.0.1:8420';
const scripts = blocksOf(textOf('docs/serve.md')).filter(({ language }) => language === 'sh');
const test = engineSuite(quickestEngine, 'docs: over HTTP');
const folder = newFolder();
let engine: Engine;
let server: FaceServer;

test.before(async () => {
  engine = await openTestEngine(quickestEngine);
  server = await serveFaces(tinyGenerator(engine), { port: 0 });
  await writePicture(join(folder, 'face.jpg'), 16);
});
test.after(async () => {
  await server.close();
  engine.close();
  rmSync(folder, { recursive: true });
});

/** In a process beside this one, which has to answer meanwhile. */
function run(script: string): Promise<string> {
  // A search of the tiny generator is for targets of 8 px at most.
  const here = script.replaceAll(SHOWN, server.url).replaceAll('size=16', 'size=4');
  return new Promise((resolve, reject) => {
    execFile('bash', ['-euo', 'pipefail', '-c', here], { cwd: folder }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
  });
}

const has = (...programs: string[]) => programs.every((program) => spawnSync(program, ['--version']).status === 0);
const [ask, whole] = scripts;

if (!has('curl')) skip(test, 'docs: over HTTP: one request', 'there is no curl');
else {
  test('one request, and its answer as shown', async () => {
    const answer = JSON.parse(await run(ask.code));
    const shown = JSON.parse(blocksOf(textOf('docs/serve.md')).find(({ language }) => language === 'json')!.code);
    assert.equal(Object.keys(answer), Object.keys(shown));
    assert.match(answer.events, /^\/v1\/searches\/[\da-f-]{36}\/events$/);
  });
}

if (!has('curl', 'jq', 'bash')) skip(test, 'docs: over HTTP: a whole search', 'there is no curl, jq or bash');
else {
  test('a whole search', async () => {
    const told = await run(whole.code);
    assert.match(told, /^event: done$/m);
    const face = join(folder, 'found.png');
    assert.ok(existsSync(face));
    assert.match(notesIn(readFileSync(face))!, /"made_by":"facewright serve"/);
  });
}

test.run();
