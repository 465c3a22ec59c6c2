import { readFile } from 'node:fs/promises';
import { installedVersion, packagePath } from '../node/paths.js';

/** What a measurement was made with. */
export interface Versions {
  /** Of npm `webgpu`, which is Dawn; empty where it is not installed. */
  readonly dawn: string;
  readonly facewright: string;
  readonly node: string;
}

/** The versions that run here. */
export async function versions(): Promise<Versions> {
  const own = JSON.parse(await readFile(packagePath('package.json'), 'utf8')) as { version: string };
  return {
    dawn: installedVersion('webgpu') ?? '',
    facewright: own.version,
    node: process.version.slice(1),
  };
}
