/** The sets that come from npm packages; the first ones are drawn in SVG. */
export const svgSetNames = ['openmoji', 'fluent', 'noto', 'twemoji'] as const;
export const emojiSetNames = [...svgSetNames, 'google', 'twitter'] as const;
export type EmojiSetName = (typeof emojiSetNames)[number];
