/** Going on where a file was left (RFC 9110, sections 13 and 14): what is remembered of it, and what an answer must say. */

import type { IncomingHttpHeaders } from 'node:http';

/** What is known of the file on the server: enough to tell whether it is still the same. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
  /** Bytes of the whole file. */
  readonly total?: number;
}

/** What a complete answer (200) says. */
export function validatorsOf(headers: IncomingHttpHeaders): Validators {
  const length = headers['content-length'];
  return {
    ...(headers.etag === undefined ? {} : { etag: headers.etag }),
    ...(headers['last-modified'] === undefined ? {} : { lastModified: headers['last-modified'] }),
    ...(length === undefined || !/^\d+$/.test(length) ? {} : { total: Number(length) }),
  };
}

/** What makes a server answer with the rest only if the file is still the same; undefined where nothing does. */
export function ifRange({ etag, lastModified }: Validators): string | undefined {
  // A weak ETag promises the same meaning, not the same bytes.
  return etag !== undefined && !etag.startsWith('W/') ? etag : lastModified;
}

export interface ContentRange {
  readonly first: number;
  readonly last: number;
  /** Undefined where the server does not know it: `*`. */
  readonly total: number | undefined;
}

/** Reads `bytes 5-9/10`; undefined for anything else. */
export function parseContentRange(text: string | undefined): ContentRange | undefined {
  const match = /^\s*bytes\s+(\d+)-(\d+)\/(\d+|\*)\s*$/i.exec(text ?? '');
  if (match === null) return undefined;
  const [first, last] = [Number(match[1]), Number(match[2])];
  const total = match[3] === '*' ? undefined : Number(match[3]);
  const proper = first <= last && (total === undefined || last < total) && Number.isSafeInteger(last);
  return proper ? { first, last, total } : undefined;
}

/**
 * Whether an answer to a question for a range (206) is what was asked for: of the same file, from that byte on.
 *
 * @returns what is wrong; undefined when nothing is. `changed`: the file is another now; else the server cannot do ranges
 */
export function rangeFault(
  have: number,
  known: Validators,
  headers: IncomingHttpHeaders,
): { readonly reason: string; readonly changed: boolean } | undefined {
  const range = parseContentRange(headers['content-range']);
  if (range === undefined) return { reason: 'the server does not say which part it sends', changed: false };
  const changed =
    (known.etag !== undefined && headers.etag !== undefined && headers.etag !== known.etag) ||
    (known.total !== undefined && range.total !== undefined && range.total !== known.total);
  if (changed) return { reason: 'the file on the server has changed', changed };
  if (range.first !== have) return { reason: 'the server sends another part than was asked for', changed: false };
  return undefined;
}
