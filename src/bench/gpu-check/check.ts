// Runs the check: one command after another, each with a time limit, whatever becomes of the others.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { packagePath } from '../../node/paths.js';
import { versions } from '../versions.js';
import { type CheckOptions, type PlannedCommand, planCheck } from './plan.js';
import type { CheckedCommand, GpuCheck, TestResult } from './results.js';

export interface CheckRun extends CheckOptions {
  /** All commands together; those for which no time is left are left out. */
  readonly seconds: number;
  /** A folder of its own, where the table of facewright tune goes: the user's is neither used nor changed. */
  readonly cache: string;
  /** Told before a command is run, and when it has ended. */
  readonly onCommand?: (command: PlannedCommand, ended?: CheckedCommand) => void;
  /** Told after each command what there is so far. */
  readonly onProgress?: (check: GpuCheck) => Promise<void>;
}

/** What the limits of the plan are made for. */
const USUAL_SECONDS = 230;
/** Less time than this is not worth a command's start. */
const LEAST_SECONDS = 5;
/** The exit code of a command that finds nothing to measure: PyTorch is not there, or has no GPU. */
const NOTHING_THERE = 3;
/** Of what a command says on stderr, its end is kept. */
const KEPT_TEXT = 2000;

export async function checkGpu(run: CheckRun): Promise<GpuCheck> {
  const began = performance.now();
  const date = new Date().toISOString();
  const { facewright, dawn, node } = await versions();
  const commands: CheckedCommand[] = [];
  const soFar = (): GpuCheck => ({
    format: 'facewright gpu check 1',
    date,
    facewright,
    dawn,
    node,
    platform: `${process.platform}-${process.arch}`,
    quick: run.quick,
    seconds: (performance.now() - began) / 1000,
    commands,
  });
  for (const planned of planCheck(run)) {
    const left = run.seconds - (performance.now() - began) / 1000;
    run.onCommand?.(planned);
    const ended = await perform(planned, run, left);
    commands.push(ended);
    run.onCommand?.(planned, ended);
    await run.onProgress?.(soFar());
  }
  return soFar();
}

async function perform(planned: PlannedCommand, run: CheckRun, left: number): Promise<CheckedCommand> {
  const { name, part } = planned;
  const [program, ...words] = commandLine(planned);
  const command = [program === process.execPath ? 'node' : program, ...words].join(' ');
  const about = { name, part, command };
  const missing = left < LEAST_SECONDS ? 'no time was left; --seconds gives more' : whatIsMissing(planned);
  if (missing !== undefined) return { ...about, status: 'left out', why: missing, seconds: 0 };
  const began = performance.now();
  const limit = Math.min(planned.limit * Math.max(1, run.seconds / USUAL_SECONDS), left);
  const { code, stdout, stderr, timedOut } = await spawned(program, words, limit, environment(planned, run));
  const seconds = (performance.now() - began) / 1000;
  const why = told(stderr) || told(stdout) || `exit code ${code}`;
  if (timedOut) return { ...about, status: 'timed out', why: `it took longer than ${limit.toFixed(0)} s`, seconds };
  if (code === NOTHING_THERE) return { ...about, status: 'left out', why, seconds };
  const result = readResult(planned, stdout);
  if (code !== 0 || result === undefined) return { ...about, status: 'failed', why, seconds, result };
  return { ...about, status: 'done', seconds, result };
}

/** What a command said, without Dawn's warnings of adapters. */
function told(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Warning: '));
  return lines.join('\n').slice(-KEPT_TEXT);
}

function commandLine({ program, words }: PlannedCommand): [string, ...string[]] {
  switch (program) {
    case 'facewright':
      return [process.execPath, join('dist', 'cli', 'main.js'), ...words];
    case 'test':
      return [process.execPath, join('dist-test', `${words[0]}.test.js`)];
    case 'python':
      return ['python3', join('tools', 'pytorch-step.py'), ...words];
  }
}

function whatIsMissing({ program, words }: PlannedCommand): string | undefined {
  const test = join('dist-test', `${words[0]}.test.js`);
  if (program !== 'test' || existsSync(packagePath(test))) return undefined;
  return `${test} is not here; npm run build makes it, and a checkout that is carried to another machine has to take dist-test along`;
}

function environment({ program, tuned = false }: PlannedCommand, { cache, adapter }: CheckRun): NodeJS.ProcessEnv {
  const { env } = process;
  // All cases: only on lavapipe do they take minutes.
  const test = { FACEWRIGHT_ENGINE: 'webgpu', FACEWRIGHT_CASES: 'all', ...(adapter !== undefined && { FACEWRIGHT_ADAPTER: adapter }) };
  // Mesa's compiled shaders stay where they are.
  const mesa = env.MESA_SHADER_CACHE_DIR ?? env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const own = { XDG_CACHE_HOME: cache, LOCALAPPDATA: cache, MESA_SHADER_CACHE_DIR: mesa };
  return { ...env, ...(tuned && own), ...(program === 'test' && test) };
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

function spawned(program: string, words: readonly string[], limit: number, env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd: packagePath(), env, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { stdout: '', stderr: '' };
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, limit * 1000);
    const end = (code: number | null, more = '') => {
      clearTimeout(timer);
      resolve({ code, timedOut, stdout: text.stdout, stderr: text.stderr + more });
    };
    child.stdout.on('data', (data: Buffer) => {
      text.stdout += data;
    });
    child.stderr.on('data', (data: Buffer) => {
      text.stderr = (text.stderr + data).slice(-4 * KEPT_TEXT);
    });
    child.on('error', (error) => end(null, error.message));
    child.on('close', (code) => end(code));
  });
}

/** What a command printed; undefined where that is not what it should be. */
export function readResult({ program }: Pick<PlannedCommand, 'program'>, stdout: string): unknown {
  if (program === 'test') return readTest(stdout);
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}

/** What uvu says at its end, and which tests failed. */
function readTest(stdout: string): TestResult | undefined {
  const number = (word: string) => {
    const text = new RegExp(`^\\s*${word}:\\s+(\\d+)`, 'm').exec(stdout)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  const [total, passed, skipped] = ['Total', 'Passed', 'Skipped'].map(number);
  if (total === undefined || passed === undefined) return undefined;
  const failed = [...stdout.matchAll(/^\s*FAIL\s+(.*)$/gm)].map(([, name]) => name);
  return { total, passed, skipped: skipped ?? 0, failed };
}
