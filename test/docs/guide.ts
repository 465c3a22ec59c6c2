// Runs the commands of a guide, docs/guides/NAME.md, as they stand there, one after another in a folder of their own.

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { blocksOf, type DocBlock } from '../../tools/doc-blocks.mjs';
import { newFolder } from '../cli/command.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The guides' folder. */
export const guides = join(root, 'docs', 'guides');

export interface Guide {
  /** The file, without its ending. */
  readonly name: string;
  /** Puts the files there that the guide's reader has. */
  prepare(folder: string): Promise<void>;
  /** Files that are there in the end. */
  readonly leaves: readonly string[];
}

/** The commands of a guide. */
export function commandsOf(name: string): DocBlock[] {
  return blocksOf(readFileSync(join(guides, `${name}.md`), 'utf8')).filter(({ language }) => language === 'sh');
}

/** A test for each block of commands that can be run, and one for what they leave. */
export function addGuide(test: Test, { name, prepare, leaves }: Guide): void {
  const folder = newFolder();
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  // Not a hook: uvu says nothing of one that fails.
  test(`${name}: the reader's files`, async () => {
    writeCommand(folder);
    await prepare(folder);
  });
  for (const { code, notRun } of commandsOf(name)) {
    if (notRun !== undefined) continue;
    test(`${name}: ${code.trim().split('\n')[0]}`, async () => {
      const { status, output } = await runShell(code, folder);
      assert.is(status, 0, `${code}\n${output}`);
    });
  }
  test(`${name}: leaves what it says`, () => {
    assert.equal(
      leaves.filter((file) => !existsSync(join(folder, file))),
      [],
      `there are ${readdirSync(folder).join(', ')}`,
    );
  });
}

/** `facewright` as it would be installed. */
function writeCommand(folder: string): void {
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  const file = join(bin, 'facewright');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'dist', 'cli', 'main.js')}' "$@"\n`);
  chmodSync(file, 0o755);
}

function runShell(code: string, folder: string): Promise<{ status: number | null; output: string }> {
  const env = {
    ...process.env,
    PATH: `${join(folder, '.bin')}${delimiter}${process.env.PATH}`,
    XDG_CACHE_HOME: join(folder, '.cache'),
  };
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-eu', '-c', code], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output }));
  });
}
