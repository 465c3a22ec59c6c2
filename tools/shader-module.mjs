// Makes dist/browser/shaders.js, the texts of shaders/ as a module, since browsers have no files; its type is src/browser/shaders.d.ts.
//
//   node tools/shader-module.mjs
//
// Runs after the compiler.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'shaders');
const out = join(root, 'dist', 'browser');

const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.wgsl'))
  .map((file) => file.slice(0, -'.wgsl'.length).replaceAll('\\', '/'))
  // The workbench's own, which no search runs.
  .filter((name) => !name.startsWith('bench/'))
  .sort();
const texts = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, `${name}.wgsl`), 'utf8')]));
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'shaders.js'), `export const shaders = ${JSON.stringify(texts, null, 1)};\n`);
copyFileSync(join(root, 'src', 'browser', 'shaders.d.ts'), join(out, 'shaders.d.ts'));
