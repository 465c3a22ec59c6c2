// The page as `facewright serve` serves it, in a real browser: the machine's own engine searches.
/// <reference lib="dom" />

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import { notesIn } from '../../dist/results/picture-notes.js';
import { type FaceServer, serveFaces } from '../../dist/serve/server.js';
import { chromiumArguments, chromiumPath } from '../../tools/chromium.mjs';
import { chromiumSuite } from '../chromium.js';
import { openTestEngine, quickestEngine } from '../engines.js';
import { tinyGenerator } from '../tiny-generator.js';
import { buildPage } from './site.js';

const TOKEN = 'sesame-sesame-open';
const test = chromiumSuite('served page in Chromium');
let engine: Engine;
let server: FaceServer;
let browser: Browser;
let folder: string;

test.before(async () => {
  buildPage();
  folder = mkdtempSync(join(tmpdir(), 'facewright-served-'));
  const svg =
    '<svg viewBox="0 0 64 64" width="64" height="64"><rect width="64" height="64" fill="#eef"/><circle cx="32" cy="32" r="20" fill="#c96"/></svg>';
  await sharp(Buffer.from(svg)).removeAlpha().png().toFile(join(folder, 'disc.png'));
  engine = await openTestEngine(quickestEngine);
  server = await serveFaces(tinyGenerator(engine), { port: 0, token: TOKEN, steps: 1e6 });
  browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArguments });
});
test.after(async () => {
  await browser.close();
  await server.close();
  engine.close();
  rmSync(folder, { recursive: true });
});

async function open(hash: string): Promise<{ page: Page; wrong: string[] }> {
  const page = await (await browser.newContext({ acceptDownloads: true })).newPage();
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  await page.goto(`${server.url}/${hash}`);
  return { page, wrong };
}

const said = (page: Page, kind: RegExp) =>
  page.waitForFunction(
    (source) => new RegExp(source).test(document.querySelector('.said')?.textContent ?? ''),
    kind.source,
  );

test('a search by the machine, step by step, and its face with its notes', async () => {
  const { page, wrong } = await open(`#token=${TOKEN}`);
  await page.waitForSelector('.model p:has-text("tiny, 16 px")');
  assert.match((await page.textContent('.private'))!, /computed by facewright on 127\.0\.0\.1/);
  assert.is(await page.$('#weights'), null, 'the server has its own');
  await page.setInputFiles('input[type=file]', join(folder, 'disc.png'));
  await page.fill('#steps', '30');
  await page.fill('#seed', '4');
  await page.click('button:has-text("Start")');
  await said(page, /best step|met|missed/i);
  const coming = page.waitForEvent('download');
  await page.click('.kept button:has-text("Save")');
  const notes = JSON.parse(notesIn(readFileSync(await (await coming).path()))!);
  assert.equal([notes.made_by, notes.seed, notes.steps, notes.model.name], ['facewright serve', 4, 30, 'tiny']);
  assert.equal(wrong, []);
});

test('one of several generators is chosen, and searched in', async () => {
  const generators = [tinyGenerator(engine, 'tiny', true), tinyGenerator(engine, 'other', true)];
  const several = await serveFaces(generators, { port: 0 });
  try {
    const page = await browser.newPage();
    await page.goto(several.url);
    await page.waitForSelector('#model');
    assert.equal(await page.locator('#model option').allTextContents(), ['tiny, 16 px', 'other, 16 px']);
    await page.setInputFiles('input[type=file]', join(folder, 'disc.png'));
    await page.selectOption('#model', 'other');
    await page.fill('#steps', '5');
    await page.click('button:has-text("Start")');
    await said(page, /best at step/);
    assert.is(await page.inputValue('#model'), 'other');
    const coming = page.waitForEvent('download');
    await page.click('.kept button:has-text("Save")');
    const notes = JSON.parse(notesIn(readFileSync(await (await coming).path()))!);
    assert.is(notes.model.name, 'other');
    await page.close();
  } finally {
    await several.close();
  }
});

test('faces are looked for in the browser, by what the server has of the package', async () => {
  const { page, wrong } = await open(`#token=${TOKEN}`);
  const photo = fileURLToPath(new URL('../../test/goldens/photos/astronaut.png', import.meta.url));
  await page.setInputFiles('#picture', photo);
  await page.waitForSelector('text=A face was found. The square is around it.', { timeout: 60_000 });
  assert.equal(wrong, []);
  const notices = await fetch(`${server.url}/NOTICES.txt`);
  assert.match(await notices.text(), /MediaPipe/);
});

test('Stop ends it on the machine too', async () => {
  const { page } = await open(`#token=${TOKEN}`);
  await page.waitForSelector('.model p:has-text("tiny, 16 px")');
  await page.setInputFiles('input[type=file]', join(folder, 'disc.png'));
  await page.fill('#steps', '500000');
  await page.click('button:has-text("Start")');
  await said(page, /step \d+/);
  await page.click('button:has-text("Stop")');
  await said(page, /stopped/i);
  const headers = { authorization: `Bearer ${TOKEN}` };
  const running = async () => {
    const { searches } = (await (await fetch(`${server.url}/v1/searches`, { headers })).json()) as {
      searches: { state: string }[];
    };
    return searches.some(({ state }) => state === 'running');
  };
  for (let tries = 0; (await running()) && tries < 50; tries++) await page.waitForTimeout(100);
  assert.not(await running());
});

test('without the token it says what would do', async () => {
  const { page } = await open('');
  await page.waitForSelector('[role=alert]');
  assert.match((await page.textContent('[role=alert]'))!, /wants its token: add #token=… to the address/);
});

test.run();
