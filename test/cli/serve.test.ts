// facewright serve from outside: its address on stdout, a search, and an end without a trace.

import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { engineSuite, quickestEngine } from '../engines.js';
import { newFolder } from './command.js';
import { writeTinyWeights } from './tiny.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const test = engineSuite(quickestEngine, 'cli: serve');
const folder = newFolder();
const weights = await writeTinyWeights(folder, 16);
test.after(() => rmSync(folder, { recursive: true }));

/** The command, once it has said its address. */
function started(
  ...more: string[]
): Promise<{ child: ChildProcess; url: string; ended: Promise<[number | null, string]> }> {
  const engine = String(quickestEngine.request.engine);
  const words = [main, 'serve', '--port', '0', '--model', weights, '--engine', engine, ...more];
  const child = spawn(process.execPath, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<[number | null, string]>((resolve) => child.on('close', (code) => resolve([code, stderr])));
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve({ child, url: text.trim(), ended }));
    ended.then(([code]) => reject(new Error(`ended with ${code}: ${stderr}`)));
  });
}

test('searches, and SIGTERM ends it in the midst of one with exit code 0', async () => {
  const { child, url, ended } = await started('--max-steps', '2000000');
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  const png = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#c98' } })
    .png()
    .toBuffer();
  const form = new FormData();
  form.append('picture', new Blob([new Uint8Array(png)]), 'face.png');
  form.append('steps', '2000000');
  const answer = await fetch(`${url}/v1/searches`, { method: 'POST', body: form });
  assert.is(answer.status, 201, await answer.clone().text());
  const { events } = (await answer.json()) as { events: string };
  const told = await fetch(url + events);
  const reader = told.body!.getReader();
  await reader.read();
  child.kill('SIGTERM');
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read())
    text += Buffer.from(part.value).toString();
  assert.match(text, /event: stopped\ndata: {"reason":"the server was stopped"}/);
  const [code, stderr] = await ended;
  assert.is(code, 0, stderr);
  assert.match(stderr, /^tiny, 16 px, CC0-1\.0\non .*; Ctrl-C ends it$/m);
});

test('a token is asked for where there is one', async () => {
  const { child, url, ended } = await started('--token', 'sesame-sesame-open');
  assert.is((await fetch(`${url}/v1`)).status, 401);
  assert.is((await fetch(`${url}/v1`, { headers: { authorization: 'Bearer sesame-sesame-open' } })).status, 200);
  child.kill('SIGINT');
  assert.is((await ended)[0], 0);
});

test.run();
