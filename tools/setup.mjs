// Makes a clone ready to work: packages, build, and something to compute on: the native engine's addon, a driver to run
// shaders on. `npm test`, `npm run demo` and `npm run bench` begin with it. Says nothing where there is nothing to do.
//
//   node tools/setup.mjs [--for-tests]
//
// One engine is enough; only tests want both, and a browser, and skip what needs a missing one unless CI is set. A compiler,
// Mesa's software driver and Chromium are installed where that is ours to do (Debian and Ubuntu, as root;
// FACEWRIGHT_NO_INSTALL=1 forbids it).
// Exit code 0: ready; 1: not, and the last line says why.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumPath } from './chromium.mjs';
import { npm, packagesAreStale } from './packages.mjs';
import { adapterPlan, browserPackages, compilerPackages, updateLists } from './setup-adapter.mjs';

/** Steps that are over sooner are not worth a line. */
const ANNOUNCE_AFTER_MS = 1500;

/** Lines of a failed command's output that are shown; the rest is in a file. */
const SHOWN_LINES = 12;

const root = fileURLToPath(new URL('..', import.meta.url));

const forTests = process.argv.includes('--for-tests');

/** Whether system packages are ours to install. */
const mayInstall = process.getuid?.() === 0 && process.env.FACEWRIGHT_NO_INSTALL !== '1';

/** A step could not be done; the message is for people. */
class SetupError extends Error {}

try {
  checkNode();
  const [native] = await together(
    buildAddon(),
    install(root, 'installing packages').then(buildScripts),
    forTests && install(join(root, 'test', 'emoji-sets'), 'installing emoji sets, for the tests'),
  );
  if (!native || forTests) {
    if (!(await hasAdapter())) await findAdapter(native);
  }
  if (forTests) await findBrowser();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const needed = engines.node.replace('>=', '');
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [neededMajor, neededMinor] = needed.split('.').map(Number);
  if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
    throw new SetupError(
      `this is Node ${process.versions.node}; facewright needs ${needed} or later (https://nodejs.org)`,
    );
  }
}

/** Waits for all, however one of them ends. */
async function together(...promises) {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** Installs the packages of a folder, unless they are there. */
async function install(folder, what) {
  if (!packagesAreStale(folder)) return;
  await step(what, npm('ci --include=dev --no-fund --no-audit --loglevel=error'), folder);
}

/**
 * Compiles and bundles. What is compiled for the first time is what was cloned, whose types were checked before it was committed. The
 * compiler notes that they were not checked here, and the next set-up makes up for it.
 */
async function buildScripts() {
  const projects = forTests ? ['.', 'test'] : ['.'];
  const unchecked = !forTests && !existsSync(join(root, 'dist')) ? ['--noCheck'] : [];
  const compiler = [process.execPath, join('node_modules', 'typescript', 'bin', 'tsc')];
  await step('building', [...compiler, '-b', ...projects, ...unchecked]);
  await step('bundling', [process.execPath, join('tools', 'vendor.mjs')]);
  await step('bundling shaders', [process.execPath, join('tools', 'shader-module.mjs')]);
  await step('bundling the page', [process.execPath, join('tools', 'build-web.mjs')]);
}

/** Builds the native engine, with a compiler of the system's, or one that is installed for it. Whether it is there. */
async function buildAddon() {
  const building = npm('run --silent build:addon');
  if (!hasCompiler() && mayInstall && existsSync('/usr/bin/apt-get')) {
    say('there is no C++ compiler; installing one for the native engine');
    try {
      await step("reading apt's package lists", updateLists);
      await step('installing g++ and cmake', compilerPackages);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
    }
  }
  try {
    await step('building the native engine', building);
    return true;
  } catch (error) {
    if (!(error instanceof SetupError) || process.env.CI) throw error;
    say(`${error.message}. The webgpu engine works without it`);
    return false;
  }
}

function hasCompiler() {
  return ['c++', 'g++', 'clang++'].some((name) => spawnSync(name, ['--version']).status === 0);
}

/** Whether there is an adapter to run shaders on. */
async function hasAdapter() {
  const { code, output } = await run([process.execPath, join('dist', 'cli', 'main.js'), 'doctor', '--json'], {
    withErrors: false,
  });
  if (code === 0 || code === 2) return JSON.parse(output).adapters.some(({ usable }) => usable);
  throw new SetupError(`facewright doctor ended with exit code ${code}; its output is in ${keep('doctor', output)}`);
}

/** Installs a software driver where that is ours to do; says what to type where it is not. */
async function findAdapter(native) {
  const plan = await adapterPlan(
    async (command) => (await run(command)).output,
    async () => mayInstall && (await step("reading apt's package lists", updateLists)),
  );
  if (plan.commands.length > 0 && mayInstall) {
    say('there is no GPU that facewright can use; installing Mesa, which computes on the processor');
    for (const { what, before, command, undo } of plan.commands) {
      before?.();
      try {
        await step(what, command);
      } catch (error) {
        undo?.();
        throw error;
      }
    }
    if (await hasAdapter()) return;
    throw new SetupError('Mesa is installed, but gives no adapter all the same; facewright doctor tells more');
  }
  const optional = native && !process.env.CI;
  const text = `there is no GPU or driver that facewright can use. ${plan.advice}`;
  if (!optional) throw new SetupError(text);
  say(text);
}

/** Installs a browser for the tests of pages (the gallery's, the site's); without one they are skipped. */
async function findBrowser() {
  if (chromiumPath !== undefined || !mayInstall || !existsSync('/usr/bin/apt-get')) return;
  try {
    await step("reading apt's package lists", updateLists);
    await step('installing chromium, for the tests of pages', browserPackages);
  } catch (error) {
    if (!(error instanceof SetupError) || process.env.CI) throw error;
  }
}

/** Runs a command of which people should know when it takes long. Another may run beside it. */
async function step(what, command, folder = root) {
  const began = Date.now();
  let announced = false;
  const timer = setTimeout(() => {
    announced = true;
    say(`${what} …`);
  }, ANNOUNCE_AFTER_MS);
  const { code, output } = await run(command, { folder });
  clearTimeout(timer);
  if (announced) say(`${what} ${code === 0 ? `took ${Math.round((Date.now() - began) / 1000)} s` : 'failed'}`);
  if (code === 0) return;
  const lines = output.trim().split('\n');
  const telling = lines.filter((line) => /error|^E: /i.test(line));
  process.stderr.write(
    `${(telling.length > 0 ? telling : lines.slice(-SHOWN_LINES)).slice(0, SHOWN_LINES).join('\n')}\n`,
  );
  const called = command.map((word) => (word === process.execPath ? 'node' : word)).join(' ');
  throw new SetupError(`${what} failed; the output of ${called} is in ${keep(what.replaceAll(' ', '-'), output)}`);
}

function run(command, { withErrors = true, folder = root } = {}) {
  const [program, ...words] = command;
  // Mesa prints a warning without XDG_RUNTIME_DIR; dpkg asks questions without DEBIAN_FRONTEND.
  const env = { XDG_RUNTIME_DIR: tmpdir(), ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', withErrors ? 'pipe' : 'ignore'],
      shell: program.endsWith('.cmd'),
    });
    let output = '';
    for (const stream of withErrors ? [child.stdout, child.stderr] : [child.stdout]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => resolve({ code: -1, output: `${output}${error.message}\n` }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Keeps a command's output for whoever wants to know more. @returns its path */
function keep(name, output) {
  const path = join(mkdtempSync(join(tmpdir(), 'facewright-setup-')), `${name}.log`);
  writeFileSync(path, output);
  return path;
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}
