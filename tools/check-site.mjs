// Builds the site of the documents (site/) and looks at it: whether its links lead somewhere, and whether it needs nothing but itself.
//
//   node tools/check-site.mjs
//
// The last line is `N passed, N failed, N skipped`; the exit code is 1 if any failed. All is skipped where the site's packages cannot be
// fetched, and what needs a browser where there is none; the reason is said.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { dirname, normalize } from 'node:path/posix';
import { NO_CHROMIUM } from './chromium.mjs';
import { documents, root } from './documents.mjs';
import { openSite } from './site-browser.mjs';

/** What npm says of a registry that it cannot reach. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED|E40[134]|E5\d\d)\b/;

/** What a page loads by itself, as against what it leads to. */
const RESOURCE = /<(?:script|img|link|source|video|iframe)\b[^>]*?\s(?:src|href)="([^"]*)"/g;

/** A registry that has not answered by then does not. */
const FETCH_LIMIT_MS = 300_000;

const folder = join(root, 'site');
const out = join(folder, '.vitepress', 'dist');
const checks = {
  'it is built': build,
  'every document is a page, and nothing else': hasAllPages,
  'links lead to pages, files and headings that are there': linksLead,
  'no page or style names a file of another host': asksNobody,
};
const inBrowser = {
  'pages open in Chromium and ask nobody else': (site) => site.openEach(pages()),
  'no page is wider than a phone': (site) => site.measureEach(pages(), 390),
  'a search finds a page and leads there': (site) => site.search('no-metadata', /docs\/commands\/\w+\.html#/),
};
const totals = { passed: 0, failed: 0, skipped: 0 };

const missing = fetchPackages();
if (missing === undefined) {
  for (const [what, test] of Object.entries(checks)) await check(what, test);
  await checkInBrowser();
} else {
  skip([...Object.keys(checks), ...Object.keys(inBrowser)], missing);
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed > 0 ? 1 : 0;

/** Installs what the site is made with; says why, if it cannot be had. */
function fetchPackages() {
  const installed = join(folder, 'node_modules', '.package-lock.json');
  const lock = join(folder, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs > statSync(lock).mtimeMs) return undefined;
  const { status, stdout, stderr, error } = npm(['ci', '--no-fund', '--no-audit'], FETCH_LIMIT_MS);
  if (status === 0) return undefined;
  const output = `${stdout}${stderr}`;
  const code = error?.code ?? output.match(UNREACHABLE)?.[0];
  if (code !== undefined) return `its packages cannot be fetched (${code})`;
  throw new Error(`npm ci in site/ failed:\n${output}`);
}

function build() {
  const { status, stdout, stderr } = npm(['run', 'build']);
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
}

function npm(words, timeout) {
  return spawnSync('npm', words, { cwd: folder, encoding: 'utf8', timeout, shell: process.platform === 'win32' });
}

/** The pages of the site, by their path in it. */
function pages() {
  return filesOf('.html').filter((path) => path !== '404.html');
}

function filesOf(ending) {
  return readdirSync(out, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith(ending));
}

function hasAllPages() {
  const expected = documents.map((path) => path.replace(/README\.md$/, 'index.md').replace(/md$/, 'html'));
  const found = pages();
  none([
    ...expected.filter((page) => !found.includes(page)).map((page) => `${page} is missing`),
    ...found.filter((page) => !expected.includes(page)).map((page) => `${page} is of no document`),
  ]);
}

function linksLead() {
  const html = new Map(pages().map((page) => [page, read(page)]));
  const anchors = new Map([...html].map(([page, text]) => [page, all(text, /\sid="([^"]*)"/g)]));
  const dead = [...html].flatMap(([page, text]) =>
    all(text, /<a\b[^>]*?\shref="([^"]*)"/g)
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [address, anchor] = decodeURI(link).split('#');
        const target = targetOf(page, address);
        if (!existsSync(join(out, target))) return true;
        return anchor && anchors.has(target) && !anchors.get(target).includes(anchor);
      })
      .map((link) => `${page}: ${link}`),
  );
  none(dead);
}

/** The file that an address on a page means. */
function targetOf(page, address) {
  if (address === '') return page;
  const path = address.startsWith('/') ? address.slice(1) : normalize(join(dirname(page), address));
  return path === '' || path.endsWith('/') ? `${path}index.html` : path;
}

function asksNobody() {
  const inPages = filesOf('.html').flatMap((page) =>
    all(read(page), RESOURCE)
      .filter((address) => /^([a-z]+:)?\/\//.test(address))
      .map((address) => `${page}: ${address}`),
  );
  const inStyles = filesOf('.css').flatMap((style) =>
    all(read(style), /(?:url\(|@import\s*)["']?((?:[a-z]+:)?\/\/[^"')]*)/g).map((address) => `${style}: ${address}`),
  );
  none([...inPages, ...inStyles]);
}

async function checkInBrowser() {
  if (totals.failed > 0) return skip(Object.keys(inBrowser), 'what is above failed');
  const site = await openSite(out);
  if (site === undefined) return skip(Object.keys(inBrowser), NO_CHROMIUM);
  try {
    for (const [what, test] of Object.entries(inBrowser)) await check(what, async () => none(await test(site)));
  } finally {
    await site.close();
  }
}

async function check(what, test) {
  try {
    await test();
    totals.passed++;
    console.log(`site: ${what}`);
  } catch (error) {
    totals.failed++;
    console.log(`FAILED  site: ${what}\n${error.message}`);
  }
}

function skip(names, reason) {
  totals.skipped += names.length;
  for (const what of names) console.log(`skipped: site: ${what}: ${reason}`);
}

function none(problems) {
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

function read(path) {
  return readFileSync(join(out, path), 'utf8');
}

function all(text, pattern) {
  return [...text.matchAll(pattern)].map(([, found]) => found);
}
