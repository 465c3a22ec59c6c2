// The versions of Node.js that the project runs on, as npm's own packages of them.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The oldest that is supported, and those of today. */
export const NODES = ['20.19.0', '22', '24'];

/**
 * A Node's executable.
 *
 * @param version what npm takes for one: `22`, `20.19.0`
 * @param folder for what is fetched, in a folder of its own there
 * @returns undefined where it cannot be fetched
 */
export function nodeOf(version, folder) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const unpacked = packageOf(`node-${platform}-${process.arch}`, version, folder);
  return unpacked && join(unpacked, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

/**
 * An npm package by itself: fetched and unpacked, without what it depends on.
 *
 * @returns the folder with its files; undefined where it cannot be fetched
 */
export function packageOf(name, version, folder) {
  const own = join(folder, `${name}-${version}`);
  mkdirSync(own, { recursive: true });
  spawnSync('npm', ['pack', '--silent', '--pack-destination', own, `${name}@${version}`], { cwd: own });
  const archive = readdirSync(own).find((file) => file.endsWith('.tgz'));
  if (archive === undefined) return undefined;
  const { status } = spawnSync('tar', ['-xzf', join(own, archive), '-C', own]);
  return status === 0 ? join(own, 'package') : undefined;
}
