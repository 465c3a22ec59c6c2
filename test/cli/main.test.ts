// The command among others: a reader that has seen enough, a full disk behind stdout, a user without a home; and what it loads.

import { type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { engineSuite, quickestEngine } from '../engines.js';
import { journalOf, newFolder, facewrightProcess as plain, writePicture } from './command.js';
import { writeTinyWeights } from './tiny.js';

const test = engineSuite<{ folder: string }>(quickestEngine, 'cli: main');
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

test.before.each((context) => {
  context.folder = newFolder();
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

/** The command with options of its process. @returns its exit code and what it wrote to stderr */
function command(words: readonly string[], options: SpawnOptions, node: readonly string[] = []) {
  return new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [...node, main, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...options,
    });
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stderr }));
  });
}

test('help and the version load neither pictures nor engines', async () => {
  const hook = `export async function resolve(specifier, context, next) {
    const resolved = await next(specifier, context);
    process._rawDebug(resolved.url);
    return resolved;
  }`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hook))});`;
  for (const word of ['--version', '--help']) {
    const { code, stderr } = await command([word], {}, ['--import', dataUrl(register)]);
    assert.is(code, 0, stderr);
    const loaded = new Set(stderr.split('\n'));
    assert.ok([...loaded].some((url) => url.endsWith('/dist/cli/commands.js')));
    const packages = [...loaded].flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
    assert.ok(packages.includes('yargs'));
    for (const heavy of ['sharp', 'webgpu', 'tinyglobby']) assert.not(packages.includes(heavy), heavy);
    assert.ok(loaded.size < 100, `${loaded.size} modules`);
  }
});

test('a reader that has seen enough ends the command quietly, and a run as Ctrl-C does', async ({ folder }) => {
  const list = await plain(folder, ['weights', 'list'], undefined, (child) => child.stdout!.destroy());
  assert.equal([list.code, list.stderr], [0, '']);

  const weights = await writeTinyWeights(folder);
  const names = Array.from({ length: 8 }, (_, i) => `${i}.png`);
  for (const name of names) await writePicture(join(folder, name), 16);
  const engine = quickestEngine.request.engine!;
  const words = `run ${names.join(' ')} --out out --batch 1 --steps 30 --json --model ${weights} --engine ${engine}`;
  const stopped = await plain(folder, words.split(' '), (child) => child.stdout!.destroy());
  assert.is(stopped.code, 130, stopped.stderr);
  assert.not.match(stopped.stderr, /EPIPE|defect|^ +at /m);
  const written = journalOf(join(folder, 'out')).length;
  assert.ok(written >= 1 && written < names.length, `${written} lines`);
  const after = await plain(folder, words.split(' '));
  assert.is(after.code, 0, after.stderr);
  assert.match(after.stderr, new RegExp(`${written} results? of ${names.length} done before`));
});

test('stdout on a full disk is a sentence', async ({ folder }) => {
  if (!existsSync('/dev/full')) return;
  const full = openSync('/dev/full', 'w');
  const { code, stderr } = await command(['weights', 'list'], { cwd: folder, stdio: ['ignore', full, 'pipe'] });
  closeSync(full);
  assert.equal([code, stderr], [1, 'facewright: stdout cannot be written (ENOSPC)\n']);
});

test('a user without a home folder is told where a cache is needed, and only there', async ({ folder }) => {
  const { XDG_CACHE_HOME: _, LOCALAPPDATA: __, ...others } = process.env;
  const options = { cwd: folder, env: { ...others, HOME: '' } };
  const listed = await command(['weights', 'list'], options);
  const told = 'this user has no home folder, so there is no cache folder; set XDG_CACHE_HOME to one';
  assert.equal([listed.code, listed.stderr], [2, `facewright: ${told}\n`]);
  const given = await command(['weights', 'list', '--cache', 'kept'], options);
  assert.equal([given.code, given.stderr], [0, '']);
  await writePicture(join(folder, 'a.png'), 16);
  const words = `run a.png --out out --steps 1 --engine ${quickestEngine.request.engine} --model demo --quiet`;
  const found = await command(words.split(' '), options);
  assert.is(found.code, 0, found.stderr);
  assert.not(existsSync(join(folder, '.cache')));
  assert.ok(readFileSync(join(folder, 'out', 'a.png')).length > 0);
});

function dataUrl(module: string): string {
  return `data:text/javascript,${encodeURIComponent(module)}`;
}

test.run();
