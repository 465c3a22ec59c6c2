import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FacewrightError } from '../errors.js';

/** The folder of the package: the one that holds shaders/ and models/. */
const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where something of the package lies. */
export function packagePath(...parts: string[]): string {
  return join(root, ...parts);
}

/** Where something lies that was made of larger packages when facewright was built (tools/vendor.mjs). */
export function vendorPath(...parts: string[]): string {
  return packagePath('dist', 'vendor', ...parts);
}

/**
 * The folder of an installed npm package, found as Node finds packages, whatever the package's own exports hide; undefined
 * when it is not installed.
 */
export function installedPackage(name: string): string | undefined {
  const places = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return places.map((place) => join(place, name)).find(existsSync);
}

/** The version of an installed npm package; undefined when it is not installed. */
export function installedVersion(name: string): string | undefined {
  const folder = installedPackage(name);
  if (folder === undefined) return undefined;
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** The version of this package. */
export function ownVersion(): string {
  return (JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { version: string }).version;
}

/** The generator that ships with the package. */
export const demoModelPath = packagePath('models', 'demo-128.safetensors');

/**
 * The user's cache folder for facewright: XDG_CACHE_HOME, LOCALAPPDATA or ~/.cache, and in it `facewright`.
 *
 * @throws FacewrightError where there is none, the user having no home
 */
export function cachePath(...parts: string[]): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const base = XDG_CACHE_HOME || LOCALAPPDATA || join(home(), '.cache');
  return join(base, 'facewright', ...parts);
}

/** A user of a container often has no home: HOME is not set or empty, and no list of users has another. */
function home(): string {
  let path = '';
  try {
    path = homedir();
  } catch {
    // libuv asks the list of users, and throws where the user is not in it.
  }
  if (path === '') {
    throw new FacewrightError('this user has no home folder, so there is no cache folder; set XDG_CACHE_HOME to one');
  }
  return path;
}

/** The text of every file in shaders/ and its folders, by path below shaders/ without `.wgsl`: `blur`, `lib/sum`. */
export async function readShaders(): Promise<Record<string, string>> {
  const folder = packagePath('shaders');
  const all = await readdir(folder, { recursive: true });
  const files = all.filter((file) => file.endsWith('.wgsl'));
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const names = files.map((file) => file.slice(0, -'.wgsl'.length).replaceAll('\\', '/'));
  return Object.fromEntries(names.map((name, index) => [name, texts[index]]));
}
