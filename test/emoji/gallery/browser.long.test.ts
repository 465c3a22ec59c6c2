// The gallery in a real browser, from the disk.
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { buildGallery } from '../../../dist/emoji/gallery/build.js';
import { readResults } from '../../../dist/results/read-results.js';
import { chromiumArguments, chromiumPath } from '../../../tools/chromium.mjs';
import { chromiumSuite } from '../../chromium.js';
import { emojiResult, emojiResults, folderWith, type Result } from './folder.js';

const test = chromiumSuite('emoji/gallery in Chromium');

/** More people, so that there are several rows of cards: 30 of one set, every third light. */
const crowd: Result[] = Array.from({ length: 30 }, (_, i) =>
  emojiResult({
    set: 'twemoji',
    base: (0x1f9d5 + i).toString(16),
    name: `number ${'abcdefghijklmnopqrstuvwxyzäöüß'[i]}`,
    tone: i % 3 === 0 ? 'light' : 'none',
    order: 100 + i,
  }),
).map((result, i) => ({
  ...result,
  output: `16/twemoji/crowd-${i}.png`,
  emoji: { ...result.emoji!, drawing: undefined },
}));

let browser: Browser;
let site: string;

test.before(async () => {
  const folder = await folderWith([...emojiResults, ...crowd]);
  site = join(folder, 'gallery');
  const lines = await readResults(folder);
  await buildGallery({ folder, out: site, lines, title: 'Test', credits: [] });
  browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArguments });
});

test.after(async () => {
  await browser.close();
});

interface Look {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** Opens a page; what goes wrong in it, or out of it, fails the test. */
async function withPage(path: string, look: Look, work: (page: Page) => Promise<void>): Promise<void> {
  const { width = 1280, colorScheme = 'light' } = look;
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const wrong: string[] = [];
  const page = await context.newPage();
  page.on('console', (message) => message.type() !== 'log' && wrong.push(message.text()));
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => !/^(file|data|blob):/.test(request.url()) && wrong.push(request.url()));
  page.on('requestfailed', (request) => {
    const { errorText = '' } = request.failure() ?? {};
    // What was on its way when another page was opened is no failure.
    if (errorText !== 'net::ERR_ABORTED') wrong.push(`${request.url()}: ${errorText}`);
  });
  try {
    await page.goto(addressOf(path));
    await work(page);
    assert.equal(wrong, []);
  } finally {
    await context.close();
  }
}

function addressOf(path: string): string {
  const [file, hash] = path.split('#', 2);
  return `${pathToFileURL(join(site, file))}${hash === undefined ? '' : `#${hash}`}`;
}

const cards = (page: Page) => page.locator('.card:visible').count();
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');
/** Filters are applied with the next frame. */
const frame = (page: Page) =>
  page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)))),
  );

test('filters: cards, counts and the address follow', () =>
  withPage('browse.html', {}, async (page) => {
    assert.is(await cards(page), 37);
    await page.selectOption('select[name=set]', 'openmoji');
    await frame(page);
    assert.is(await cards(page), 4);
    assert.is(await page.textContent('#count'), '4 of 37 results');
    assert.match(page.url(), /#set=openmoji$/);
    // What each choice would give: among OpenMoji's one is within eps; of the other sets as many as there are.
    assert.is(await page.textContent('select[name=outcome] option[value=within]'), 'within eps · 1');
    assert.is(await page.textContent('select[name=set] option[value=twemoji]'), 'Twemoji · 30');
    await page.selectOption('select[name=outcome]', 'within');
    await frame(page);
    assert.is(await cards(page), 1);
    assert.is(await page.textContent('select[name=set] option[value=noto]'), 'Noto · 0');
    assert.ok(await page.isHidden('section:has-text("Face, smiling")'));
    await page.click('button[type=reset]');
    await frame(page);
    assert.is(await cards(page), 37);
    assert.not.match(page.url(), /#/);
    // They are where they were.
    assert.is(await page.locator('.card h3').first().textContent(), 'grinning face');
    assert.is(await page.locator('.card h3').last().textContent(), 'number ß');
  }));

test('the address brings filters along, and every facet has its words', () =>
  withPage('browse.html#category=bearded&tone=light', {}, async (page) => {
    assert.is(await cards(page), 1);
    assert.is(await page.inputValue('select[name=category]'), 'bearded');
    for (const [facet, value, count] of [
      ['category', 'cooks', 2],
      ['unicode', 'people-body/face-smiling', 2],
      ['unicode', 'people-body', 37],
      ['tone', 'light', 11],
      ['outcome', 'no-face', 1],
      ['outcome', 'missing', 1],
      ['outcome', 'failed', 1],
    ] as const) {
      await page.goto(addressOf(`browse.html#${new URLSearchParams({ [facet]: value })}`));
      await frame(page);
      assert.is(await cards(page), count, `${facet} ${value}`);
    }
  }));

test('search: words, accents, emoji; and an empty state', () =>
  withPage('browse.html', {}, async (page) => {
    for (const [text, count] of [
      ['BEARD noto', 1],
      ['number a', 2],
      ['🧔', 3],
      ['no such thing', 0],
    ] as const) {
      await page.fill('input[type=search]', text);
      await frame(page);
      assert.is(await cards(page), count, text);
      assert.is(await page.isVisible('#empty'), count === 0);
    }
    await page.click('#empty button');
    await frame(page);
    assert.is(await cards(page), 37);
  }));

test('keys: search, arrows, Enter, Escape, help', () =>
  withPage('browse.html', {}, async (page) => {
    await page.keyboard.press('/');
    await page.keyboard.type('number');
    await frame(page);
    assert.is(await cards(page), 30);
    await page.keyboard.press('ArrowDown');
    assert.is(await focused(page), 'number a: light skin tone');
    await page.keyboard.press('ArrowRight');
    assert.is(await focused(page), 'number b');
    await page.keyboard.press('ArrowDown');
    const columns = await page.evaluate(() => {
      const lists = [...document.querySelectorAll('.grid')].filter((list) => list.childElementCount > 0);
      return getComputedStyle(lists[0]).gridTemplateColumns.split(' ').length;
    });
    assert.ok(columns > 1);
    assert.match(await focused(page), new RegExp(`^number ${'abcdefgh'[1 + columns]}`));
    await page.keyboard.press('ArrowUp');
    assert.is(await focused(page), 'number b');
    assert.ok(
      await page.evaluate(() => getComputedStyle(document.activeElement!.closest('li')!).outlineStyle === 'solid'),
    );
    await page.keyboard.press('Escape');
    await frame(page);
    assert.is(await cards(page), 37);
    await page.keyboard.press('?');
    assert.ok(await page.isVisible('dialog'));
    await page.keyboard.press('Escape');
    assert.ok(await page.isHidden('dialog'));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForURL(/emoji\/1f600\.html#r-/);
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/emoji\/1f9d4\.html$/);
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL(/emoji\/1f600\.html$/);
  }));

test('dark and light: as the system has it, and as was chosen, which is remembered', async () => {
  const paper = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  let dark = '';
  await withPage('index.html', { colorScheme: 'dark' }, async (page) => {
    dark = await paper(page);
    await page.keyboard.press('t');
    assert.is.not(await paper(page), dark);
    await page.goto(addressOf('emoji/1f9d4.html'));
    assert.is.not(await paper(page), dark);
    await page.click('[data-action=theme]');
    assert.is(await paper(page), dark);
  });
  await withPage('index.html', { colorScheme: 'light' }, async (page) => assert.is.not(await paper(page), dark));
});

const everyPage = [
  'index.html',
  'browse.html',
  'sheet.html',
  'failures.html',
  'categories/bearded.html',
  'emoji/1f9d4.html',
];

for (const width of [390, 1600]) {
  test(`at ${width} px nothing sticks out, and all pictures come`, async () => {
    for (const path of everyPage) {
      await withPage(path, { width }, async (page) => {
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, path);
        await page.waitForFunction(() =>
          [...document.images].every((image) => image.complete || image.loading === 'lazy'),
        );
        const broken = await page.evaluate(
          () => [...document.images].filter((i) => i.complete && i.naturalWidth === 0).length,
        );
        assert.is(broken, 0, path);
        assert.is(await page.locator('h1').count(), 1, path);
        // Headings go down without a gap.
        const levels = await page.evaluate(() =>
          [...document.querySelectorAll('h1, h2, h3')].map((heading) => Number(heading.tagName.slice(1))),
        );
        assert.ok(
          levels.every((level, i) => level <= (levels[i - 1] ?? 0) + 1),
          `${path}: ${levels}`,
        );
        const unnamed = await page.evaluate(
          () =>
            [...document.querySelectorAll('a, button')].filter(
              (e) => !e.textContent?.trim() && !e.getAttribute('aria-label') && !e.querySelector('img[alt]'),
            ).length,
        );
        assert.is(unnamed, 0, path);
      });
    }
  });
}

test('the sheet: tiles are drawn from the disk, and a pair says what it is', () =>
  withPage('sheet.html', {}, async (page) => {
    // What the canvas holds may not be read, since it comes from a disk: a picture of the screen tells.
    let variety = 0;
    for (let i = 0; i < 50 && variety < 15; i++) {
      await page.waitForTimeout(100);
      const { channels } = await sharp(await page.locator('#viewer').screenshot()).stats();
      variety = channels[1].stdev;
    }
    assert.ok(variety >= 15, `the sheet is empty: ${variety}`);
    const box = (await page.locator('#viewer').boundingBox())!;
    let chosen = '';
    for (let y = 0.2; y < 0.8 && chosen === ''; y += 0.1) {
      await page.mouse.click(box.x + box.width / 2, box.y + box.height * y);
      await page.waitForTimeout(350);
      chosen = (await page.locator('#under a').count()) > 0 ? ((await page.textContent('#under')) ?? '') : '';
    }
    assert.match(chosen, /^.+ · (OpenMoji|Noto|Twemoji), .*L2 0\.00[13]/);
    await page.keyboard.press('Escape');
    assert.is(await page.locator('#under a').count(), 0);
    await page.click('[data-zoom=in]');
    await page.click('[data-zoom=all]');
  }));

test.run();
