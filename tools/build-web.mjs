// Makes dist/web/, the page that searches in a visitor's browser: static files, to be served from anywhere.
//
//   node tools/build-web.mjs
//
// - page.js and worker.js, bundled from web/ and dist/browser/
// - faces.js, bundled from web/ and src/align/, and faces/: the networks that see faces, and the WebAssembly that runs them
// - demo-128.safetensors, the demo generator, and twemoji/, the demo's emoji
//
// Runs after the compiler, tools/vendor.mjs and tools/shader-module.mjs.

import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const web = join(root, 'web');
const out = join(root, 'dist', 'web');
const vendor = join(root, 'dist', 'vendor');
const weights = { file: 'demo-128.safetensors', path: join(root, 'models', 'demo-128.safetensors') };

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: {
    page: join(web, 'page', 'main.tsx'),
    worker: join(web, 'worker', 'worker.ts'),
    faces: join(web, 'worker', 'faces.ts'),
  },
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  // Of TensorFlow.js the modules, of which the bundler leaves out what nobody calls.
  mainFields: ['browser', 'module', 'main'],
  legalComments: 'eof',
  define: {
    DEMO_WEIGHTS: JSON.stringify({
      file: weights.file,
      sha256: createHash('sha256').update(readFileSync(weights.path)).digest('hex'),
    }),
  },
  logLevel: 'warning',
});
copyFileSync(weights.path, join(out, weights.file));
for (const folder of ['twemoji', 'faces']) cpSync(join(vendor, folder), join(out, folder), { recursive: true });
copyFileSync(join(vendor, 'tfjs-backend-wasm-simd.wasm'), join(out, 'faces', 'tfjs-backend-wasm-simd.wasm'));
copyFileSync(join(vendor, 'NOTICES.txt'), join(out, 'NOTICES.txt'));
copyFileSync(join(web, 'index.html'), join(out, 'index.html'));
const styles = [join(root, 'src', 'palette.css'), join(web, 'style.css')].map((path) => readFileSync(path, 'utf8'));
writeFileSync(join(out, 'style.css'), styles.join('\n'));
copyFileSync(join(root, 'site', 'public', 'logo.svg'), join(out, 'icon.svg'));
