// The page that is served beside the API: the files of dist/web/, those that see faces, and nothing that is not among them.

import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { MiddlewareHandler } from 'hono';
import { packagePath, vendorPath } from '../node/paths.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.bin': 'application/octet-stream',
};

/** Where the page looks for what is only once in the package, for `align` too, and where that lies. */
function sharedFiles(): [string, string][] {
  const runner = 'tfjs-backend-wasm-simd.wasm';
  const places: Record<string, string> = { [`faces/${runner}`]: runner, 'NOTICES.txt': 'NOTICES.txt' };
  for (const file of readdirSync(vendorPath('faces'))) places[`faces/${file}`] = `faces/${file}`;
  return Object.entries(places).map(([at, path]) => [`/${at}`, vendorPath(path)]);
}

/**
 * Answers with the page's files. They hold nothing of anybody's, so that a browser gets them before it has a token.
 *
 * @param folder whose files they are, listed once: no request names a file that is read otherwise
 */
export function pageFiles(folder = packagePath('dist', 'web')): MiddlewareHandler {
  const own = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => extname(path) in TYPES)
    .map((path): [string, string] => [path === 'index.html' ? '/' : `/${path}`, join(folder, path)]);
  const files = new Map([...own, ...sharedFiles()]);
  return async (c, next) => {
    const path = c.req.method === 'GET' ? files.get(c.req.path) : undefined;
    if (path === undefined) return next();
    const bytes = new Uint8Array(await readFile(path));
    const type = { 'Content-Type': TYPES[extname(path)] };
    return c.body(c.req.path === '/' ? asServed(bytes) : bytes, 200, type);
  };
}

/** The page, which then asks this server to search (web/page/main.tsx). */
function asServed(html: Uint8Array): string {
  return Buffer.from(html).toString().replace('data-backend="browser"', 'data-backend="server"');
}
