import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ownMark, removeUnfinished, temporaryIn, writeWholeFile } from '../../dist/node/whole-file.js';
import { failsWith, put, temporaryFolder } from '../image/help.js';

const folder = temporaryFolder();

test('a file is written whole, over an older one, and nothing else is left', async () => {
  const path = join(folder, 'new', 'deep', 'a.txt');
  await writeWholeFile(path, 'one');
  await writeWholeFile(path, [Buffer.from('t'), Buffer.from('wo')]);
  assert.is(await readFile(path, 'utf8'), 'two');
  assert.equal(await readdir(join(folder, 'new', 'deep')), ['a.txt']);
});

test('many at once do not meet', async () => {
  const path = join(folder, 'busy', 'a.txt');
  await Promise.all(Array.from({ length: 20 }, (_, i) => writeWholeFile(path, String(i).repeat(1000))));
  assert.match(await readFile(path, 'utf8'), /^(\d{1,2})\1{999}$/);
  assert.equal(await readdir(join(folder, 'busy')), ['a.txt']);
});

test('what one process left unfinished is removed, and nothing else', async () => {
  const place = join(folder, 'left');
  await writeWholeFile(join(place, 'deep', 'a.txt'), 'whole');
  await writeFile(temporaryIn(place), 'unfinished');
  await mkdir(temporaryIn(join(place, 'deep')));
  const others = '.facewright-0123-0.tmp';
  await writeFile(join(place, others), 'of another');
  await removeUnfinished(place, ownMark);
  assert.equal((await readdir(place, { recursive: true })).sort(), [others, 'deep', join('deep', 'a.txt')]);
  await removeUnfinished(join(place, 'nowhere'), ownMark);
});

test('failures are told, and leave nothing behind', async () => {
  const file = await put(folder, 'file', 'x');
  await failsWith(
    () => writeWholeFile(join(file, 'a.png'), 'x'),
    join(file, 'a.png'),
    /a part of its folder is a file/,
  );
  const album = join(folder, 'album');
  await mkdir(join(album, 'a.png'), { recursive: true });
  await failsWith(
    () => writeWholeFile(join(album, 'a.png'), 'x'),
    join(album, 'a.png'),
    /in the way|cannot be written/,
  );
  assert.equal(await readdir(album), ['a.png']);
  const long = join(album, `${'x'.repeat(300)}.png`);
  await failsWith(() => writeWholeFile(long, 'x'), long, /too long|cannot be written/);
  assert.equal(await readdir(album), ['a.png']);
});

test('where no folder can be made', async () => {
  if (process.platform !== 'linux') return;
  const path = '/proc/none/deep/a.txt';
  await failsWith(() => writeWholeFile(path, 'x'), path, /none can be made there|cannot be written/);
});

test('a folder that may not be written', async () => {
  if (process.getuid?.() === 0) return; // root may
  const closed = join(folder, 'closed');
  await mkdir(closed, { mode: 0o500 });
  await failsWith(
    () => writeWholeFile(join(closed, 'a.png'), 'x'),
    join(closed, 'a.png'),
    /its folder cannot be written/,
  );
});

test.run();
