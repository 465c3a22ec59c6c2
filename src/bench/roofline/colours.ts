import type { Family } from './points.js';

/** Told from white and from #17191d alike (3:1 or more), and from one another by readers who see no red or no green. */
const COLOURS = ['#3d85c6', '#c96f00', '#2e9e6b', '#a463c4', '#b08a00', '#d8506a'];
/** Of the families beyond. */
const REST = '#7d8590';

/** What a family has to be of the step for a colour of its own. */
const ENOUGH = 0.002;

/**
 * The colour of a family: the largest have one each, the rest one together.
 *
 * @param families the largest first
 */
export function colourOf(family: string, families: readonly Family[]): string {
  const place = families.findIndex(({ name }) => name === family);
  return place < own(families) ? COLOURS[place] : REST;
}

/** How many have their own. */
function own(families: readonly Family[]): number {
  return families.slice(0, COLOURS.length).filter(({ share }) => share >= ENOUGH).length;
}

/** The families that have a colour of their own, and the others. */
export function colouredFamilies(families: readonly Family[]): { colour: string; name: string; share: number }[] {
  const coloured = families.slice(0, own(families)).map((family, i) => ({ colour: COLOURS[i], ...family }));
  const others = families.slice(coloured.length);
  if (others.length === 0) return coloured;
  const share = others.reduce((sum, family) => sum + family.share, 0);
  return [...coloured, { colour: REST, name: others.length === 1 ? others[0].name : 'other kernels', share }];
}
