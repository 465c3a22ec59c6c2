/** What can go wrong with a request: what may pass and is tried again, and what may not. */

import { FacewrightError } from '../errors.js';
import { quoted } from '../words.js';

/** A failure that may pass. Its message is a reason, not a sentence: `the connection was cut`. */
export class PassingFailure extends Error {
  override readonly name = 'PassingFailure';

  /** @param retryAfterMs how long the server asks to be left alone */
  constructor(
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/** What was fetched so far is of no use: begin again at the first byte. Its message is a reason. */
export class StartOver extends Error {
  override readonly name = 'StartOver';

  /** @param ranges whether ranges may be asked for again; false when the server answers them wrongly */
  constructor(
    message: string,
    readonly ranges: boolean,
  ) {
    super(message);
  }
}

/** What passes, by the codes of undici and of the system. */
const PASSING: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came',
  UND_ERR_BODY_TIMEOUT: 'nothing more came',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection was cut',
  UND_ERR_ABORTED: 'the connection was cut',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ECONNREFUSED: 'the server takes no connections',
  ETIMEDOUT: 'no connection came about',
  EHOSTUNREACH: 'the server cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENETDOWN: 'the network cannot be reached',
  EAI_AGAIN: 'the name of the server could not be looked up',
};

/**
 * An error of the network as one of ours: a {@link PassingFailure}, or a FacewrightError for what trying again does not mend.
 *
 * @param shown the address as messages show it
 */
export function networkFailure(shown: string, error: unknown): Error {
  const { code, message } = deepest(error);
  if (code !== undefined && Object.hasOwn(PASSING, code)) {
    // A proxy that does not want to is told by nothing else than its text.
    const proxy = /^Proxy response \((\d+)\)/.exec(message);
    if (proxy === null) return new PassingFailure(PASSING[code]);
    return new FacewrightError(
      `${shown}: the proxy answers ${proxy[1]}; check HTTPS_PROXY, HTTP_PROXY and NO_PROXY in the environment`,
    );
  }
  if (code === 'ENOTFOUND')
    return new FacewrightError(`${shown}: there is no such server, or no network; check both and try again`);
  if (/redirect/i.test(message))
    return new FacewrightError(
      `${shown}: is sent on in circles, or too often; the address is wrong or its server broken`,
    );
  if (/CERT|SSL|TLS|SIGNATURE/.test(code ?? '')) {
    return new FacewrightError(
      `${shown}: its server's certificate cannot be trusted (${code}); behind a proxy of your own name its certificate in NODE_EXTRA_CA_CERTS`,
    );
  }
  if (code?.startsWith('HPE_') === true) return new PassingFailure('the answer was no proper HTTP');
  return new FacewrightError(`${shown}: cannot be fetched: ${quoted(code ?? message)}`, { cause: error });
}

/** The innermost cause that has a code; several addresses of one host fail together as an AggregateError. */
function deepest(error: unknown): { readonly code: string | undefined; readonly message: string } {
  const { code, message, cause, errors } = error as NodeJS.ErrnoException & { cause?: unknown; errors?: unknown[] };
  if (code === undefined && cause !== undefined) return deepest(cause);
  if (code === undefined && errors !== undefined && errors.length > 0) return deepest(errors[0]);
  return { code: typeof code === 'string' ? code : undefined, message: String(message ?? error) };
}

/** Answers that may pass: too early, too many, and the server's own troubles. */
const PASSING_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);

const STATUS_WORDS: Readonly<Record<number, string>> = {
  401: 'a name and a password are wanted; fetch it with a browser and give the file',
  403: 'the server refuses it; fetch it with a browser and give the file',
  404: 'there is nothing at this address; check it, or look where its owner offers it now',
  407: 'the proxy wants a name and a password: HTTPS_PROXY=http://name:password@host:port',
  410: 'it is gone from this address; look where its owner offers it now',
};

/**
 * What an answer that is no success means.
 *
 * @param retryAfter the header of that name: seconds, or a date
 */
export function statusFailure(shown: string, status: number, retryAfter: string | undefined): Error {
  if (PASSING_STATUS.has(status)) return new PassingFailure(`the server answers ${status}`, retryAfterMs(retryAfter));
  const words = STATUS_WORDS[status] ?? 'fetch it with a browser and give the file';
  return new FacewrightError(`${shown}: the server answers ${status}: ${words}`);
}

/** Milliseconds that a Retry-After header asks for; undefined where it says nothing. */
export function retryAfterMs(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\s*\d+\s*$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
