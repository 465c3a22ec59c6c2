// Who may ask. A page of another site that somebody has open must not search here, nor see what was found: browsers send its requests
// too, even to this machine, and a name of its own may lead here (DNS rebinding).

import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { FacewrightError } from '../errors.js';
import { bareHost } from '../node/host.js';
import { quoted } from '../words.js';

export interface AccessOptions {
  /** The address that is listened on. */
  readonly host: string;
  /** What requests have to bring as `Authorization: Bearer TOKEN`; needed for all addresses but the machine's own. */
  readonly token?: string;
}

/** Shorter ones are guessed. */
const LEAST_TOKEN = 16;

/** @throws FacewrightError for an address that others reach, without a token; and for a token that is no good */
export function checkAccess({ host, token }: AccessOptions): void {
  if (token === undefined && !isLoopback(host)) {
    throw new FacewrightError(`host ${host}: others reach this address; add a token, which they have to know`);
  }
  if (token === undefined) return;
  if (token.length < LEAST_TOKEN) {
    throw new FacewrightError(`the token has ${token.length} characters; at least ${LEAST_TOKEN} are wanted`);
  }
  if (!/^[\w.~+/=-]+$/.test(token)) {
    throw new FacewrightError('the token has characters that no header takes; letters, digits and . ~ + / = - _ do');
  }
}

/** Answers 403 to what another site's page asks. */
export function onlyThisSite({ token }: Pick<AccessOptions, 'token'>): MiddlewareHandler {
  return async (c, next) => {
    const asked = c.req.header('host');
    // A name that leads here by somebody's trick brings no token.
    if (asked === undefined || (token === undefined && !isLoopback(nameIn(asked)))) {
      return c.json({ error: `Host ${quoted(asked ?? '')}: this server answers as localhost only` }, 403);
    }
    const origin = c.req.header('origin');
    const site = c.req.header('sec-fetch-site');
    const isForeign = origin !== undefined && hostIn(origin) !== asked.toLowerCase();
    if (isForeign || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
      return c.json({ error: `pages of other sites (${quoted(origin ?? site!)}) are not answered` }, 403);
    }
    await next();
  };
}

/** Answers 401 to who does not know the token, where there is one. */
export function onlyFriends({ token }: Pick<AccessOptions, 'token'>): MiddlewareHandler {
  return async (c, next) => {
    if (token !== undefined && !isSame(c.req.header('authorization') ?? '', `Bearer ${token}`)) {
      c.header('WWW-Authenticate', 'Bearer');
      return c.json({ error: 'the token is missing or wrong; send it as Authorization: Bearer TOKEN' }, 401);
    }
    await next();
  };
}

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  const name = bareHost(host.toLowerCase());
  return name === 'localhost' || name === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

/** A Host header without its port. */
function nameIn(host: string): string {
  return host.replace(/:\d+$/, '');
}

/** The host and port of an origin; undefined for `null` and what is none. */
function hostIn(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Compares in a time that tells nothing of where they differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
