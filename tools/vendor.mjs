// Makes dist/vendor/: what facewright uses of packages that are far larger than that, so that who installs it needs none of them.
//
//   node tools/vendor.mjs [--force]
//
// - tensorflow.js, bundled from src/vendor/tensorflow.ts in the place of what the compiler made of it, and its WebAssembly with SIMD
// - faces/: the two networks that see faces, of @vladmandic/human
// - emoji.json: of emojibase-data what src/emoji/unicode.ts reads, in the form that `Names` has there
// - twemoji/: the drawings of the demo's emoji
// - openseadragon.min.js, the viewer of large sheets, and its licence
// - NOTICES.txt: whose all of that is, with every licence
//
// Runs after the compiler; does nothing where all is there and made of the packages that are installed. Needs the development
// packages.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const vendor = join(root, 'dist', 'vendor');
const made = join(vendor, 'made-of.json');
const bundle = join(vendor, 'tensorflow.js');
const source = join(root, 'src', 'vendor', 'tensorflow.ts');
const namedEmojiPath = join(root, 'dist', 'emoji', 'named-emoji.js');

/** Packages that files are copied or reduced from; those in the bundle are found by the bundler. */
const COPIED = ['@discordapp/twemoji', '@vladmandic/human', 'emojibase-data', 'openseadragon'];

/** The networks that are used, of the thirty that come with the package. */
const NETWORKS = ['blazeface', 'facemesh'];

/** What Apache-2.0 asks to be told of the networks, which the package has from elsewhere. */
const NETWORK_ORIGIN =
  'The networks blazeface and facemesh are MediaPipe’s, © Google LLC, under the Apache License 2.0 (below).';

/** Where the text of a licence stands that packages name without bringing it along. */
const TEXTS = { 'Apache-2.0': ['long', 'LICENSE'] };

const state = stateOfSources();
if (process.argv.includes('--force') || !isUpToDate()) {
  rmSync(made, { force: true });
  mkdirSync(join(vendor, 'faces'), { recursive: true });
  const bundled = await bundleTensorFlow();
  copyFileSync(
    inPackage('@tensorflow/tfjs-backend-wasm', 'wasm-out', 'tfjs-backend-wasm-simd.wasm'),
    join(vendor, 'tfjs-backend-wasm-simd.wasm'),
  );
  await copyDrawings();
  for (const file of NETWORKS.flatMap((name) => [`${name}.json`, `${name}.bin`])) {
    copyFileSync(inPackage('@vladmandic/human', 'models', file), join(vendor, 'faces', file));
  }
  writeFileSync(join(vendor, 'emoji.json'), JSON.stringify(reducedEmoji()));
  writeFileSync(join(vendor, 'openseadragon.min.js'), viewer());
  copyFileSync(inPackage('openseadragon', 'LICENSE.txt'), join(vendor, 'openseadragon.LICENSE.txt'));
  writeFileSync(join(vendor, 'NOTICES.txt'), notices([...new Set([...bundled, ...COPIED])].sort()));
  writeFileSync(made, JSON.stringify(state));
}

/** What everything here follows from: this script, the module that is bundled, the demo's emoji, and the versions of the packages. */
function stateOfSources() {
  const hash = createHash('sha256');
  for (const file of [fileURLToPath(import.meta.url), source, join(root, 'package-lock.json')])
    hash.update(readFileSync(file));
  return hash.digest('hex');
}

/** Whether the last run was on the same; the compiler may have written over the bundle since. */
function isUpToDate() {
  if (!existsSync(made) || !existsSync(bundle) || JSON.parse(readFileSync(made, 'utf8')) !== state) return false;
  return !readFileSync(bundle, 'utf8').includes("from '@tensorflow/");
}

/** Where a file of a package lies, whatever the package's exports hide. */
function inPackage(name, ...parts) {
  return join(root, 'node_modules', name, ...parts);
}

/** Writes the bundle. @returns the packages that are in it */
async function bundleTensorFlow() {
  const { metafile } = await build({
    entryPoints: [source],
    outfile: bundle,
    bundle: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    // For Nodes without a fetch of their own; never asked for here.
    external: ['node-fetch'],
    // Parts of it are CommonJS: they ask for Node's own modules, and for the WebAssembly beside them.
    banner: {
      js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url),__dirname=import.meta.dirname;",
    },
    metafile: true,
    logLevel: 'error',
  });
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  return files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(file)?.[1] ?? []);
}

/** Copies the drawings of the demo's emoji, whose files Twemoji names by their code points. */
async function copyDrawings() {
  const { namedEmoji } = await import(pathToFileURL(namedEmojiPath).href);
  const folder = join(vendor, 'twemoji');
  mkdirSync(folder, { recursive: true });
  for (const { codePoints } of namedEmoji) {
    copyFileSync(
      inPackage('@discordapp/twemoji', 'dist', 'svg', `${codePoints}.svg`),
      join(folder, `${codePoints}.svg`),
    );
  }
}

/** Emoji and groups by the fields that are read, and nothing that is undefined. */
function reducedEmoji() {
  const read = (...path) => JSON.parse(readFileSync(inPackage('emojibase-data', ...path), 'utf8'));
  const { groups, subgroups } = read('meta', 'groups.json');
  const reduced = ({ label, hexcode, emoji, order, group, subgroup, tone, skins }) => ({
    ...{ label, hexcode, emoji, order, group, subgroup, tone },
    skins: skins?.map(reduced),
  });
  return { groups, subgroups, emoji: read('en', 'data.json').map(reduced) };
}

/** The viewer, without the address of a map that is not there to be found. */
function viewer() {
  const code = readFileSync(inPackage('openseadragon', 'build', 'openseadragon', 'openseadragon.min.js'), 'utf8');
  return code.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n');
}

function notices(packages) {
  const own =
    'Files in this folder were made of the npm packages below, which are not ours. Their licences ask that these words go along.\n' +
    NETWORK_ORIGIN;
  return `${[own, ...packages.map(noticeOf)].join(`\n\n${'-'.repeat(78)}\n\n`)}\n`;
}

function noticeOf(name) {
  const { version, license, author, homepage, repository } = JSON.parse(
    readFileSync(inPackage(name, 'package.json'), 'utf8'),
  );
  const text = licenceOf(name) ?? (TEXTS[license] && readFileSync(inPackage(...TEXTS[license]), 'utf8'));
  if (text === undefined) throw new Error(`${name} ${version}: no text of its licence, ${license}, is at hand`);
  const who = [homepage ?? repository?.url, typeof author === 'string' ? author : author?.name].filter(Boolean);
  return `${name} ${version} (${license})\n${who.join('\n')}\n\n${text.trim()}`;
}

/** The licence that a package brings along: a file, or the end of its README. */
function licenceOf(name) {
  const file = readdirSync(inPackage(name)).find((entry) => /^licen[cs]e(\.(txt|md))?$/i.test(entry));
  if (file !== undefined) return readFileSync(inPackage(name, file), 'utf8');
  return /^#* *licen[cs]e \(.*$.*/ims.exec(readFileSync(inPackage(name, 'README.md'), 'utf8'))?.[0];
}
