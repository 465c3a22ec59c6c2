// A server of the API, until it is closed.

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FacewrightError } from '../errors.js';
import type { Generator } from '../model/generator.js';
import { bareHost, hostInUrl } from '../node/host.js';
import { ownVersion } from '../node/paths.js';
import { type AccessOptions, checkAccess } from './access.js';
import { type ServeLimits, usualLimits, usualPlace } from './limits.js';

export interface ServeOptions extends Partial<ServeLimits> {
  /** The address to listen on; by default only this machine's own. Any other one wants a token. */
  readonly host?: string;
  /** By default 8420; 0: any that is free. */
  readonly port?: number;
  /** What requests have to bring, as `Authorization: Bearer TOKEN`. */
  readonly token?: string;
  /** Told of errors that are no client's: clients are told their first line. */
  readonly onDefect?: (error: unknown) => void;
}

/** A server that listens. */
export interface FaceServer {
  readonly url: string;
  /** Stops all searches, ends all connections and frees the port; the generators stay open. */
  close(): Promise<void>;
}

/** How long a client may take for its headers, and for its whole request. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 120_000;
/** Connections on which nothing goes either way for so long are ended; listeners hear something more often. */
const SILENCE_MS = 180_000;
/** Connections at once: each listener has one for as long as its search takes. */
const MOST_CONNECTIONS = 512;

/**
 * Serves searches over HTTP, one after another (docs/serve.md).
 *
 * @param generators one, or several of different names on one engine, of which the first is the usual one; they are the server's alone
 * until it is closed
 * @throws FacewrightError when the address cannot be listened on, or others reach it and there is no token
 *
 * @example
 * const server = await serveFaces(generator, { port: 8420 });
 * console.log(server.url);
 */
export async function serveFaces(
  generators: Generator | readonly Generator[],
  options: ServeOptions = {},
): Promise<FaceServer> {
  const { host = usualPlace.host, port = usualPlace.port, token, onDefect, ...given } = options;
  const access: AccessOptions = { host, token };
  checkAccess(access);
  const limits = {
    ...usualLimits,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
  // Loaded when it is wanted: everything else does without.
  const { serveApi } = await import('./api.js');
  const { app, close } = serveApi([generators].flat(), { limits, access, version: ownVersion(), onDefect });
  let server: Server;
  try {
    server = await listen(app.fetch, host, port);
  } catch (error) {
    await close();
    const { code, message } = error as NodeJS.ErrnoException;
    throw new FacewrightError(`${host}:${port}: cannot be listened on (${code ?? message}); choose another port`);
  }
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${hostInUrl(host)}:${taken}`,
    close: async () => {
      const ended = new Promise((resolve) => server.close(resolve));
      // Listeners are told the end of their searches before their connections end.
      await close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), GOODBYE_MS).unref();
      await ended;
    },
  };
}

/** For the last words of a connection. */
const GOODBYE_MS = 500;

async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  host: string,
  port: number,
): Promise<Server> {
  const { serve } = await import('@hono/node-server');
  return new Promise((resolve, reject) => {
    const settings = { fetch, hostname: bareHost(host), port, overrideGlobalObjects: false };
    const server = serve(settings, () => resolve(server)) as Server;
    server.headersTimeout = HEADERS_MS;
    server.requestTimeout = REQUEST_MS;
    server.timeout = SILENCE_MS;
    server.maxConnections = MOST_CONNECTIONS;
    // Later ones are of single connections, such as one too many.
    server.on('error', reject);
  });
}
