/** Python's literals as the text opcodes of pickles hold them. */

const SIMPLE: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const CHARACTER_ESCAPE = /\\(?:x([0-9a-f]{2})|([0-7]{1,3})|([\s\S]))/gi;
const UNICODE_ESCAPE = /\\(?:u([0-9a-f]{4})|U([0-9a-f]{8}))/g;

/** The text of a quoted literal of Python 2; undefined unless it is one. */
export function unescapeString(literal: string): string | undefined {
  const quote = literal[0];
  if (literal.length < 2 || (quote !== "'" && quote !== '"') || literal.at(-1) !== quote) return undefined;
  const body = literal.slice(1, -1);
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(body.slice(-64))) return undefined; // its last quote is escaped
  return body.replace(CHARACTER_ESCAPE, (whole, hex?: string, octal?: string, letter?: string) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    return SIMPLE[letter!] ?? whole;
  });
}

/** The text of Python's raw-unicode-escape; undefined where an escape is no character. */
export function unescapeUnicode(text: string): string | undefined {
  let valid = true;
  const plain = text.replace(UNICODE_ESCAPE, (_, short?: string, long?: string) => {
    const code = Number.parseInt((short ?? long)!, 16);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    valid = false;
    return '';
  });
  return valid ? plain : undefined;
}
