/** `JSON.parse` keeps the last of two equal keys without a word; formats that forbid repetition need this. */

/**
 * A key that some object of a JSON text has twice, or `undefined`.
 *
 * @param text valid JSON: it has been parsed before
 */
export function repeatedKey(text: string): string | undefined {
  /** For each open object its keys so far, for each open array `undefined`. */
  const open: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  let at = 0;
  while (at < text.length) {
    const start = at++;
    switch (text[start]) {
      case '{':
        open.push(new Set());
        expectsKey = true;
        break;
      case '[':
        open.push(undefined);
        expectsKey = false;
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        expectsKey = open.at(-1) !== undefined;
        break;
      case '"': {
        at = stringEnd(text, start);
        const keys = open.at(-1);
        if (expectsKey && keys !== undefined) {
          const key = JSON.parse(text.slice(start, at)) as string;
          if (keys.has(key)) return key;
          keys.add(key);
        }
        expectsKey = false;
        break;
      }
      default: // numbers, literals, colons and space
    }
  }
  return undefined;
}

/** The place behind the string that begins at `start`. A regular expression would recurse over a long one. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
