// How wide a label will be, without the font that draws it: SVG's text is text, in whatever font the reader has.

/** Widths in parts of the size of the letters, a little wider than those of common sans-serif fonts. */
const NARROW = 0.36;
const USUAL = 0.6;
const CAPITAL = 0.75;
const WIDE = 1.1;

/** The size of labels, in pixels. */
const SIZE = 13;

/** About how wide a text is, in pixels; rather too much. */
export function textWidth(text: string, size = SIZE): number {
  return size * [...text].reduce((sum, character) => sum + widthOf(character), 0);
}

function widthOf(character: string): number {
  if (/\p{M}/u.test(character)) return 0;
  if (/[ijltfrI|.,:;'()[\] ·-]/.test(character)) return NARROW;
  if (/[\u1100-\u{10ffff}]/u.test(character)) return WIDE;
  return /[\p{Lu}mwMW@%]/u.test(character) ? CAPITAL : USUAL;
}

/** A label in lines that fit: between words where there are some, or else anywhere. Nothing of it is lost. */
export function labelLines(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(/(?<=[\s\-_/,])/u)) {
    if (textWidth(lines.at(-1) + word.trimEnd()) <= width) {
      lines[lines.length - 1] += word;
      continue;
    }
    if (lines.at(-1) !== '') lines.push('');
    for (const character of word) {
      if (textWidth(lines.at(-1) + character) > width && lines.at(-1) !== '') lines.push('');
      lines[lines.length - 1] += character;
    }
  }
  return lines.map((line) => line.trimEnd()).filter((line, i) => line !== '' || i === 0);
}
