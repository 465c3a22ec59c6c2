// Builds the addon of the native engine, unless it is there and newer than its sources.
//
//   node tools/build-addon.mjs [--force]
//
// With CMake on the path by cmake-js (CMakeLists.txt), otherwise by the node-gyp of the npm that runs this (binding.gyp).
// Exit code 0 when the addon is there; 1 when it could not be built, and the last lines say why. An installed package needs none
// of this: its addons are built before (tools/release.mjs).

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Lines of a failed build that are shown; the rest is in a file. */
const SHOWN_LINES = 12;

const root = fileURLToPath(new URL('..', import.meta.url));
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
  const native = readdirSync(join(root, 'native'), { recursive: true }).map((file) => join('native', file));
  return ['CMakeLists.txt', 'binding.gyp', ...native].some((file) => statSync(join(root, file)).mtimeMs > built);
}

/** What went wrong, if something did. */
function build() {
  const command = hasCmake() ? withCmake() : withGyp();
  if (typeof command === 'string') return command;
  // What another tool left there would be in the way.
  const cache = join(root, 'build', 'CMakeCache.txt');
  if (existsSync(join(root, 'build')) && existsSync(cache) !== hasCmake())
    rmSync(join(root, 'build'), { recursive: true });
  const { status, stdout, stderr, error } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  if (status === 0 && existsSync(addon)) return undefined;
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
  const require = createRequire(import.meta.url);
  const main = join(dirname(require.resolve('cmake-js/package.json')), 'bin', 'cmake-js');
  return [main, 'compile', '--log-level', 'error'];
}

/** npm tells its scripts where its node-gyp is. */
function withGyp() {
  const gyp = process.env.npm_config_node_gyp;
  return gyp === undefined ? 'there is no CMake, and this was not run by npm' : [gyp, 'rebuild'];
}
