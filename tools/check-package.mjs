// Installs the packed package as a stranger would, without running its scripts, and uses it: on every Node that is supported, and
// from TypeScript.
//
//   node tools/check-package.mjs FILE.tgz
//
// The last line is `N passed, N failed, N skipped`; the exit code is 1 if any failed. Nodes come as npm packages; one that cannot
// be fetched is skipped, and that is said.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programsOf, strictCompiler } from './doc-blocks.mjs';
import { NODES, nodeOf, packageOf } from './nodes.mjs';

/** npm that runs no scripts of packages unless it is told to, and the Node that it runs on. */
const NPM = { version: '12', node: '24' };

/** Of an installation: in all, and without npm `webgpu`, which has the binaries of every platform. */
const LIMITS = { megabytes: 200, withoutWebGpu: 70, packages: 65 };

const root = fileURLToPath(new URL('..', import.meta.url));
const tarball = resolve(process.argv[2] ?? '');
const work = mkdtempSync(join(tmpdir(), 'facewright-package-'));
const app = join(work, 'app');
const totals = { passed: 0, failed: 0, skipped: 0 };

try {
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
  check('installs without scripts', () =>
    run('npm', ['install', '--ignore-scripts', '--no-fund', '--no-audit', tarball]),
  );
  check('is small', isSmall);
  check('has the licences of what is bundled', () => {
    const text = readFileSync(installed('dist', 'vendor', 'NOTICES.txt'), 'utf8');
    for (const name of ['tfjs-core', 'human', 'emojibase-data', 'openseadragon', 'twemoji']) {
      if (!text.includes(name)) throw new Error(`NOTICES.txt does not name ${name}`);
    }
  });
  check('has the page that serve shows', () => {
    const files = ['index.html', 'page.js', 'worker.js', 'faces.js'];
    const missing = files.filter((file) => !existsSync(installed('dist', 'web', file)));
    if (missing.length > 0) throw new Error(`dist/web: ${missing.join(', ')} is missing`);
  });
  check('compiles in a strict TypeScript program', compiles);
  for (const version of NODES) {
    const node = nodeOf(version, work);
    if (node === undefined) {
      totals.skipped++;
      console.log(`skipped: Node ${version} could not be fetched`);
    } else {
      onNode(node);
    }
  }
  withNpm();
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed > 0 ? 1 : 0;

function onNode(node) {
  const version = run(node, ['--version']).trim();
  const cli = (...words) => run(node, [installed('dist', 'cli', 'main.js'), ...words]);
  const on = (what) => `Node ${version}: ${what}`;
  check(on('doctor finds the native engine'), () => {
    const { native } = JSON.parse(cli('doctor', '--json'));
    if (!native.usable) throw new Error(native.why);
  });
  check(on('the demo finds a face'), () => {
    cli('demo', '--count', '1', '--steps', '10', '--out', 'demo', '--engine', 'native');
    for (const file of ['sheet.png', 'woman-red-hair.png', 'run.jsonl']) there('demo', file);
  });
  check(on('an emoji is aligned by the networks that come along'), () => {
    cli('align', join('demo', 'emoji', 'woman-red-hair.png'), '--out', 'faces');
    there('faces', 'woman-red-hair_0.png');
  });
  check(on('a queue without its packages says what to install'), () => {
    const words = [installed('dist', 'cli', 'main.js'), 'work', '--queue', 'redis://127.0.0.1:1'];
    const { status, stderr } = spawnSync(node, words, { cwd: app, encoding: 'utf8' });
    const told = /^facewright: .*: needs the packages bullmq and ioredis, .*: npm install bullmq ioredis\n$/.test(
      stderr,
    );
    if (status !== 2 || !told) throw new Error(`${status} ${stderr}`);
  });
  check(on("the API's example runs"), () => {
    copyFileSync(join(app, 'demo', 'emoji', 'woman-red-hair.png'), join(app, 'face.png'));
    run(node, ['example.js']);
    there('found.png');
  });
  for (const made of ['demo', 'faces', 'face.png', 'found.png'])
    rmSync(join(app, made), { recursive: true, force: true });
}

/** As its users install it: with nothing said about scripts. */
function withNpm() {
  const node = nodeOf(NPM.node, work);
  const npm = packageOf('npm', NPM.version, work);
  if (node === undefined || npm === undefined) {
    totals.skipped++;
    console.log(`skipped: npm ${NPM.version} could not be fetched`);
    return;
  }
  check(`npm ${NPM.version} installs it, and the native engine is there`, () => {
    const other = join(work, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'package.json'), '{ "name": "other", "private": true }');
    run(node, [join(npm, 'bin', 'npm-cli.js'), 'install', '--no-fund', '--no-audit', tarball], other);
    const cli = join(other, 'node_modules', 'facewright', 'dist', 'cli', 'main.js');
    const { native } = JSON.parse(run(node, [cli, 'doctor', '--json'], other));
    if (!native.usable) throw new Error(native.why);
  });
}

/** Counts packages and bytes. */
function isSmall() {
  const all = JSON.parse(run('npm', ['ls', '--all', '--json', '--long']));
  const names = new Set();
  const walk = ({ dependencies = {} }) => {
    for (const [name, one] of Object.entries(dependencies)) {
      if (one.version === undefined) continue;
      names.add(`${name}@${one.version}`);
      walk(one);
    }
  };
  walk(all);
  const total = megabytesOf(join(app, 'node_modules'));
  const withoutWebGpu = total - megabytesOf(join(app, 'node_modules', 'webgpu'));
  console.log(`  ${names.size} packages, ${total} MB, ${withoutWebGpu} MB without webgpu`);
  const found = { megabytes: total, withoutWebGpu, packages: names.size };
  for (const [what, limit] of Object.entries(LIMITS)) {
    if (found[what] > limit) throw new Error(`${what}: ${found[what]}; at most ${limit} is allowed`);
  }
}

function megabytesOf(folder) {
  return Math.round(Number(run('du', ['-sk', folder]).split('\t')[0]) / 1000);
}

/** The guide's first program, compiled as a stranger would, declarations of packages included: of face.png it makes found.png. */
function compiles() {
  const guide = readFileSync(join(root, 'docs', 'guides', 'in-your-program.md'), 'utf8');
  writeFileSync(join(app, 'example.ts'), programsOf(guide)[0]);
  run(process.execPath, strictCompiler(root, ['example.ts']));
  there('example.js');
}

function installed(...parts) {
  return join(app, 'node_modules', 'facewright', ...parts);
}

function there(...parts) {
  if (!existsSync(join(app, ...parts))) throw new Error(`${join(...parts)} was not written`);
}

function check(what, work) {
  try {
    work();
    totals.passed++;
    console.log(`• ${what}`);
  } catch (error) {
    totals.failed++;
    console.log(`FAILED ${what}: ${error.message}`);
  }
}

/** Runs a program, in the folder of the app unless told otherwise, to its end. @returns what it printed */
function run(program, words, cwd = app) {
  const env = { ...process.env, XDG_CACHE_HOME: join(work, 'cache') };
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd,
    encoding: 'utf8',
    env,
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return stdout;
  const output = `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim().split('\n').slice(-12).join('\n');
  throw new Error(`${basename(program)} ${words.slice(0, 3).join(' ')} ended with ${status}:\n${output}`);
}
