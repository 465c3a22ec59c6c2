// Builds the addon of the native engine, unless it is there and newer than its sources.
//
//   node tools/build-addon.mjs [--force]
//
// With CMake on the path by cmake-js (native/CMakeLists.txt), otherwise by the node-gyp of the npm that runs this (binding.gyp).
// What it is built with is a package of its own, native/package.json, which is installed first.
// Exit code 0 when the addon is there; 1 when it could not be built, and the last lines say why. An installed package needs none
// of this: its addons are built before (tools/release.mjs).

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm, packagesAreStale } from './packages.mjs';

/** Lines of a failed build that are shown; the rest is in a file. */
const SHOWN_LINES = 12;

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'native');
const addon = join(root, 'build', 'Release', 'facewright.node');

if (process.argv.includes('--force') || isStale()) {
  const failure = build();
  if (failure !== undefined) {
    console.error(`facewright: the native engine could not be built: ${failure}`);
    console.error('facewright: it needs g++ or clang, and CMake or Python; then: npm run build:addon');
    process.exitCode = 1;
  }
}

/** Whether a source is newer than the addon. */
function isStale() {
  if (!existsSync(addon)) return true;
  const built = statSync(addon).mtimeMs;
  const own = readdirSync(sources, { recursive: true }).filter((file) => !file.startsWith('node_modules'));
  const files = [join(root, 'binding.gyp'), ...own.map((file) => join(sources, file))];
  return files.some((file) => statSync(file).mtimeMs > built);
}

/** What went wrong, if something did. */
function build() {
  return installTools() ?? compile();
}

/** Installs the packages that it is built with. @returns what went wrong */
function installTools() {
  if (!packagesAreStale(sources)) return undefined;
  return run(npm('ci --no-fund --no-audit --loglevel=error'), sources);
}

function compile() {
  if (isOfOther()) rmSync(join(root, 'build'), { recursive: true });
  return (hasCmake() ? withCmake() : withGyp()) ?? (existsSync(addon) ? undefined : `it made no ${addon}`);
}

/** Whether build/ is what another tool left, or CMake for sources elsewhere: it would be in the way. */
function isOfOther() {
  const cache = join(root, 'build', 'CMakeCache.txt');
  if (!existsSync(cache)) return existsSync(join(root, 'build')) && hasCmake();
  return !hasCmake() || !readFileSync(cache, 'utf8').includes(`CMAKE_HOME_DIRECTORY:INTERNAL=${sources}\n`);
}

/** Runs a program to its end. @returns what went wrong; the telling lines of it have been said then */
function run([program, ...words], cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd,
    encoding: 'utf8',
    shell: program.endsWith('.cmd'),
  });
  if (status === 0) return undefined;
  const output = `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`;
  const log = join(mkdtempSync(join(tmpdir(), 'facewright-')), 'build-addon.log');
  writeFileSync(log, output);
  const lines = output.trim().split('\n');
  const telling = lines.filter((line) => /\berror\b|not found|No such|could not/i.test(line));
  console.error((telling.length > 0 ? telling : lines.slice(-SHOWN_LINES)).slice(0, SHOWN_LINES).join('\n'));
  return `its output is in ${log}`;
}

function hasCmake() {
  return spawnSync('cmake', ['--version']).status === 0;
}

function withCmake() {
  const main = join('node_modules', 'cmake-js', 'bin', 'cmake-js');
  return run([process.execPath, main, 'compile', '--out', join(root, 'build'), '--log-level', 'error'], sources);
}

/** npm tells its scripts where its node-gyp is. */
function withGyp() {
  const gyp = process.env.npm_config_node_gyp;
  if (gyp === undefined) return 'there is no CMake, and this was not run by npm';
  return run([process.execPath, gyp, 'rebuild'], root);
}
