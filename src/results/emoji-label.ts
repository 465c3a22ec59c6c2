/** The skin tones of Unicode, lightest first, in the order of U+1F3FB to U+1F3FF. */
export const skinTones = ['light', 'medium-light', 'medium', 'medium-dark', 'dark'] as const;
export type SkinTone = (typeof skinTones)[number];

/** What an emoji's picture is of: a part of its line in run.jsonl. Names are Unicode's (CLDR short names, English). */
export interface EmojiLabel {
  /** The emoji itself, as text: `🧔🏻`. */
  readonly character: string;
  /** Its code points in lower-case hex with dashes between, as Unicode recommends them: `1f9d4-1f3fb`. */
  readonly codePoints: string;
  /** The same without skin tones: what variants of one emoji have in common. */
  readonly base: string;
  /** `man: light skin tone, beard` */
  readonly name: string;
  /** The name without skin tones: `man: beard`. */
  readonly baseName: string;
  /** `none` for an emoji without a modifier, `mixed` for people of several tones. */
  readonly tone: SkinTone | 'none' | 'mixed';
  /** `people-body` */
  readonly group: string;
  /** `person` */
  readonly subgroup: string;
  /** Place in Unicode's order. */
  readonly order: number;
  /** The article's categories that it belongs to, by their slugs. */
  readonly categories: readonly string[];
  /** The set that drew it: `openmoji`. */
  readonly set: string;
  /** What was searched for: the crop to the detected face, or the whole drawing. */
  readonly frame: 'face' | 'art';
  /** The drawing as a file, relative to the output folder; not where the set has none. */
  readonly drawing?: string;
}
