// A lock holds against others that are at work, and against none that has ended, however it did.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LockedError, LockFile } from '../../dist/node/lock-file.js';

const test = suite<{ folder: string; path: string }>('lock files');
const module = new URL('../../dist/node/lock-file.js', import.meta.url).href;

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'facewright-lock-'));
  context.path = join(context.folder, '.run.jsonl.lock');
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

/** The error of a lock that cannot be taken. */
async function refusal(path: string, options?: { beat?: number; watch?: number }): Promise<LockedError> {
  const error = await LockFile.take(path, options).catch((reason) => reason);
  assert.instance(error, LockedError);
  return error as LockedError;
}

/** A process that takes a lock, says `held` or `refused`, and stays. */
function contender(path: string): { child: ChildProcess; said: Promise<string> } {
  const code = `import { LockFile } from ${JSON.stringify(module)};
    process.stdout.write(await LockFile.take(${JSON.stringify(path)}).then(() => 'held', () => 'refused'));
    setTimeout(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = new Promise<string>((resolve) => {
    child.stdout.on('data', (data) => resolve(String(data)));
  });
  return { child, said };
}

function killed(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

test('held, told of, given back', async ({ folder, path }) => {
  const lock = await LockFile.take(path);
  assert.is(await lock.state(), 'held');
  assert.is(lock.before, undefined);
  const { holder } = await refusal(path);
  assert.equal([holder?.pid, holder?.host], [process.pid, hostname()]);
  await lock.release();
  assert.equal(readdirSync(folder), []);
  await (await LockFile.take(path)).release();
});

test('a process that was killed holds nothing', async ({ folder, path }) => {
  const { child, said } = contender(path);
  assert.is(await said, 'held');
  assert.is((await refusal(path)).holder?.pid, child.pid);
  await killed(child);
  assert.ok(existsSync(path));
  const began = performance.now();
  const lock = await LockFile.take(path);
  assert.ok(performance.now() - began < 2000, 'nobody waits for a process of this machine that has ended');
  assert.is(lock.before?.pid, child.pid);
  assert.equal(readdirSync(folder), ['.run.jsonl.lock']);
  await lock.release();
});

test('another process that has got the number holds nothing', async ({ path }) => {
  const lock = await LockFile.take(path);
  const holder = JSON.parse(readFileSync(path, 'utf8'));
  await lock.release();
  if (holder.began === null) return; // Only Linux tells when a process began.
  writeFileSync(path, JSON.stringify({ ...holder, began: '1' }));
  await (await LockFile.take(path)).release();
  writeFileSync(path, JSON.stringify(holder));
  assert.is((await refusal(path)).holder?.token, holder.token);
});

test('a process of another machine holds it for as long as it touches it', async ({ path }) => {
  const own = await LockFile.take(path);
  const holder = JSON.parse(readFileSync(path, 'utf8'));
  await own.release();
  for (const text of [JSON.stringify({ ...holder, host: 'elsewhere', machine: 'elsewhere' }), '', '{"pid":']) {
    writeFileSync(path, text);
    let time = 0;
    const touching = setInterval(() => utimesSync(path, new Date(), new Date(++time)), 50);
    assert.is((await refusal(path, { watch: 2000 })).holder?.host, text.endsWith('}') ? 'elsewhere' : undefined);
    clearInterval(touching);
    const lock = await LockFile.take(path, { watch: 200 });
    assert.is(await lock.state(), 'held');
    await lock.release();
  }
});

test('what is held is touched', async ({ path }) => {
  const lock = await LockFile.take(path, { beat: 20 });
  const holder = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...holder, machine: 'elsewhere' }));
  await refusal(path, { watch: 5000 });
  await lock.release();
});

test('of many that find the lock of one that has ended, one gets it', async ({ folder, path }) => {
  const { child, said } = contender(path);
  await said;
  await killed(child);
  const others = Array.from({ length: 6 }, () => contender(path));
  const answers = await Promise.all(others.map((other) => other.said));
  await Promise.all(others.map((other) => killed(other.child)));
  assert.is(answers.filter((answer) => answer === 'held').length, 1, answers.join());
  assert.equal(readdirSync(folder), ['.run.jsonl.lock']);
});

test('a lock that is gone or another’s is noticed, and left', async ({ path }) => {
  const lock = await LockFile.take(path);
  const text = readFileSync(path, 'utf8');
  rmSync(path);
  assert.is(await lock.state(), 'gone');
  writeFileSync(path, text.replace(/"token":"./, '"token":"_'));
  assert.is(await lock.state(), 'taken');
  await lock.release();
  assert.ok(existsSync(path));
});

test.run();
