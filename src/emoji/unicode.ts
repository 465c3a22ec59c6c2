// Unicode's emoji with their names, groups and skin tones, reduced from the npm package emojibase-data (MIT; Emoji 17) when
// facewright is built (tools/vendor.mjs).

import { readFile } from 'node:fs/promises';
import { vendorPath } from '../node/paths.js';
import { type EmojiLabel, type SkinTone, skinTones } from '../results/emoji-label.js';

/** An emoji as Unicode has it. */
export type Emoji = Omit<EmojiLabel, 'categories' | 'set' | 'frame' | 'drawing'>;

/** An emoji without skin tone, and its variants in skin tones: those with one tone, and for several people of two. */
export interface BaseEmoji extends Emoji {
  readonly variants: readonly Emoji[];
}

/** All emoji, and ways to find one. */
export interface EmojiTable {
  /** In Unicode's order, without variants. */
  readonly all: readonly BaseEmoji[];
  /** Names of groups and subgroups: `people-body`, `person-role`. */
  readonly groups: readonly string[];
  readonly subgroups: readonly string[];
  /** An emoji or a variant by its code points, variation selectors or not; undefined when there is none. */
  byCodePoints(codePoints: string): Emoji | undefined;
  /** All that a short name or its slug names, variants included: one, hardly ever two. */
  byName(name: string): readonly Emoji[];
}

/** What emojibase-data has of an emoji, as far as it is used here. */
interface Entry {
  readonly label: string;
  readonly hexcode: string;
  readonly emoji: string;
  readonly order?: number;
  readonly group?: number;
  readonly subgroup?: number;
  readonly tone?: number | readonly number[];
  readonly skins?: readonly Entry[];
}

/** Emoji, and the names of groups and subgroups by their numbers. */
interface Names {
  readonly emoji: readonly Entry[];
  readonly groups: Readonly<Record<string, string>>;
  readonly subgroups: Readonly<Record<string, string>>;
}

let loaded: Promise<EmojiTable> | undefined;

/** The table of all emoji, read once. */
export function emojiTable(): Promise<EmojiTable> {
  loaded ??= readTable();
  return loaded;
}

async function readTable(): Promise<EmojiTable> {
  const names = JSON.parse(await readFile(vendorPath('emoji.json'), 'utf8')) as Names;
  const all = names.emoji
    // Regional indicators are letters of flags and no emoji by themselves: they are in no group.
    .filter((entry) => entry.group !== undefined && entry.subgroup !== undefined)
    .map((entry) => baseEmoji(entry, names))
    .sort((a, b) => a.order - b.order);
  return new Table(all);
}

function baseEmoji(entry: Entry, { groups, subgroups }: Names): BaseEmoji {
  const make = ({ label, hexcode, emoji, order, tone }: Entry): Emoji => ({
    character: emoji,
    codePoints: hexcode.toLowerCase(),
    base: entry.hexcode.toLowerCase(),
    name: label,
    baseName: entry.label,
    tone: toneName(tone),
    group: groups[String(entry.group)],
    subgroup: subgroups[String(entry.subgroup)],
    order: order ?? 0,
  });
  return { ...make(entry), variants: (entry.skins ?? []).map(make) };
}

function toneName(tone: Entry['tone']): Emoji['tone'] {
  if (tone === undefined) return 'none';
  const tones = new Set(typeof tone === 'number' ? [tone] : tone);
  return tones.size === 1 ? skinTones[[...tones][0] - 1] : 'mixed';
}

class Table implements EmojiTable {
  readonly all: readonly BaseEmoji[];
  readonly groups: readonly string[];
  readonly subgroups: readonly string[];
  readonly #byCodePoints = new Map<string, Emoji>();
  readonly #byName = new Map<string, Emoji[]>();

  constructor(all: readonly BaseEmoji[]) {
    this.all = all;
    this.groups = [...new Set(all.map(({ group }) => group))];
    this.subgroups = [...new Set(all.map(({ subgroup }) => subgroup))];
    for (const emoji of all.flatMap((base) => [base, ...base.variants])) {
      this.#byCodePoints.set(bareCodePoints(emoji.codePoints), emoji);
      const key = slugOf(emoji.name);
      this.#byName.set(key, [...(this.#byName.get(key) ?? []), emoji]);
    }
  }

  byCodePoints(codePoints: string): Emoji | undefined {
    return this.#byCodePoints.get(bareCodePoints(codePoints));
  }

  byName(name: string): readonly Emoji[] {
    return this.#byName.get(slugOf(name)) ?? [];
  }
}

/** Code points in lower case without the variation selector, which some write and others leave out. */
export function bareCodePoints(codePoints: string): string {
  return codePoints.toLowerCase().replace(/-fe0f/g, '');
}

/** The code points of a text, in lower-case hex with dashes between. */
export function codePointsOf(text: string): string {
  return [...text].map((character) => character.codePointAt(0)!.toString(16).padStart(4, '0')).join('-');
}

/** A name as it stands in file names and addresses: `man: light skin tone, beard` → `man-light-skin-tone-beard`. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}|[’'“”".]/gu, '')
    .replace(/#/g, 'hash')
    .replace(/\*/g, 'asterisk')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** An emoji in a skin tone: itself where it has none. @param tone one that variants have */
export function inTone(base: BaseEmoji, tone: SkinTone): Emoji | undefined {
  return base.variants.find((variant) => variant.tone === tone);
}
