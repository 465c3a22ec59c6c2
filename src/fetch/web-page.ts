/** Web pages that come instead of a file: what they are, and Google Drive's, whose button leads to the file. */

import { quoted } from '../words.js';

/** What a server calls a web page. Some call everything so: what it begins with counts as well. */
export function isCalledWebPage(contentType: string | undefined): boolean {
  return /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType ?? '');
}

/** Whether an answer is a web page, by how it begins, and less strictly where the server calls it one. */
export function isWebPage(contentType: string | undefined, beginning: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(beginning.subarray(0, 512)).replace(/^(?:\xef\xbb\xbf)?\s*/, '');
  return isCalledWebPage(contentType) ? text.startsWith('<') : /^<(?:!doctype html|html|head)\b/i.test(text);
}

/** The address behind the button of Google Drive's page that says it cannot look for viruses; undefined for other pages. */
export function confirmedAddress(page: string, base: URL): URL | undefined {
  const form = /<form\b([^>]*\bid\s*=\s*["']?download-form["']?[^>]*)>([\s\S]*?)<\/form>/i.exec(page);
  if (form === null) return undefined;
  const action = attribute(form[1], 'action');
  if (action === undefined || !URL.canParse(action, base.href)) return undefined;
  const url = new URL(action, base.href);
  for (const [input] of form[2].matchAll(/<input\b[^>]*>/gi)) {
    const [name, value] = [attribute(input, 'name'), attribute(input, 'value')];
    if (name !== undefined && value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

/** What a page says, for a message: a quota that is used up, or its title. */
export function describePage(page: string): string {
  if (/quota exceeded|too many users have viewed or downloaded/i.test(page)) {
    return 'Google Drive says that it was fetched too often lately; try again tomorrow, or fetch it with a browser in which you are signed in, and give the file';
  }
  if (/accounts\.google\.com|you need access|request access/i.test(page)) {
    return 'Google Drive wants you to sign in; fetch it with a browser and give the file';
  }
  const title = unescaped(/<title[^>]*>([^<]*)/i.exec(page)?.[1] ?? '')
    .replace(/\s+/g, ' ')
    .trim();
  const which = title === '' ? '' : ` (“${quoted(title)}”)`;
  return `a web page came${which}, not the file; open it in a browser, and give the file or the address behind its button`;
}

function attribute(tag: string, name: string): string | undefined {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>"']+))`, 'i').exec(tag);
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value === undefined ? undefined : unescaped(value);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' };

function unescaped(text: string): string {
  return text.replace(/&(?:(amp|quot|apos|lt|gt)|#(\d{1,6})|#x([0-9a-f]{1,5}));/gi, (whole, name, decimal, hex) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()];
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
