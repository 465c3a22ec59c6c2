// What becomes of a run whose folder another process works in, or that cannot be written any more: the reason is said once, and a
// later run goes on.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { engineSuite, quickestEngine } from '../../engines.js';
import { facewright, journalOf, newFolder, writePicture } from '../command.js';
import { writeTinyWeights } from '../tiny.js';

const test = engineSuite<{ folder: string; out: string }>(quickestEngine, 'cli: the folder of a run');
const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const shared = newFolder();
const weights = await writeTinyWeights(shared);
const PICTURES = Array.from({ length: 8 }, (_, i) => `${i}.png`);
/** Of a run that something happens to: its eight searches take seconds, so that a busy machine has time to let it happen. */
const LONG_STEPS = 400;

test.after(() => rmSync(shared, { recursive: true }));
test.before.each(async (context) => {
  context.folder = newFolder();
  context.out = join(context.folder, 'out');
  for (const name of PICTURES) await writePicture(join(context.folder, name), 16);
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

/** A run of one picture after the other. */
function wordsOf(steps = 3): string[] {
  const engine = quickestEngine.request.engine!;
  const words = `--out out --batch 1 --seed 1 --steps ${steps} --json --model ${weights} --engine ${engine}`;
  return ['run', ...PICTURES, ...words.split(' ')];
}

interface RunWay {
  /** Called once, after the first result. */
  readonly onFirst?: (child: ChildProcess) => void;
  readonly steps?: number;
  /** A command that the program is an argument of. */
  readonly under?: readonly string[];
}

/** @returns its exit code, and what it says on stderr beside what is said of every run */
function run(folder: string, { onFirst, steps, under = [] }: RunWay = {}) {
  return new Promise<{ code: number | null; said: string[] }>((resolve, reject) => {
    const [program, ...words] = [...under, process.execPath, main, ...wordsOf(steps)];
    const child = spawn(program, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stdout.once('data', () => onFirst?.(child)).resume();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const said = stderr.split('\n').filter((line) => line !== '' && !/^Warning: max|^tiny, /.test(line));
      resolve({ code, said });
    });
  });
}

/** Asserts that a run broke off with one sentence, and that the same run then does what is left. */
async function assertGoesOn(folder: string, out: string, isBegun: boolean, steps?: number): Promise<void> {
  const { code, stderr } = await facewright(folder, wordsOf(steps));
  assert.is(code, 0, stderr);
  assert.is(/ of 8 done before/.test(stderr), isBegun, stderr);
  const names = journalOf(out).map(({ output }) => output);
  assert.equal([...new Set(names)].sort(), PICTURES);
  assert.is(names.length, PICTURES.length, 'no result was searched for twice');
  assert.equal(
    readdirSync(out).filter((file) => file.startsWith('.')),
    [],
  );
}

test('a second process is refused, and nothing of the first is lost, even if that is killed', async ({
  folder,
  out,
}) => {
  if (process.platform === 'win32') return;
  let second: ReturnType<typeof run> | undefined;
  const first = await run(folder, {
    onFirst: (child) => {
      // Held in its place, or it might be done before the second has begun.
      child.kill('SIGSTOP');
      second = run(folder).finally(() => child.kill('SIGKILL'));
    },
    steps: LONG_STEPS,
  });
  const { code, said } = await second!;
  assert.is(code, 2);
  assert.match(
    said.join('\n'),
    /^facewright: --out out: another facewright is at work there \(process \d+ on .*, since .*Z\); wait for its end, share the work with --shard, or choose another folder$/,
  );
  assert.is(first.code, null);
  const lines = journalOf(out).length;
  assert.ok(lines >= 1 && lines < 8);
  const { mark } = JSON.parse(readFileSync(join(out, '.run.jsonl.lock'), 'utf8'));
  writeFileSync(join(out, `.facewright-${mark}-0.tmp`), 'what it was writing');
  // Of the same options this time: what was there is of others.
  rmSync(join(out, 'run.jsonl'));
  await assertGoesOn(folder, out, false);
});

test('a folder that is removed ends the run', async ({ folder, out }) => {
  const { code, said } = await run(folder, {
    onFirst: () => rmSync(out, { recursive: true, force: true, maxRetries: 5 }),
    steps: LONG_STEPS,
  });
  assert.is(code, 1);
  assert.equal(said, [
    'facewright: out: it was removed or moved away while results were written to it; the same command goes on with what is left',
  ]);
  rmSync(out, { recursive: true, force: true });
  await assertGoesOn(folder, out, false);
});

test('a limit of files’ sizes ends the run', async ({ folder, out }) => {
  if (process.platform === 'win32') return;
  // In kibibytes: a line fits, a picture does not.
  const { code, said } = await run(folder, { under: ['bash', '-c', 'ulimit -f 1; exec "$@"', 'bash'] });
  assert.is(code, 1);
  assert.is(said.length, 1, said.join('\n'));
  assert.match(said[0], /^facewright: out\/.*: files may not be so large here/);
  await assertGoesOn(folder, out, false);
});

test('a full disk ends the run', async ({ folder, out }) => {
  if (!mounted(out)) return;
  try {
    const { code, said } = await run(folder, { onFirst: () => fill(join(out, 'other')), steps: LONG_STEPS });
    assert.is(code, 1);
    assert.is(said.length, 1, said.join('\n'));
    assert.match(said[0], /^facewright: out\/.*: the disk is full; make room or choose another folder$/);
    assert.ok(journalOf(out).length >= 1);
    rmSync(join(out, 'other'));
    rmSync(join(out, 'run.jsonl'));
    await assertGoesOn(folder, out, false);
  } finally {
    execFileSync('umount', [out]);
  }
});

test('a folder that becomes read-only ends the run', async ({ folder, out }) => {
  if (process.platform === 'win32') return;
  // root may write everywhere, but without this capability.
  const under =
    process.getuid?.() === 0 ? ['setpriv', '--inh-caps', '-dac_override', '--bounding-set', '-dac_override'] : [];
  const { code, said } = await run(folder, { onFirst: () => chmodSync(out, 0o555), steps: LONG_STEPS, under });
  chmodSync(out, 0o755);
  assert.is(code, 1);
  assert.is(said.length, 1, said.join('\n'));
  assert.match(said[0], /^facewright: out.*: its folder cannot be written; choose another, or change its permissions$/);
  await assertGoesOn(folder, out, true, LONG_STEPS);
});

const MOUNTED_BYTES = 2 ** 20;

/** Mounts a small file system, which only root can; says so where it cannot. */
function mounted(path: string): boolean {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MOUNTED_BYTES}`, 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    process.stdout.write('  (left out: no file system can be mounted here)\n');
    return false;
  }
}

/** Takes all that is left of a disk. */
function fill(path: string): void {
  try {
    writeFileSync(path, Buffer.alloc(MOUNTED_BYTES));
  } catch (error) {
    assert.is((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}

test('a picture that cannot be read is its own affair', async ({ folder, out }) => {
  writeFileSync(join(folder, '3.png'), readFileSync(join(folder, '3.png')).subarray(0, 60));
  const { code, said } = await run(folder);
  assert.is(code, 1);
  assert.equal(said.filter((line) => line.startsWith('3.png: ')).length, 1);
  assert.is(journalOf(out).filter(({ status }) => status === 'done').length, 7);
});

test.run();
