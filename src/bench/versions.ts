import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installedPackage, packagePath } from '../node/paths.js';

/** What a measurement was made with. */
export interface Versions {
  /** Of npm `webgpu`, which is Dawn; empty where it is not installed. */
  readonly dawn: string;
  readonly facewright: string;
  readonly node: string;
}

/** The versions that run here. */
export async function versions(): Promise<Versions> {
  const dawn = installedPackage('webgpu');
  return {
    dawn: dawn === undefined ? '' : await versionIn(dawn),
    facewright: await versionIn(packagePath()),
    node: process.version.slice(1),
  };
}

async function versionIn(folder: string): Promise<string> {
  return (JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
