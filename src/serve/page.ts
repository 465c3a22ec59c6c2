// The page that is served beside the API: the files of dist/web/, and nothing that is not among them.

import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { MiddlewareHandler } from 'hono';
import { packagePath } from '../node/paths.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Answers with the page's files. They hold nothing of anybody's, so that a browser gets them before it has a token.
 *
 * @param folder whose files they are, listed once: no request names a file that is read otherwise
 */
export function pageFiles(folder = packagePath('dist', 'web')): MiddlewareHandler {
  const files = new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => extname(path) in TYPES)
      .map((path) => [path === 'index.html' ? '/' : `/${path}`, path]),
  );
  return async (c, next) => {
    const path = c.req.method === 'GET' ? files.get(c.req.path) : undefined;
    if (path === undefined) return next();
    const bytes = new Uint8Array(await readFile(join(folder, path)));
    const type = { 'Content-Type': TYPES[extname(path)] };
    return c.body(path === 'index.html' ? asServed(bytes) : bytes, 200, type);
  };
}

/** The page, which then asks this server to search (web/page/main.tsx). */
function asServed(html: Uint8Array): string {
  return Buffer.from(html).toString().replace('data-backend="browser"', 'data-backend="server"');
}
