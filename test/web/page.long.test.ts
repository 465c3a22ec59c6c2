// The page in a real browser, served from below another path: from the picture that is dropped to the face that is saved.
/// <reference lib="dom" />

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { notesIn } from '../../dist/browser/index.js';
import { defaultSearchOptions, makeTarget, openGenerator, randomStart, search } from '../../dist/index.js';
import { chromiumArguments, chromiumPath } from '../../tools/chromium.mjs';
import { chromiumSuite, webGpuArguments } from '../chromium.js';
import { writeTinyWeights } from '../cli/tiny.js';
import { quickestEngine } from '../engines.js';
import { checkFilm } from './film.js';
import { buildPage, faultsIn, type Site, servePage } from './site.js';

/** SwiftShader compiles kernels in seconds each, one after another, and is not alone on the machine. */
const COMPILING_MS = 300_000;
const PHONE = { width: 390, height: 844 };
const [side, size, seed, steps] = [16, 8, 3, 12];

const test = chromiumSuite('web page in Chromium');
let folder: string;
let site: Site;
let browser: Browser;
let weights: string;
let picture: string;

test.before(async () => {
  buildPage();
  folder = mkdtempSync(join(tmpdir(), 'facewright-web-'));
  weights = await writeTinyWeights(folder, side);
  picture = join(folder, 'disc.png');
  // Opaque: a canvas multiplies colours by their alpha, and so rounds them.
  const disc =
    '<svg viewBox="0 0 96 64" width="96" height="64"><rect width="96" height="64" fill="#eef"/><circle cx="40" cy="34" r="20" fill="#c96"/></svg>';
  await sharp(Buffer.from(disc)).removeAlpha().png().toFile(picture);
  site = await servePage();
  browser = await chromium.launch({ executablePath: chromiumPath, args: webGpuArguments });
});

test.after(async () => {
  await browser.close();
  site.close();
  rmSync(folder, { recursive: true });
});

/** The page in a context of its own, and all that goes wrong in it. */
async function open(in_ = browser): Promise<{ page: Page; context: BrowserContext; wrong: string[] }> {
  const context = await in_.newContext({ colorScheme: 'light' });
  const page = await context.newPage();
  const wrong = faultsIn(page);
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(site.address) && !/^(blob|data):/.test(url)) wrong.push(`asks for ${url}`);
  });
  await page.goto(site.address);
  return { page, context, wrong };
}

const ready = (page: Page, name: string) => page.waitForSelector(`.model p:has-text("${name}")`, { timeout: 60_000 });

/** Waits until the sentence about the search is of a kind. */
const said = async (page: Page, kind: RegExp) => {
  await page.waitForFunction(
    (source) => new RegExp(source).test(document.querySelector('.said')!.textContent!),
    kind.source,
    {
      polling: 200,
      timeout: COMPILING_MS,
    },
  );
  return (await page.textContent('.said'))!;
};

async function drop(page: Page, path: string, name: string): Promise<void> {
  const handed = await page.evaluateHandle(
    ([bytes, name]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
      return data;
    },
    [readFileSync(path).toString('base64'), name] as const,
  );
  await page.dispatchEvent('main', 'drop', { dataTransfer: handed });
}

/** Presses Tab until what a selector means has the focus. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let i = 0; i < 60; i++) {
    if (await page.evaluate((one) => document.activeElement?.matches(one), selector)) return;
    await page.keyboard.press('Tab');
  }
  assert.unreachable(`Tab does not lead to ${selector}`);
}

const isWide = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

test('it is there before its generator is, which is fetched once', async () => {
  const release = site.hold('.safetensors');
  const { page, context, wrong } = await open();
  await page.waitForSelector('h1');
  await page.waitForSelector('progress');
  await page.click('.emoji button');
  await page.waitForSelector('canvas[aria-label="Target"], .frame');
  assert.match((await page.textContent('.settings'))!, /The generator is being loaded/);
  release();
  await ready(page, 'demo-128, 128 px');
  assert.is(await page.inputValue('#size'), '16');
  await page.waitForSelector('canvas[aria-label=Target]');

  const fetches = () => site.asked.filter((path) => path.endsWith('.safetensors')).length;
  assert.is(fetches(), 1);
  await page.reload();
  await ready(page, 'demo-128, 128 px');
  assert.is(fetches(), 1);
  assert.equal(wrong, []);
  await context.close();
});

test('a picture that is dropped becomes the face that the command finds, and its file says how', async () => {
  const { page, context, wrong } = await open();
  await ready(page, 'demo-128');
  await page.setInputFiles('#weights', weights);
  await ready(page, 'tiny, 16 px');
  await drop(page, picture, 'disc.png');
  await page.waitForSelector('.frame');

  // The middle is a square of 64 px; an arrow moves it a hundredth of that, a pixel, and with Shift a tenth.
  await tabTo(page, '.frame');
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('ArrowRight');
  for (const [field, text] of Object.entries({ seed, steps: 5000 })) await page.fill(`#${field}`, String(text));
  await page.selectOption('#size', String(size));
  await page.click('button.main');
  assert.match(await said(page, /^compiling/), /^compiling \d+ s$/);
  assert.match(await said(page, /^step [1-9]/), /^step \d+ of 5000: L2 \d\.\d{4}$/);
  await page.click('button.main');
  assert.match(await said(page, /^stopped/), /^stopped at step \d+ of 5000/);
  assert.is(await page.textContent('button.main'), 'Start');

  // Once more, by keyboard alone.
  await page.focus('#seed');
  await tabTo(page, '#steps');
  await page.keyboard.press('Control+A');
  await page.keyboard.type(String(steps));
  await tabTo(page, 'button.main');
  await page.keyboard.press('Enter');
  const sentence = await said(page, /^(met|missed)/);
  assert.is(await page.locator('.curve polyline').count(), 2);
  assert.is(
    await page.evaluate(() => document.querySelector<HTMLCanvasElement>('canvas[aria-label=Face]')!.width),
    side,
  );
  await page.waitForFunction((text) => document.querySelector('[aria-live]')!.textContent === text, sentence);

  const saving = page.waitForEvent('download');
  await page.click('text=Save the face');
  const saved = await saving;
  assert.is(saved.suggestedFilename(), 'disc.png');
  const png = readFileSync((await saved.path())!);
  const notes = JSON.parse(notesIn(png)!);
  const filming = page.waitForEvent('download');
  await page.click('text=Save the film');
  const film = await filming;
  assert.is(film.suggestedFilename(), 'disc.film.png');
  const generator = await openGenerator({ model: weights, ...quickestEngine.request });
  const options = { ...defaultSearchOptions(generator.info), steps };
  const cut = join(folder, 'cut.png');
  await sharp(picture).extract({ left: 11, top: 0, width: 64, height: 64 }).toFile(cut);
  const { rgb } = await makeTarget(cut, { size, fit: 'error', background: 'white' });
  const start = await randomStart(generator.info, options, { seed, target: rgb, duplicate: 0, restart: 0 });
  const [{ losses }] = await search(generator, [{ rgb, size, start }], options).results;
  generator.close();
  assert.is(notes.seed, seed);
  assert.equal([notes.steps, notes.options.loss, notes.model.sha256], [steps, options.loss, generator.info.sha256]);
  await checkFilm(readFileSync((await film.path())!), { png, target: { data: rgb, side: size }, steps });
  // Drivers part ways after some steps; in a dozen, hardly.
  assert.ok(Math.abs(notes.losses.L2 / losses.L2 - 1) < 0.01, `${notes.losses.L2}; the command: ${losses.L2}`);

  // Another, to compare it with; and all of it on a phone, in the dark.
  await page.fill('#seed', '4');
  await page.click('button.main');
  await page.waitForSelector('.kept li:nth-child(2)', { timeout: COMPILING_MS });
  for (const box of await page.locator('.kept input').all()) await box.check();
  assert.is(await page.locator('.comparison article').count(), 2);
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.is.not(await paper(), light);
  assert.not.ok(await isWide(page));
  await page.setViewportSize(PHONE);
  assert.not.ok(await isWide(page));

  // The browser's GPU process ends, as it does when a driver fails: the next search opens it anew.
  await page.fill('#steps', '5000');
  await page.click('button.main');
  await said(page, /^step/);
  const devTools = await browser.newBrowserCDPSession();
  const { processInfo } = await devTools.send('SystemInfo.getProcessInfo');
  process.kill(processInfo.find(({ type }) => type === 'GPU')!.id, 'SIGKILL');
  assert.is(await said(page, /^failed/), 'failed: the GPU was lost');
  assert.match((await page.textContent('.status'))!, /Start again: it is opened anew/);
  await page.click('button.main');
  await said(page, /^step/);
  assert.equal(wrong, []);
  await context.close();
});

test('what is no generator or no picture is told, and what was there stays', async () => {
  const { page, context, wrong } = await open();
  await ready(page, 'demo-128');
  const text = join(folder, 'text.safetensors');
  writeFileSync(text, 'no tensors at all, and no header either');
  await drop(page, text, 'text.safetensors');
  await page.waitForSelector('.model .complaint');
  assert.match((await page.textContent('.model .complaint'))!, /^text: /);
  assert.ok(await ready(page, 'demo-128'));
  await drop(page, text, 'text.png');
  assert.match((await page.textContent('.picture .complaint'))!, /^text\.png: not a picture/);

  await page.click('.emoji button');
  await page.waitForSelector('canvas[aria-label=Target]');
  await page.fill('#steps', '0');
  assert.match((await page.textContent('#complaint'))!, /^steps 0: must be a whole number/);
  assert.is(await page.getAttribute('#steps', 'aria-invalid'), 'true');
  assert.ok(await page.isDisabled('button.main'));
  assert.equal(wrong, []);
  await context.close();
});

test('where nothing computes, the page says what would do', async () => {
  const without = await chromium.launch({ executablePath: chromiumPath, args: chromiumArguments });
  try {
    const { page, wrong } = await open(without);
    await page.waitForSelector('main.alone');
    assert.match(
      (await page.textContent('[role=alert]'))!,
      /This browser finds no GPU that it may use\. WebGPU is in Chrome/,
    );
    assert.ok(!site.asked.slice(-4).some((path) => path.endsWith('.safetensors')));
    await page.setViewportSize(PHONE);
    assert.not.ok(await isWide(page));
    assert.equal(wrong, []);
  } finally {
    await without.close();
  }
});

test.run();
