// Chromium for the tests that look at pages: FACEWRIGHT_CHROMIUM, or where Debian and others install it.

import { existsSync } from 'node:fs';
import { suite, type Test } from 'uvu';
import { skippingSuite } from './skip.js';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The path of Chromium, or undefined where there is none. */
export const chromiumPath = process.env.FACEWRIGHT_CHROMIUM ?? usualPlaces.find((path) => existsSync(path));

/** No sandbox: in containers, where tests run as root, Chromium has none. Nothing that it does by itself goes out. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-sync',
  '--no-first-run',
];

/** A suite whose tests need Chromium: where there is none they are left out, but in CI that is an error. */
export function chromiumSuite(name: string): Test {
  if (chromiumPath !== undefined) return suite(name);
  if (process.env.CI) throw new Error('there is no Chromium, and in CI no test may be left out for want of it');
  return skippingSuite(name, 'there is no Chromium; apt-get install chromium, or name it in FACEWRIGHT_CHROMIUM');
}
