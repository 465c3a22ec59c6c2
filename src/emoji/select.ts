// Which emoji are meant: from words to emoji, and from emoji to their skin tones.

import { createHash } from 'node:crypto';
import { FacewrightError } from '../errors.js';
import { type SkinTone, skinTones } from '../results/emoji-label.js';
import { articleCategories, emojiOf } from './categories.js';
import {
  type BaseEmoji,
  bareCodePoints,
  codePointsOf,
  type Emoji,
  type EmojiTable,
  inTone,
  slugOf,
} from './unicode.js';

/** What --tones takes: tones, and ways to choose some. */
export const toneChoices = ['none', ...skinTones, 'random', 'mixed', 'all'] as const;
export type ToneChoice = (typeof toneChoices)[number];

export interface SelectOptions {
  /** For emoji that are named without a tone: `none` is the emoji as it is. */
  readonly tones: readonly ToneChoice[];
  /** For random tones: the same seed draws the same, whatever else is selected. */
  readonly seed: number;
}

const KINDS = ['name', 'group', 'subgroup', 'category'] as const;
type Kind = (typeof KINDS)[number];

/**
 * The emoji that words name, each once, in Unicode's order. A word is
 *
 * - one or several emoji: `😀`, `👩🏽‍🍳`
 * - code points: `1f9d4-1f3fb`, `U+1F600`
 * - a short name or its slug: `man: red hair`, `grinning-face`
 * - a group or subgroup of Unicode, or a category of the article: `people-body`, `person-role`, `red-hair`; with `*` for
 *   several: `face-*`
 *
 * and with `name:`, `group:`, `subgroup:` or `category:` before it where it could be two of these.
 *
 * @throws FacewrightError for a word that names nothing, or two different things
 */
export function selectEmoji(table: EmojiTable, words: readonly string[], options: SelectOptions): Emoji[] {
  return inOrder(words.flatMap((word) => meant(table, word)).flatMap((emoji) => inTones(table, emoji, options)));
}

/** All emoji but Unicode's building blocks (skin tones, hair), in the tones asked for. */
export function allEmoji(table: EmojiTable, options: SelectOptions): Emoji[] {
  return inOrder(
    table.all.filter(({ group }) => group !== 'component').flatMap((emoji) => inTones(table, emoji, options)),
  );
}

function inOrder(emoji: readonly Emoji[]): Emoji[] {
  const once = new Map(emoji.map((one) => [one.codePoints, one]));
  return [...once.values()].sort((a, b) => a.order - b.order);
}

function meant(table: EmojiTable, word: string): readonly Emoji[] {
  const listed = /\p{Extended_Pictographic}|\p{Emoji_Presentation}|\u20e3/u.test(word)
    ? inText(table, word)
    : undefined;
  if (listed !== undefined) return listed;
  const codePoints = /^(?:u\+)?[0-9a-f]{2,6}(?:[-_ ](?:u\+)?[0-9a-f]{2,6})*$/i.test(word)
    ? table.byCodePoints(
        word
          .toLowerCase()
          .replace(/u\+/g, '')
          .replace(/[_ ]/g, '-')
          .replace(/\b(?=[0-9a-f]{2}\b)/g, '00'),
      )
    : undefined;
  if (codePoints !== undefined) return [codePoints];
  const [, prefix, rest] = /^(name|group|subgroup|category):(.+)$/i.exec(word) ?? [undefined, undefined, word];
  // Patterns are for Unicode's groups: `face-*` hardly means the category "Face contour" as well.
  const usual = rest.includes('*') ? (['group', 'subgroup'] as const) : KINDS;
  const kinds = prefix === undefined ? usual : [prefix.toLowerCase() as Kind];
  const named = kinds
    .map((kind) => ({ kind, emoji: finders[kind](table, rest) }))
    // `red hair` by itself is a building block of Unicode's; who writes it means people.
    .filter(({ emoji }) => emoji.some(({ group }) => group !== 'component') || (prefix && emoji.length > 0));
  // `glasses` is an object and a category of faces, and those are what this is about.
  const isCategory = named.some(({ kind }) => kind === 'category');
  const found = isCategory ? named.filter(({ kind }) => kind !== 'name') : named;
  // `cat-face` is both an emoji and a subgroup: which of them was meant cannot be known.
  const [first, second] = found;
  if (second !== undefined && !rest.includes('*')) {
    throw new FacewrightError(
      `${word}: is a ${first.kind} and a ${second.kind}; say ${first.kind}:${rest} or ${second.kind}:${rest}`,
    );
  }
  if (first === undefined) throw new FacewrightError(`${word}: names no emoji${suggestion(table, rest)}`);
  return found.flatMap(({ emoji }) => emoji);
}

const finders: Readonly<Record<Kind, (table: EmojiTable, text: string) => readonly Emoji[]>> = {
  name: (table, text) => (text.includes('*') ? [] : table.byName(text)),
  group: (table, text) => table.all.filter(({ group }) => matches(group, text)),
  subgroup: (table, text) => table.all.filter(({ subgroup }) => matches(subgroup, text)),
  category: (table, text) =>
    articleCategories
      .filter(({ slug, title }) => matches(slug, text) || slugOf(title) === slugOf(text))
      .flatMap((category) => emojiOf(category, table)),
};

/** Whether a slug is meant by a text, in which `*` stands for anything. */
function matches(slug: string, text: string): boolean {
  const pattern = text.split('*').map(slugLike).join('.*');
  // `person-*` means `person` as well.
  return new RegExp(`^${pattern.replace(/-\.\*$/, '(?:-.*)?')}$`).test(slug);
}

/** A part of a slug: dashes at its ends matter beside a `*`. */
function slugLike(text: string): string {
  return text
    .toLowerCase()
    .replace(/&/g, ' ')
    .replace(/[^a-z0-9]+/g, '-');
}

/** The emoji that a text consists of; undefined when it is no such text. */
function inText(table: EmojiTable, text: string): Emoji[] | undefined {
  const graphemes = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map(
    ({ segment }) => segment,
  );
  const drawn = graphemes.filter((grapheme) => !/^[\s,]+$/.test(grapheme));
  return drawn.map((grapheme) => {
    const emoji = table.byCodePoints(codePointsOf(grapheme));
    if (emoji === undefined) {
      throw new FacewrightError(`${grapheme}: ${codePointsOf(grapheme)} is no emoji of Unicode's`);
    }
    return emoji;
  });
}

/** What may have been meant, as the end of a sentence. */
function suggestion(table: EmojiTable, text: string): string {
  const slug = slugOf(text);
  const known = [
    ...table.subgroups.filter((subgroup) => !['skin-tone', 'hair-style'].includes(subgroup)),
    ...table.groups.filter((group) => group !== 'component'),
    ...articleCategories.map((category) => category.slug),
    ...table.all.filter(({ group }) => group !== 'component').map(({ name }) => slugOf(name)),
  ];
  const near = slug.length < 3 ? [] : known.filter((name) => name.includes(slug)).sort((a, b) => a.length - b.length);
  return near.length > 0
    ? `; did you mean ${near.slice(0, 3).join(', ')}?`
    : '; an emoji, its code points or its short name, a group or a category will do, such as 😀, 1f600, person-role';
}

/** An emoji in the tones asked for. One that is named in a tone, or has none, stays as it is. */
function inTones(table: EmojiTable, emoji: Emoji, { tones, seed }: SelectOptions): Emoji[] {
  const base = table.byCodePoints(emoji.base) as BaseEmoji;
  if (emoji.tone !== 'none' || base.variants.length === 0) return [emoji];
  return tones.flatMap((tone): Emoji[] => {
    switch (tone) {
      case 'none':
        return [emoji];
      case 'all':
        return [emoji, ...base.variants];
      case 'mixed':
        return base.variants.filter((variant) => variant.tone === 'mixed');
      default: {
        const variant = inTone(base, tone === 'random' ? drawTone(base, seed) : tone);
        return variant === undefined ? [] : [variant];
      }
    }
  });
}

/** A tone that follows from the seed and the emoji alone. */
function drawTone({ codePoints }: Emoji, seed: number): SkinTone {
  const bytes = createHash('sha256')
    .update(`tone ${seed} ${bareCodePoints(codePoints)}`)
    .digest();
  return skinTones[bytes.readUInt32LE() % skinTones.length];
}
