// dist/web as a server of files would give it, in a folder of its own below others, and what a browser asks it for.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const built = join(root, 'dist', 'web');
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

export interface Site {
  readonly origin: string;
  /** Of the page. */
  readonly address: string;
  /** Files that were asked for, by their paths below the page. */
  readonly asked: string[];
  /** Answers to what ends with that wait until the function that is given is called. */
  hold(ending: string): () => void;
  close(): void;
}

/** What goes wrong in a page, from now on. @param kinds of lines in its console that should not be there */
export function faultsIn(page: Page, kinds: readonly string[] = ['error']): string[] {
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('console', (message) => {
    if (kinds.includes(message.type())) wrong.push(message.text());
  });
  return wrong;
}

/** Builds the page where it is missing or older than what it is made of. */
export function buildPage(): void {
  const page = join(built, 'page.js');
  const sources = [
    'web',
    join('dist', 'browser'),
    join('dist', 'pulse'),
    join('dist', 'engine'),
    join('dist', 'runs'),
    join('src', 'align'),
    join('src', 'palette.css'),
    'tools/build-web.mjs',
  ];
  if (existsSync(page) && sources.every((source) => newest(join(root, source)) <= statSync(page).mtimeMs)) return;
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools', 'build-web.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

function newest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.endsWith('.tsbuildinfo'),
  );
  return Math.max(...files.map((file) => statSync(join(path, file)).mtimeMs));
}

export async function servePage(): Promise<Site> {
  const base = '/some/where/';
  const asked: string[] = [];
  const held = new Map<string, Promise<void>>();
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url!, 'http://localhost');
    const path = pathname.startsWith(base) ? pathname.slice(base.length) || 'index.html' : '';
    asked.push(path);
    const file = join(built, path);
    if (path === '' || !existsSync(file)) return response.writeHead(404).end();
    for (const [ending, until] of held) if (path.endsWith(ending)) await until;
    const bytes = readFileSync(file);
    const type = types[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-length': bytes.length }).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    address: `${origin}${base}`,
    asked,
    hold(ending) {
      const { promise, resolve } = promiseOf();
      held.set(ending, promise);
      return () => {
        held.delete(ending);
        resolve();
      };
    },
    close: () => server.close(),
  };
}

function promiseOf(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
