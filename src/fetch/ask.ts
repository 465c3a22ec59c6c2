/** Asks for a file until an answer is one: through Google Drive's page with its button, and never taking a page for a file. */

import { FacewrightError } from '../errors.js';
import type { Answer, Client } from './client.js';
import { statusFailure } from './failures.js';
import { confirmedAddress, describePage, isCalledWebPage, isWebPage } from './web-page.js';

/** Enough to tell what a file is. */
const BEGINNING_BYTES = 4096;
/** Google Drive's pages have some 100 KB at most. */
const LARGEST_PAGE_BYTES = 2 ** 20;
/** The page, the page once more without a range, and the file. */
const MOST_QUESTIONS = 4;

/** An answer with a file, or a part of one, of which the beginning was read. */
export interface Opened {
  readonly answer: Answer;
  readonly beginning: Uint8Array;
  readonly rest: AsyncIterable<Uint8Array>;
}

/**
 * @param shown the address as messages show it
 * @param range the headers that ask for a part; none for the whole file
 * @returns an answer with status 200, 206 or 416
 * @throws PassingFailure, or FacewrightError for an answer that is no file
 */
export async function ask(
  client: Client,
  address: URL,
  shown: string,
  range: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  let url = address;
  let headers = range;
  for (let question = 0; question < MOST_QUESTIONS; question++) {
    const answer = await client.get(url, headers, signal);
    const asked = Object.keys(headers).length > 0;
    if (asked && isCalledWebPage(answer.headers['content-type'])) {
      headers = {};
      continue;
    }
    const opened = await openBody(answer);
    const page =
      !asked && isWebPage(answer.headers['content-type'], opened.beginning) ? await readPage(opened) : undefined;
    if (answer.status >= 400 && answer.status !== 416) throw refusal(shown, answer, page);
    if (page === undefined) {
      if ([200, 206, 416].includes(answer.status)) return opened;
      throw unexpected(shown, answer.status);
    }
    const next = confirmedAddress(page, answer.url);
    if (next === undefined || (answer.url.protocol === 'https:' && next.protocol !== 'https:')) {
      throw new FacewrightError(`${shown}: ${describePage(page)}`);
    }
    url = next;
    headers = range;
  }
  throw new FacewrightError(`${shown}: only web pages come, not the file; fetch it with a browser and give the file`);
}

/** A page that comes with an error may say more than its number. */
function refusal(shown: string, { status, headers }: Answer, page: string | undefined): Error {
  const said = page === undefined ? '' : describePage(page);
  if (said.startsWith('Google Drive')) return new FacewrightError(`${shown}: ${said}`);
  return statusFailure(shown, status, headers['retry-after'] as string | undefined);
}

function unexpected(shown: string, status: number): Error {
  if (status >= 300 && status < 400) {
    return new FacewrightError(
      `${shown}: is sent on in circles, or too often; the address is wrong or its server broken`,
    );
  }
  return statusFailure(shown, status, undefined);
}

/** Reads how a body begins. */
async function openBody(answer: Answer): Promise<Opened> {
  const rest = answer.body[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < BEGINNING_BYTES) {
    const next = await rest.next();
    if (next.done === true) break;
    chunks.push(next.value);
    length += next.value.length;
  }
  return { answer, beginning: Buffer.concat(chunks), rest: { [Symbol.asyncIterator]: () => rest } };
}

async function readPage({ beginning, rest }: Opened): Promise<string> {
  const chunks = [beginning];
  let length = beginning.length;
  for await (const chunk of rest) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LARGEST_PAGE_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
