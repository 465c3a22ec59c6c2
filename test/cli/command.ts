// Runs the compiled command in a folder of its own, for the tests that look at it from outside.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { commandLine } from '../../dist/cli/command-line.js';
import { describeFailure, failureCode } from '../../dist/cli/shared/exit.js';
import type { JournalLine } from '../../dist/results/journal.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The weights that the tests run on: the generator that comes along. */
export const demoWeights = fileURLToPath(new URL('../../models/demo-128.safetensors', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The command, in this process: starting another one takes longer than most of what is asked of it here. What it writes is caught.
 * For signals, threads that end with it and the like there is `facewrightProcess`.
 */
export async function facewright(cwd: string, words: readonly string[]): Promise<Ended> {
  const here = process.cwd();
  const written = { stdout: '', stderr: '' };
  const restore = [catchOutput('stdout', written), catchOutput('stderr', written)];
  process.chdir(cwd);
  try {
    return { code: await commandLine([...words]), ...written };
  } catch (error) {
    return { code: failureCode(error), ...written, stderr: `${written.stderr}${describeFailure(error)}\n` };
  } finally {
    process.chdir(here);
    for (const one of restore) one();
  }
}

/** Lets a stream look like a file that is written to, until what is returned is called. */
function catchOutput(name: 'stdout' | 'stderr', written: Record<typeof name, string>): () => void {
  const stream = process[name];
  const { write, isTTY, columns } = stream;
  stream.write = ((text: string | Uint8Array, ...rest: unknown[]) => {
    written[name] += typeof text === 'string' ? text : Buffer.from(text).toString();
    const done = rest.at(-1);
    if (typeof done === 'function') done();
    return true;
  }) as typeof stream.write;
  Object.assign(stream, { isTTY: false, columns: undefined });
  return () => Object.assign(stream, { write, isTTY, columns });
}

/** The command in a process of its own; `watch` sees that and what it has written to stdout so far, `begun` sees it at once. */
export function facewrightProcess(
  cwd: string,
  words: readonly string[],
  watch?: (child: ChildProcess, stdout: string) => void,
  begun?: (child: ChildProcess) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    begun?.(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      watch?.(child, stdout);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** An empty folder. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'facewright-cli-'));
}

/** A small square picture: a light disc on a dark ground. */
export async function writePicture(path: string, side: number, colour = '#c98'): Promise<void> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2" width="${side}" height="${side}">
    <rect width="2" height="2" fill="#234"/><circle cx="1" cy="1" r=".7" fill="${colour}"/></svg>`;
  await sharp(Buffer.from(svg)).toFile(path);
}

/** The lines of a folder's run.jsonl. */
export function journalOf(folder: string): JournalLine[] {
  const path = join(folder, 'run.jsonl');
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JournalLine);
}
