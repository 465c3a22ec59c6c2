import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { emojiResult, emojiResults, folderWith } from '../../emoji/gallery/folder.js';
import { facewright, newFolder } from '../command.js';

const test = suite('cli/gallery');

test('makes a site, says where, and makes it again', async () => {
  const folder = await folderWith(emojiResults);
  const first = await facewright(folder, ['gallery', '.']);
  assert.is(first.code, 0, first.stderr);
  assert.is(first.stdout, `${join('gallery', 'index.html')}\n`);
  assert.match(first.stderr, /7 results on 10 pages, \d+ pictures made, /);
  assert.match(readFileSync(join(folder, 'gallery', 'index.html'), 'utf8'), /<h1>Faces from emoji<\/h1>/);
  const again = await facewright(folder, ['gallery', '.', '--title', 'Mine & <yours>']);
  assert.match(again.stderr, /0 pictures made, \d+ were there/);
  assert.match(readFileSync(join(folder, 'gallery', 'index.html'), 'utf8'), /<h1>Mine &amp; &lt;yours><\/h1>/);
  const quiet = await facewright(folder, ['gallery', '--quiet', '--out', 'there', '--', '.']);
  assert.equal([quiet.code, quiet.stdout, quiet.stderr], [0, `${join('there', 'index.html')}\n`, '']);
});

test('names what it cannot read, and ends with 1', async () => {
  const folder = await folderWith(emojiResults);
  await rm(join(folder, '16/openmoji/grinning-face.png'));
  const { code, stderr } = await facewright(folder, ['gallery', '.']);
  assert.is(code, 1);
  assert.match(stderr, /16\/openmoji\/grinning-face\.png: is not there/);
  assert.match(stderr, /1 picture could not be read/);
});

test('refuses what is no folder of results', async () => {
  const folder = newFolder();
  for (const [words, why] of [
    [['gallery'], /no folder: name the one that a run wrote to/],
    [['gallery', 'a', 'b'], /2 folders: name the one/],
    [['gallery', 'a'], /a: cannot be read \(ENOENT\)/],
    [['gallery', '.'], /no results in it/],
    [['gallery', '.', '--titel', 'x'], /did you mean --title\?/],
    [['galery', '.'], /did you mean gallery\?/],
  ] as const) {
    const { code, stderr } = await facewright(folder, words);
    assert.is(code, 2, words.join(' '));
    assert.match(stderr, why);
  }
  assert.not.ok(existsSync(join(folder, 'gallery')));
});

test('Ctrl-C: stops with 130 and no overview, and goes on from there', async () => {
  const many = Array.from({ length: 80 }, (_, i) => {
    const result = emojiResult({ set: 'noto', base: (0x1f600 + i).toString(16), name: 'x', order: i });
    return { ...result, output: `16/noto/${i}.png`, emoji: { ...result.emoji!, drawing: undefined } };
  });
  const folder = await folderWith(many, 256);
  const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'gallery', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  // The list of files is the first thing that is written.
  while (!existsSync(join(folder, 'gallery', 'images'))) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGINT');
  assert.is(await ended, 130, stderr);
  assert.match(stderr, /stopped; the same command goes on from here/);
  assert.not.ok(existsSync(join(folder, 'gallery', 'index.html')));
  const again = await facewright(folder, ['gallery', '.']);
  assert.is(again.code, 0, again.stderr);
  assert.match(again.stderr, /pictures made, [1-9]\d* were there/);
});

test.run();
