import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, parse, relative, resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { FacewrightError } from '../errors.js';
import { type PassedOver, whyNotRead } from './passed-over.js';

/** A picture file that was asked for. */
export interface Input {
  /** Where it is, as far as it goes in the words of whoever asked. */
  readonly path: string;
  /** What its outputs are named after: its place below the folder that was asked for, with `/` on every system. */
  readonly relative: string;
}

/** The endings of the files that are looked for in folders and globs: all that sharp, as it is shipped, reads. */
export const pictureExtensions: readonly string[] =
  '.jpg .jpeg .jpe .jfif .png .webp .gif .avif .tif .tiff .svg .svgz'.split(' ');

/**
 * Turns what is written on a command line into the picture files it means. An argument is one of
 *
 * - a file, whatever its ending
 * - a folder: all pictures in it and in its subfolders, in natural order (`face2` before `face10`)
 * - a glob such as `faces/*.png`, or `faces/**` for subfolders too: the pictures it matches, in natural order. Where a
 *   file has such a name, it is the file that is meant.
 *
 * Hidden files and folders are passed over in folders and globs. A file that is met twice counts once.
 *
 * @param onPassedOver told of each other file there that looks like a picture: of a kind that is not read, or without an ending
 * @throws FacewrightError when an argument means no picture
 * @example
 * await expandInputs(['grin.svg', 'faces']); // [{path: 'grin.svg', relative: 'grin.svg'}, {path: 'faces/a/1.png', relative: 'a/1.png'}]
 */
export async function expandInputs(
  args: readonly string[],
  onPassedOver: (file: PassedOver) => void = () => undefined,
): Promise<Input[]> {
  const inputs = new Map<string, Input>();
  for (const arg of args) {
    const { pictures, others } = await expand(arg);
    for (const input of pictures) {
      const key = resolve(input.path);
      if (!inputs.has(key)) inputs.set(key, input);
    }
    for (const path of others) {
      const why = await whyNotRead(path);
      if (why !== undefined) onPassedOver({ path, why });
    }
  }
  return [...inputs.values()];
}

/** What an argument means: pictures, and the files that lie beside them. */
interface Expanded {
  readonly pictures: readonly Input[];
  readonly others: readonly string[];
}

async function expand(arg: string): Promise<Expanded> {
  if (/^https?:\/\//i.test(arg)) {
    throw new FacewrightError(
      `${arg}: an address, and facewright reads files; download the picture first: curl -LO ${arg}`,
    );
  }
  const stats = await statOrNone(arg);
  if (stats?.isDirectory()) {
    const found = await walk(arg, '', new Set());
    if (found.pictures.length > 0) return found;
    throw new FacewrightError(
      `${arg}: no pictures in this folder${await butOthers(found)}; facewright reads ${pictureExtensions.join(' ')}`,
    );
  }
  if (stats !== undefined) return { pictures: [{ path: arg, relative: basename(arg) }], others: [] };
  // A shell on Windows hands patterns over with backslashes; elsewhere a backslash escapes.
  const pattern = process.platform === 'win32' ? arg.replaceAll('\\', '/') : arg;
  if (!isDynamicPattern(pattern)) throw new FacewrightError(`${arg}: no such file or folder; check the path`);
  const found = await expandGlob(pattern);
  if (found.pictures.length > 0) return found;
  throw new FacewrightError(
    `${arg}: matches no pictures${await butOthers(found)}; check the pattern, and that the files end in one of ${pictureExtensions.join(' ')}`,
  );
}

/** Names one of the files that look like pictures, where there are only such. */
async function butOthers({ others }: Expanded): Promise<string> {
  for (const path of others) {
    const why = await whyNotRead(path);
    if (why !== undefined) return ` (${path}: ${why})`;
  }
  return '';
}

async function statOrNone(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // EINVAL: Windows, for the characters of a glob.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EINVAL') return undefined;
    throw new FacewrightError(`${path}: cannot be read (${code}); check the permissions of its folders`, {
      cause: error,
    });
  }
}

/**
 * The pictures below a folder, in natural order: files first, then the subfolders.
 *
 * @param below `root`'s subfolder that is walked: empty, or ending in `/`
 * @param above the real paths of the folders that lead here: a link back to one of them would never end
 */
async function walk(root: string, below: string, above: ReadonlySet<string>): Promise<Expanded> {
  const folder = join(root, below);
  const files: Input[] = [];
  const others: string[] = [];
  const folders: string[] = [];
  try {
    const real = await realpath(folder);
    if (above.has(real)) return { pictures: [], others: [] };
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
      if (kind?.isDirectory()) folders.push(`${below}${entry.name}/`);
      else if (!kind?.isFile()) continue;
      else if (hasPictureExtension(entry.name)) files.push({ path, relative: below + entry.name });
      else others.push(path);
    }
    folders.sort(compareNatural);
    const pictures = files.sort(byName);
    for (const name of folders) {
      const inside = await walk(root, name, new Set(above).add(real));
      pictures.push(...inside.pictures);
      others.push(...inside.others);
    }
    return { pictures, others: others.sort(compareNatural) };
  } catch (error) {
    if (error instanceof FacewrightError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw new FacewrightError(`${folder}: cannot be listed (${code}); check its permissions`, { cause: error });
  }
}

async function expandGlob(pattern: string): Promise<Expanded> {
  const paths = await glob([pattern], { dot: false, expandDirectories: false, onlyFiles: true });
  const base = resolve(globBase(pattern));
  const pictures = paths
    .filter(hasPictureExtension)
    .map((path) => ({ path, relative: relative(base, resolve(path)).split(sep).join('/') }))
    .sort(byName);
  return { pictures, others: paths.filter((path) => !hasPictureExtension(path)).sort(compareNatural) };
}

/** The folder of a pattern in which all its matches lie: its part before the first name that is a pattern. */
function globBase(pattern: string): string {
  const parts = pattern.split('/').slice(0, -1);
  const dynamic = parts.findIndex((part) => isDynamicPattern(part));
  const fixed = dynamic < 0 ? parts : parts.slice(0, dynamic);
  return fixed.length === 0 ? '.' : `${fixed.join('/')}/`.replace(/\\(.)/g, '$1');
}

function hasPictureExtension(name: string): boolean {
  return pictureExtensions.includes(parse(name).ext.toLowerCase());
}

const collator = new Intl.Collator('en', { numeric: true });

/** Natural order, and a definite one for names that it takes for equal. */
function compareNatural(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : Number(a > b));
}

function byName(a: Input, b: Input): number {
  return compareNatural(a.relative, b.relative);
}
