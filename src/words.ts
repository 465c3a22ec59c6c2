// Wording that messages share.

/** `a, b or c` */
export function listed(words: readonly string[], conjunction: string): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}

/** `1 picture`, `2 pictures` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

const LONGEST_QUOTE = 80;

/**
 * Text from a file, made fit for a one-line message: control characters (which could drive a terminal) and invisible
 * ones become `?`, and long text is cut to 80 characters.
 */
export function quoted(text: string): string {
  const printable = text.slice(0, LONGEST_QUOTE + 1).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return printable.length > LONGEST_QUOTE ? `${printable.slice(0, LONGEST_QUOTE)}…` : printable;
}
