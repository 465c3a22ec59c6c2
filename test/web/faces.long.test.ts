// The page's look for faces in a real browser: the same crops as `facewright align` in Node, as upright frames.
/// <reference lib="dom" />

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { cropQuad, quadCentre, quadSize } from '../../dist/align/quad.js';
import { openFaceDetector } from '../../dist/align/worker-detector.js';
import { readImage8 } from '../../dist/image/read.js';
import { faceOf } from '../../dist-test/page/state/faces.js';
import type { Frame } from '../../dist-test/page/state/frame.js';
import { chromiumPath } from '../../tools/chromium.mjs';
import { chromiumSuite, webGpuArguments } from '../chromium.js';
import { buildPage, faultsIn, type Site, servePage } from './site.js';

const photo = fileURLToPath(new URL('../../test/goldens/photos/astronaut.png', import.meta.url));
/** A frame is of whole pixels, and the browser's WebAssembly may round a sum in another order. */
const NEAR = 2;
/** The machine is not ours alone. */
const LOOKING_MS = 60_000;

const test = chromiumSuite('faces in the page in Chromium');
let folder: string;
let site: Site;
let browser: Browser;

test.before(async () => {
  buildPage();
  folder = mkdtempSync(join(tmpdir(), 'facewright-web-'));
  site = await servePage();
  browser = await chromium.launch({ executablePath: chromiumPath, args: webGpuArguments });
});

test.after(async () => {
  await browser.close();
  site.close();
  rmSync(folder, { recursive: true });
});

async function open(): Promise<{ page: Page; wrong: string[] }> {
  const page = await (await browser.newContext()).newPage();
  const wrong = faultsIn(page, ['error', 'warning']);
  await page.goto(site.address);
  await page.waitForSelector('.emoji button');
  return { page, wrong };
}

/** Waits until the sentence about faces begins so. */
async function said(page: Page, begin: string): Promise<string> {
  await page.waitForFunction(
    (begin) => document.querySelector('.picture [role=status]')?.textContent?.startsWith(begin),
    begin,
    { timeout: LOOKING_MS },
  );
  return (await page.textContent('.picture [role=status]'))!;
}

async function frameOf(page: Page): Promise<Frame> {
  const label = (await page.getAttribute('.frame', 'aria-label'))!;
  const [side, left, top] = [...label.matchAll(/\d+/g)].map(Number);
  return { side, left, top };
}

function assertNear(frame: Frame, expected: Frame): void {
  const isNear = (['left', 'top', 'side'] as const).every((edge) => Math.abs(frame[edge] - expected[edge]) <= NEAR);
  assert.ok(isNear, `${JSON.stringify(frame)}; align: ${JSON.stringify(expected)}`);
}

/** What `align` finds in a picture, as the page's frames. */
async function framesInNode(path: string): Promise<Frame[]> {
  const picture = await readImage8(path, { background: 'white' });
  const detector = openFaceDetector();
  const { faces } = await detector.detect(picture);
  await detector.close();
  return faces.map(({ landmarks }) => {
    const quad = cropQuad(landmarks);
    const [x, y] = quadCentre(quad);
    return faceOf({ x, y, side: quadSize(quad), turned: 0 }, picture).frame;
  });
}

const asked = () => site.asked.filter((path) => path.startsWith('faces'));

test('a photo is cut to its face, as align does it, by what is fetched only then', async () => {
  const { page, wrong } = await open();
  await page.click('.emoji button');
  await page.waitForSelector('.frame');
  assert.equal(asked(), [], 'an emoji’s face fills it');

  const release = site.hold('facemesh.bin');
  await page.setInputFiles('#picture', photo);
  await said(page, 'Looking for a face');
  await page.waitForFunction(() =>
    /A face is being looked for/.test(document.querySelector('.settings')!.textContent!),
  );
  assert.ok(await page.isDisabled('button.main'));
  release();
  assert.is(await said(page, 'A face'), 'A face was found. The square is around it.');
  const frame = await frameOf(page);
  assertNear(frame, (await framesInNode(photo))[0]);
  assert.is(new Set(asked()).size, 6, asked().join(' '));

  // The frame can be moved, and goes back to the face.
  await page.focus('.frame');
  await page.keyboard.press('Shift+ArrowLeft');
  await said(page, 'A face was found.');
  assert.is.not((await frameOf(page)).left, frame.left);
  await page.click('.faces button');
  assert.equal(await frameOf(page), frame);
  assert.is(await page.locator('.faces').count(), 0);
  assert.equal(wrong, []);
});

test('of several faces the largest is taken, and the others are offered', async () => {
  const { page, wrong } = await open();
  const two = join(folder, 'two.png');
  const [small, turned] = await Promise.all([
    sharp(photo).resize(300).png().toBuffer(),
    sharp(photo).rotate(20, { background: '#444' }).png().toBuffer(),
  ]);
  await sharp({ create: { width: 1160, height: 680, channels: 3, background: '#444' } })
    .composite([
      { input: small, left: 20, top: 60 },
      { input: turned, left: 440, top: 0 },
    ])
    .png()
    .toFile(two);
  await page.setInputFiles('#picture', two);
  const sentence = await said(page, '2 faces');
  assert.match(sentence, /the largest first\. The square is around the largest, which is turned by (?:1\d|2\d)°\.$/);
  const expected = await framesInNode(two);
  assertNear(await frameOf(page), expected[0]);
  await page.click('[aria-label="Face 2 of 2"]');
  assertNear(await frameOf(page), expected[1]);
  assert.is(await page.getAttribute('[aria-label="Face 2 of 2"]', 'aria-pressed'), 'true');
  assert.equal(wrong, []);
});

test('a picture without a face keeps its middle, and a frame that was moved its place', async () => {
  const { page, wrong } = await open();
  const grey = join(folder, 'grey.png');
  await sharp({ create: { width: 300, height: 200, channels: 3, background: '#888' } })
    .png()
    .toFile(grey);
  await page.setInputFiles('#picture', grey);
  await said(page, 'No face was found');
  assert.equal(await frameOf(page), { left: 50, top: 0, side: 200 });

  const release = site.hold('facemesh.bin');
  await page.setInputFiles('#picture', photo);
  await said(page, 'Looking for a face');
  await page.focus('.frame');
  await page.keyboard.press('-');
  const moved = await frameOf(page);
  release();
  assert.is(await said(page, 'A face'), 'A face was found.');
  assert.equal(await frameOf(page), moved);
  assert.equal(wrong, []);
});

test('where the networks cannot be had, the square is cut by hand', async () => {
  const { page } = await open();
  await page.route('**/facemesh.json', (route) => route.fulfill({ status: 404 }));
  await page.setInputFiles('#picture', photo);
  assert.match(await said(page, 'Faces cannot'), /\(the server answers 404 for .*\); cut the square by hand\.$/);
});

test.run();
