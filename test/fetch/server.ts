// A server on this machine that stands in for those that files are fetched from, and misbehaves as they do.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// A proxy that this machine uses knows nothing of servers on it.
for (const name of ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy']) {
  delete process.env[name];
  delete process.env[name.toUpperCase()];
}

/** Answers the nth question, from 0. */
export type Answering = (request: IncomingMessage, response: ServerResponse, nth: number) => void;

export interface TestServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** The questions so far. */
  readonly asked: IncomingMessage[];
  /** The Range headers of the questions; undefined for those that want all. */
  ranges(): (string | undefined)[];
  /** Cuts the connections whose `cutAfter` has been reached, given how much of the file has arrived. */
  cut(arrived: number): void;
  close(): Promise<void>;
}

/** Answers that end when so much of the file has arrived: what is on its way when a connection ends may be lost. */
const ending: { readonly arrived: number; readonly response: ServerResponse }[] = [];

export async function serve(answer: Answering): Promise<TestServer> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    response.on('error', () => {});
    answer(request, response, asked.push(request) - 1);
  });
  const origin = await listen(server);
  return {
    origin,
    asked,
    ranges: () => asked.map(({ headers }) => headers.range),
    cut: (arrived) => {
      for (const { response } of ending.filter((one) => one.arrived <= arrived)) response.destroy();
    },
    close: () => stop(server),
  };
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
}

/** Bytes that look like the weights of nobody, and are nowhere the same. */
export function someBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 12345;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 24;
  }
  bytes.write('\x80\x02', 0, 'latin1'); // as pickles begin
  return bytes;
}

export interface Serving {
  readonly etag?: string;
  readonly lastModified?: string;
  /** Sends so much of what is asked for, then cuts the connection. */
  readonly cutAfter?: number;
  /** Sends so much, then nothing more. */
  readonly stallAfter?: number;
}

/** Serves bytes as a well-behaved server does, ranges and If-Range included, or as `serving` says. */
export function serveBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Buffer,
  serving: Serving = {},
): void {
  const { etag, lastModified } = serving;
  const condition = request.headers['if-range'];
  const same = condition === undefined || condition === etag || condition === lastModified;
  const from = same ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? -1) : -1;
  if (etag !== undefined) response.setHeader('etag', etag);
  if (lastModified !== undefined) response.setHeader('last-modified', lastModified);
  response.setHeader('content-type', 'application/octet-stream');
  if (from >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  const part = bytes.subarray(Math.max(0, from));
  if (from >= 0) response.setHeader('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
  response.writeHead(from >= 0 ? 206 : 200, { 'content-length': part.length });
  send(response, part, serving, Math.max(0, from));
}

export function send(response: ServerResponse, part: Buffer, serving: Serving, from = 0): void {
  const { cutAfter, stallAfter = cutAfter } = serving;
  if (stallAfter === undefined) response.end(part);
  else response.write(part.subarray(0, stallAfter));
  if (cutAfter !== undefined) ending.push({ arrived: from + Math.min(cutAfter, part.length), response });
}

export function sendPage(response: ServerResponse, page: string, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(page);
}
