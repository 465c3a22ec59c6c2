// Three workers and 300 jobs on a real server: one worker is killed in the midst of a batch, one is stopped, the server is started
// anew, everything is enqueued twice. Nothing is lost, nothing is done twice, and every byte is that of an undisturbed run.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { QueueKeeper } from '../../dist/queue/keeper.js';
import { readResults } from '../../dist/results/read-results.js';
import { writePicture } from '../cli/command.js';
import { quickestEngine } from '../engines.js';
import { goldenPath } from '../goldens.js';
import { skip, skippingSuite } from '../skip.js';
import { BucketServer } from './bucket-server.js';
import { servers, type TestServer } from './servers.js';

const JOBS = 300;
/** So that the jobs of one that was killed come back while the test waits. */
const LOCK_SECONDS = 8;

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const model = goldenPath('stylegan1')!;
const engine = String(quickestEngine.request.engine);
const work = mkdtempSync(join(tmpdir(), 'facewright-survival-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

/** A command that runs beside the test. */
class Command {
  static readonly running = new Set<Command>();
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly code: Promise<number | null>;

  constructor(words: readonly string[], environment: Record<string, string> = {}) {
    const env = { ...process.env, XDG_CACHE_HOME: join(work, 'cache'), ...environment };
    this.child = spawn(process.execPath, [main, ...words], { cwd: work, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    Command.running.add(this);
    this.code = new Promise((resolve) => {
      this.child.on('close', (code) => {
        Command.running.delete(this);
        resolve(code);
      });
    });
  }

  get lines(): number {
    return this.stdout.split('\n').length - 1;
  }

  /** Waits until it has said it on stderr. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.stderr) && this.child.exitCode === null) await sleep(20);
    assert.match(this.stderr, pattern);
  }

  /** Waits until it has told of so many results. */
  async told(count: number): Promise<void> {
    while (this.lines < count && this.child.exitCode === null) await sleep(20);
    assert.is(this.child.exitCode, null, `it ended too early: ${this.stderr}`);
  }

  async ends(code: number): Promise<void> {
    assert.is(await this.code, code, this.stderr);
  }
}

const inputs = join(work, 'in');
mkdirSync(inputs);
for (let i = 0; i < JOBS; i++) await writePicture(join(inputs, `${i}.png`), 16, `hsl(${i} ${20 + (i % 7) * 10}% 50%)`);
const run = ['run', inputs, '--model', model, '--seed', '1', '--steps', '2'];

const local = join(work, 'local');
await new Command([...run, '--out', local, '--engine', engine, '--batch', '16']).ends(0);

function picturesOf(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.png'));
}

async function isAsUndisturbed(folder: string): Promise<void> {
  const names = picturesOf(local);
  assert.is(names.length, 2 * JOBS);
  assert.equal(new Set(picturesOf(folder)), new Set(names));
  for (const name of names) {
    assert.ok(readFileSync(join(folder, name)).equals(readFileSync(join(local, name))), `${name} differs`);
  }
}

for (const kind of ['redis', 'postgres'] as const) {
  const start = servers[kind];
  const name = `survival on ${kind}`;
  const test: Test = typeof start === 'string' ? skippingSuite(name, start) : suite(name);
  let server: TestServer;
  let bucket: BucketServer;
  test.before(async () => {
    server = await (start as () => Promise<TestServer>)();
  });
  test.before.each(async () => {
    bucket = await BucketServer.start();
  });
  // A test that failed leaves commands, and a bucket that would keep this process.
  test.after.each(async () => {
    for (const command of Command.running) command.child.kill('SIGKILL');
    await bucket.close();
  });
  test.after(() => server.close());

  for (const store of ['folder', 'bucket'] as const) {
    test(`into a ${store}`, async () => {
      const environment = bucket.environment;
      const out = store === 'folder' ? join(work, `${kind}-out`) : 's3://bucket/run';
      const queue = ['--queue', server.url];
      const enqueue = () => new Command([...run, '--out', out, ...queue], environment);
      const words = ['work', ...queue, '--engine', engine, '--batch', '16', '--lock', `${LOCK_SECONDS}`, '--json'];
      const first = enqueue();
      const second = enqueue();
      const [killed, stopped, last] = [1, 2, 3].map(() => new Command(words, environment));
      await killed.told(20);
      killed.child.kill('SIGKILL');
      await stopped.told(10);
      stopped.child.kill('SIGTERM');
      await stopped.ends(0);
      await server.stop();
      // A server that is back before anybody asked was not away.
      await last.says(/does not answer .*; waiting for it\n/);
      await server.start();
      bucket.unwilling = 5;
      await first.ends(0);
      await second.ends(0);
      last.child.kill('SIGTERM');
      await last.ends(0);
      const keeper = await QueueKeeper.open(server.url);
      const { waiting, active, delayed, failed } = await keeper.status();
      await keeper.close();
      assert.equal([waiting, active, delayed, failed], [0, 0, 0, 0], 'nothing is left in the queue');
      await last.says(/is back\n/);
      const folder = store === 'folder' ? out : join(work, `${kind}-pulled`);
      if (store === 'bucket') await new Command(['pull', out, folder], environment).ends(0);
      await isAsUndisturbed(folder);
      const done = (await readResults(folder)).filter(({ status }) => status === 'done');
      assert.is(done.length, JOBS);
      const journals = readdirSync(folder).filter((file) => file.endsWith('.jsonl'));
      const told = journals.flatMap((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n'));
      assert.is(told.length, JOBS, 'every result once');
    });
  }

  // The store's matter, whatever the queue.
  if (kind === 'redis') diskTest(test, name, () => server.url);
  test.run();
}

/** A worker whose output folder has too little room. */
function diskTest(test: Test, suiteName: string, url: () => string): void {
  const full = 'a full disk: a sentence, exit code 1, and the jobs go back';
  const disk = join(work, 'disk');
  if (!canMount(disk)) skip(test, `${suiteName}: ${full}`, 'no small disk can be mounted here');
  else {
    test(full, async () => {
      try {
        const out = join(disk, 'out');
        await new Command([...run, '--out', out, '--queue', url(), '--detach']).ends(0);
        const words = ['work', '--queue', url(), '--engine', engine, '--batch', '16', '--until-empty', '--json'];
        const worker = new Command(words);
        await worker.ends(1);
        assert.match(worker.stderr, /facewright: .*the disk is full/);
        execFileSync('mount', ['-o', 'remount,size=64m', disk]);
        const next = new Command(words);
        await next.ends(0);
        await isAsUndisturbed(out);
        assert.is(worker.lines + next.lines, JOBS);
      } finally {
        execFileSync('umount', ['-l', disk]);
      }
    });
  }
}

/** Mounts a disk that has room for the targets and some faces. */
function canMount(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
