// The built site in a real browser, for tools/check-site.mjs: served on this machine, by its files alone.

import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';
import { chromiumArguments, chromiumPath } from './chromium.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Opens the site in a folder, or nothing where there is no browser. What its methods give are problems, one a line. */
export async function openSite(folder) {
  if (chromiumPath === undefined) return undefined;
  const server = await serve(folder);
  const origin = `http://127.0.0.1:${server.address().port}`;
  const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArguments });
  const withPage = (width, work) => onPage(browser, origin, width, work);
  return {
    /** Opens pages one after another. */
    openEach: (paths) =>
      withPage(1280, async (page, problems) => {
        for (const path of paths) {
          await page.goto(`${origin}/${path}`, { waitUntil: 'networkidle' });
          const broken = await page.$$eval('.vp-doc img', (images) =>
            images.filter((image) => image.complete && image.naturalWidth === 0).map(({ src }) => src),
          );
          problems.push(...broken.map((src) => `${path}: ${src} is no picture`));
        }
      }),

    /** Whether pages have room in a window of a width, without being moved sideways. */
    measureEach: (paths, width) =>
      withPage(width, async (page, problems) => {
        for (const path of paths) {
          await page.goto(`${origin}/${path}`);
          const needed = await page.evaluate(() => document.documentElement.scrollWidth);
          if (needed > width) problems.push(`${path} is ${needed} px wide`);
        }
      }),

    /** Searches for words, opens what is found first, and holds its address against what is expected. */
    search: (words, expected) =>
      withPage(1280, async (page, problems) => {
        await page.goto(`${origin}/`, { waitUntil: 'networkidle' });
        await page.keyboard.press('/');
        await page.locator('#localsearch-input').fill(words);
        const first = page.locator('#localsearch-list a').first();
        const address = await first.getAttribute('href');
        if (!expected.test(address)) return problems.push(`what is found first is ${address}`);
        await first.click();
        await page.waitForURL(expected, { timeout: 5000 });
      }),

    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** Works on a new page; what goes wrong in it, or what it asks of others, is a problem too. */
async function onPage(browser, origin, width, work) {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const problems = [];
  page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) problems.push(request.url());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${page.url()}: ${response.url()}: ${response.status()}`);
  });
  try {
    await work(page, problems);
  } finally {
    await page.close();
  }
  return problems;
}

/** A server of a folder's files, on a port of its own. */
function serve(folder) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = join(folder, normalize(decodeURIComponent(pathname)));
    const file = path.endsWith('/') ? join(path, 'index.html') : path;
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
