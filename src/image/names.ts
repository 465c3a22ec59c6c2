import { posix } from 'node:path';
import { type Input, pictureExtensions } from './inputs.js';

/** The ending of the files that a run writes: an input with it may keep its own name. */
const OWN = '.png';

/**
 * Gives each input its NAME, after which its outputs (NAME.png, NAME.target.png) are called: its relative path without
 * its ending. Where several inputs would share one, the PNG keeps it and each other has its ending left on, so that
 * `x.jpg` beside `x.png` becomes `x.jpg.png`. What is still alike after that, because it came from different folders,
 * is numbered in the order of the inputs' paths: `x`, `x-2`, `x-3`.
 *
 * The names depend on the set of the inputs, not on their order, and differ also for file systems that ignore case.
 *
 * @param inputs differing in their paths
 * @returns names with `/` between folders, in the order of the inputs
 * @example
 * outputNames([{ path: 'in/x.jpg', relative: 'x.jpg' }, { path: 'in/x.png', relative: 'x.png' }]); // ['x.jpg', 'x']
 */
export function outputNames(inputs: readonly Input[]): string[] {
  const sharing = new Map<string, number>();
  for (const { relative } of inputs) {
    const key = fold(stem(relative));
    sharing.set(key, (sharing.get(key) ?? 0) + 1);
  }
  const names = new Array<string>(inputs.length);
  const taken = new Set<string>();
  for (const i of namingOrder(inputs)) {
    const { relative } = inputs[i];
    const short = stem(relative);
    const alone = sharing.get(fold(short)) === 1;
    names[i] = firstFree(alone || endsOwn(relative) ? short : relative, taken);
  }
  return names;
}

/** The first of `name`, `name-2`, `name-3`, … whose output files are not taken; takes them. */
function firstFree(name: string, taken: Set<string>): string {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${name}-${n}`;
    // An input may itself be called x.target.png: it must not end up as the target of x.
    const outputs = [fold(candidate), fold(`${candidate}.target`)];
    if (outputs.some((output) => taken.has(output))) continue;
    for (const output of outputs) taken.add(output);
    return candidate;
  }
}

/** The indices of the inputs, PNG first, then by path: so that the choice of names ignores their order. */
function namingOrder(inputs: readonly Input[]): number[] {
  const paths = inputs.map(({ path }) => path);
  return [...inputs.keys()].sort((a, b) => {
    const own = Number(endsOwn(inputs[b].relative)) - Number(endsOwn(inputs[a].relative));
    return own || (paths[a] < paths[b] ? -1 : Number(paths[a] > paths[b]));
  });
}

/** A path without its ending, if that is a picture's: `photo.2020` has none. */
function stem(relative: string): string {
  const extension = posix.extname(relative);
  return pictureExtensions.includes(extension.toLowerCase()) ? relative.slice(0, -extension.length) : relative;
}

function endsOwn(relative: string): boolean {
  return posix.extname(relative).toLowerCase() === OWN;
}

/** What a file system that ignores case and ways to spell accents takes for the same name. */
function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
