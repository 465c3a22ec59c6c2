// What things are called on pages: from the slugs and names of journals to words.

import type { EmojiLabel } from '../../results/emoji-label.js';

/** How a result ended. */
export type Outcome = 'within' | 'missed' | 'no-face' | 'missing' | 'failed';

/** In the order in which they are listed. */
export const outcomeTitles: Readonly<Record<Outcome, string>> = {
  within: 'within eps',
  missed: 'missed eps',
  'no-face': 'not recognised',
  missing: 'missing in the set',
  failed: 'failed',
};

const setTitles: Readonly<Record<string, string>> = {
  openmoji: 'OpenMoji',
  noto: 'Noto',
  twemoji: 'Twemoji',
  fluent: 'Fluent',
};

/** `OpenMoji`; a set that is not known is called as it is. */
export function setTitle(set: string): string {
  return Object.hasOwn(setTitles, set) ? setTitles[set] : set;
}

/** `People & body`, from `people-body`. */
export function groupTitle(group: string): string {
  return capital(group.replaceAll('-', ' & '));
}

/** `Face, neutral skeptical`, from `face-neutral-skeptical`: the first word is what it is, the others which. */
export function subgroupTitle(subgroup: string): string {
  const [first, ...others] = subgroup.split('-');
  return capital(others.length === 0 ? first : `${first}, ${others.join(' ')}`);
}

/** `medium-dark skin`, `no skin tone`, `several skin tones` */
export function toneTitle(tone: EmojiLabel['tone']): string {
  if (tone === 'none') return 'no skin tone';
  return tone === 'mixed' ? 'several skin tones' : `${tone} skin`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A loss in four digits: `0.00213`, `12.34`, `1.2e-7` */
export function lossText(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(1);
  return value >= 1 ? value.toPrecision(4) : value.toFixed(5);
}

/** `84 %`, without a false 0 or 100: `under 1 %`, `over 99 %` */
export function share(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = Math.round((100 * part) / whole);
  if (percent === 0 && part > 0) return 'under 1 %';
  if (percent === 100 && part < whole) return 'over 99 %';
  return `${percent} %`;
}
