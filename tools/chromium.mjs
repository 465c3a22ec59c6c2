// Chromium for what looks at pages: FACEWRIGHT_CHROMIUM, or where Debian and others install it.

import { existsSync } from 'node:fs';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The path of Chromium, or undefined where there is none. */
export const chromiumPath = process.env.FACEWRIGHT_CHROMIUM ?? usualPlaces.find((path) => existsSync(path));

/** Why what needs it is left out. */
export const NO_CHROMIUM = 'there is no Chromium; apt-get install chromium, or name it in FACEWRIGHT_CHROMIUM';

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
