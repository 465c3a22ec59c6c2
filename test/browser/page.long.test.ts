// The example of facewright/browser in a real browser: a whole search in a worker, and its result against the command's.
/// <reference lib="dom" />

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { defaultSearchOptions, makeTarget, openGenerator, randomStart, search } from '../../dist/index.js';
import { chromiumPath } from '../../tools/chromium.mjs';
import { chromiumSuite, webGpuArguments } from '../chromium.js';
import { writeTinyWeights } from '../cli/tiny.js';
import { quickestEngine } from '../engines.js';

const example = fileURLToPath(new URL('../../examples/browser/', import.meta.url));
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

const test = chromiumSuite('browser in Chromium');
let folder: string;
let browser: Browser;
let server: Server;

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'facewright-browser-'));
  mkdirSync(join(folder, 'site'));
  const entryPoints = ['page.ts', 'worker.ts'].map((file) => join(example, file));
  await build({ entryPoints, bundle: true, format: 'esm', outdir: join(folder, 'site') });
  // WebGPU is there for pages from localhost, not from the disk.
  server = createServer(({ url }, response) => {
    const file = url === '/' ? join(example, 'index.html') : join(folder, 'site', `${url}`);
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  }).listen(0, '127.0.0.1');
  browser = await chromium.launch({ executablePath: chromiumPath, args: webGpuArguments });
});

test.after(async () => {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true });
});

test('a picture and weights become a face, as near as the command comes', async () => {
  // SwiftShader compiles a kernel in seconds, one after another: a small generator has few.
  const [side, size, seed, steps] = [16, 8, 3, 12];
  const weights = await writeTinyWeights(folder, side);
  const picture = join(folder, 'disc.png');
  // Opaque: a canvas multiplies colours by their alpha, and so rounds them, and of another target another search begins.
  const disc =
    '<svg viewBox="0 0 64 64" width="64" height="64"><rect width="64" height="64" fill="#eef"/><circle cx="30" cy="34" r="20" fill="#c96"/></svg>';
  await sharp(Buffer.from(disc)).removeAlpha().png().toFile(picture);

  const page = await browser.newPage();
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.setInputFiles('#weights', weights);
  await page.setInputFiles('#picture', picture);
  for (const [name, value] of Object.entries({ size, seed, steps })) await page.fill(`#${name}`, String(value));
  await page.click('button');
  await page.waitForFunction(() => /^(?!step|$)/.test(document.querySelector('output')!.textContent!), undefined, {
    polling: 500,
    timeout: 600_000,
  });
  const said = (await page.textContent('output'))!;
  assert.equal(wrong, []);
  assert.match(said, /^(?:met|missed): L2 \d\.\d{4}, on ./);
  assert.equal(await page.evaluate(() => document.querySelector('canvas')!.width), side);

  const generator = await openGenerator({ model: weights, ...quickestEngine.request });
  const { rgb } = await makeTarget(picture, { size, fit: 'pad', background: 'white' });
  const options = { ...defaultSearchOptions(generator.info), steps };
  const start = await randomStart(generator.info, options, { seed, target: rgb, duplicate: 0, restart: 0 });
  const [{ losses }] = await search(generator, [{ rgb, size, start }], options).results;
  generator.close();
  // Drivers part ways after some steps; in a dozen, hardly.
  const l2 = Number(/L2 ([\d.]+)/.exec(said)![1]);
  assert.ok(Math.abs(l2 / losses.L2 - 1) < 0.01, `${said}; the command: ${losses.L2}`);
});

test('a file that is no weights is told in the page', async () => {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await page.setInputFiles('#weights', join(example, 'index.html'));
  await page.setInputFiles('#picture', join(folder, 'disc.png'));
  await page.click('button');
  await page.waitForFunction(() => document.querySelector('output')!.textContent !== '', undefined, {
    polling: 500,
    timeout: 60_000,
  });
  assert.match((await page.textContent('output'))!, /^weights: its safetensors header/);
});

test.run();
