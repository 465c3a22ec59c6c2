// Runs the linter and then every test file, each in a process of its own, so that devices do not pile up; two at once, and beside them
// one of those that wait more than they compute.
//
//   node tools/test.mjs [--quick | --long | --sweep] [PART-OF-A-NAME...]
//
// --quick leaves out WebGPU and what holds kernels against each other: what is left may differ from one Node to another.
// --long runs those that are called *.long.test.ts instead of all others: what takes too long to be waited for each time, and CI does.
// --sweep runs *.sweep.test.ts: every kernel at every shape and tiling, an hour and more on lavapipe, for who changes them.
// Expects what tools/setup.mjs makes. The last line is `N passed, N failed, N skipped`; the exit code is 1 if any failed.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A test file that takes longer hangs; of sweeps nobody knows. */
const FILE_LIMIT_MS = 15 * 60_000;

/** Files that run at once. Compiling shaders, which is most of the work, keeps one core busy in each. */
const AT_ONCE = Math.min(2, availableParallelism());

/** Where facewright finds the emoji sets that tests draw from, as if somebody had installed them beside it. */
const modulePaths = [join(root, 'test', 'emoji-sets', 'node_modules'), process.env.NODE_PATH ?? ''].join(delimiter);

/** Folders whose tests take longest: they begin. */
const LONGEST = ['engine/', 'pulse/', 'cli/'];

/** Tests of servers, of which processors see little. */
const WAITING = ['queue/', 'serve/', 'cli/serve', 'fetch/'];

/** Folders that --quick leaves out. */
const KERNELS = ['engine/', 'bench/', 'cli/bench/'];

/** Skipped tests that are named for each reason. */
const MOST_NAMES = 12;

process.env.XDG_RUNTIME_DIR ??= tmpdir();
const totals = { passed: 0, failed: 0, skipped: 0 };
/** Names of skipped tests by the reason. */
const reasons = new Map();

/** Which kind of test files runs: those of a name of its own, or all that have none. */
const KINDS = ['long', 'sweep'];
const kind = KINDS.find((name) => process.argv.includes(`--${name}`));
const quick = process.argv.includes('--quick');
if (quick) process.env.FACEWRIGHT_ENGINE = 'native';
const wanted = process.argv.slice(2).filter((word) => !['--quick', `--${kind}`].includes(word));
const files = readdirSync(join(root, 'test'), { recursive: true })
  .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
  .map((path) => path.replaceAll('\\', '/').replace(/\.ts$/, ''))
  .filter((name) => KINDS.find((one) => name.endsWith(`.${one}.test`)) === kind)
  .filter((name) => !quick || !KERNELS.some((folder) => name.startsWith(folder)))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
if (files.length === 0) fail(`no test file has ${wanted.join(' or ')} in its name`);

if (!(await hasAdapter())) {
  if (process.env.CI) fail('there is no adapter to run shaders on, and in CI no test may be left out for want of one');
  process.env.FACEWRIGHT_TEST_ADAPTER = 'none';
}
const began = Date.now();
if (wanted.length === 0 && kind === undefined && !quick) await lint();
// Of long ones, which bear less company, there are no more at once than two.
const waits = (name) => kind === undefined && WAITING.some((beginning) => name.startsWith(beginning));
const computing = files.filter((name) => !waits(name));
await Promise.all([...Array.from({ length: AT_ONCE }, () => runAll(computing)), runAll(files.filter(waits))]);

for (const [reason, names] of reasons) {
  console.log(`\nskipped, because ${reason}:`);
  for (const name of names.slice(0, MOST_NAMES)) console.log(`  ${name}`);
  if (names.length > MOST_NAMES) console.log(`  and ${names.length - MOST_NAMES} more`);
}
console.log(`\nin ${seconds(Date.now() - began)}`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed > 0 ? 1 : 0;

function rank(name) {
  const place = LONGEST.findIndex((folder) => name.startsWith(folder));
  return place < 0 ? LONGEST.length : place;
}

async function hasAdapter() {
  const { output } = await run(['dist/cli/main.js', 'doctor', '--json'], 'ignore');
  return JSON.parse(output).adapters.some(({ usable }) => usable);
}

/** Biome's rules and format, without a warning: one test. */
async function lint() {
  const words = ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'];
  const { code, output, took } = await run(words);
  count('biome', { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }, took);
  if (code !== 0) console.log(output);
}

/** Runs files one after another until none is left. */
async function runAll(names) {
  for (let name = names.shift(); name !== undefined; name = names.shift()) await runFile(name);
}

async function runFile(name) {
  const path = `dist-test/${name}.js`;
  if (!existsSync(join(root, path))) fail(`${path} is missing; npm run build makes it`);
  const { code, output, took } = await run([path]);
  for (const [, test, reason] of output.matchAll(/^skipped: (.*): (.*)$/gm)) {
    reasons.set(reason, [...(reasons.get(reason) ?? []), test]);
  }
  const total = numberAfter('Total', output);
  const passed = numberAfter('Passed', output) ?? 0;
  // A suite that throws outside its tests, or a process that ends before its time, gives no totals or a bad exit code.
  const failed = total === undefined ? 1 : Math.max(total - passed, code === 0 ? 0 : 1);
  count(name.replace(/\.test$/, ''), { passed, failed, skipped: numberAfter('Skipped', output) ?? 0 }, took);
  if (failed > 0) console.log(code === null ? `${output}\n${name}: stopped after ${seconds(took)}` : output);
}

function count(name, result, took) {
  for (const key of Object.keys(totals)) totals[key] += result[key];
  const { passed, failed, skipped } = result;
  const extra = [failed > 0 ? `${failed} failed` : '', skipped > 0 ? `${skipped} skipped` : ''].filter((text) => text);
  console.log(
    `${failed > 0 ? '✘' : '•'} ${name.padEnd(28)} ${String(passed).padStart(4)} passed  ` +
      `${seconds(took).padStart(7)}${extra.length > 0 ? `  ${extra.join(', ')}` : ''}`,
  );
}

/** A line of uvu's summary. */
function numberAfter(word, output) {
  const match = new RegExp(`^ {2}${word}: +(\\d+)$`, 'm').exec(output);
  return match === null ? undefined : Number(match[1]);
}

/** Runs a script with this Node; `code` is null when it was stopped. */
function run(words, errors = 'pipe') {
  const start = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, {
      cwd: root,
      stdio: ['ignore', 'pipe', errors],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, NODE_PATH: modulePaths },
      timeout: kind === 'sweep' ? undefined : FILE_LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr ?? []].flat()) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('close', (code) => resolve({ code, output, took: Date.now() - start }));
  });
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

function fail(text) {
  console.error(`test: ${text}`);
  process.exit(1);
}
