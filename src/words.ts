// Wording that messages share.

/** `a, b or c` */
export function listed(words: readonly string[], conjunction: string): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}

/** `1 picture`, `2 pictures` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A licence as a sentence has it, where nobody may have said which. */
export function licenceText(licence: string): string {
  return licence === '' || licence === 'unknown' ? 'licence unknown' : licence;
}

const LONGEST_QUOTE = 80;

/**
 * Text from outside, made fit for a one-line message: control characters (which could drive a terminal) and invisible
 * ones become `?`, and long text is cut to 80 characters.
 */
export function quoted(text: string): string {
  const printable = text.slice(0, LONGEST_QUOTE + 1).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return printable.length > LONGEST_QUOTE ? `${printable.slice(0, LONGEST_QUOTE)}…` : printable;
}

/** Bytes as people write them down: `381.6 MB`, `12 kB`. Powers of 1000, as download pages and `list` have them. */
export function byteCount(bytes: number): string {
  if (bytes < 1000) return counted(bytes, 'byte');
  const exponent = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** exponent;
  return `${value.toFixed(value < 100 && exponent > 1 ? 1 : 0)} ${['', 'kB', 'MB', 'GB'][exponent]}`;
}
