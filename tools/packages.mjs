// npm packages of a folder of the clone: whether they are installed as its lock file says, and with what they are.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** npm writes node_modules/.package-lock.json last: without it, an installation did not come to its end. */
export function packagesAreStale(folder) {
  const installed = join(folder, 'node_modules', '.package-lock.json');
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(join(folder, 'package-lock.json')).mtimeMs;
}

/** npm as it is running already, or else the one on the path. */
export function npm(words) {
  const running = process.env.npm_execpath;
  if (running?.endsWith('npm-cli.js')) return [process.execPath, running, ...words.split(' ')];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', ...words.split(' ')];
}
