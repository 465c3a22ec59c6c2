import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expandInputs, pictureExtensions } from '../../dist/image/inputs.js';
import { failsWith, temporaryFolder } from './help.js';

const folder = temporaryFolder();

async function touch(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), '');
  }
}

const FILES = ['face10.png', 'face2.png', 'Face1.JPG', 'b/inner.webp', 'b/c/deep.svg', 'a/x.gif'];
await touch(...FILES.map((name) => `faces/${name}`));
await touch('faces/notes.txt', 'faces/.hidden.png', 'faces/.git/x.png', 'other/face2.png', 'empty/readme.md');
await touch('odd/photo[1].png', 'odd/list', 'odd/sub[2]/y.png');

const faces = join(folder, 'faces');
const relatives = async (...args: string[]) => (await expandInputs(args)).map((input) => input.relative);
/** A pattern: with slashes, and without signs that a temporary folder's name might have. */
const pattern = (text: string) => `${relative(process.cwd(), folder).split('\\').join('/')}/${text}`;

test('the endings are those that sharp has a reader for', () => {
  const known = Object.values(sharp.format).filter((format) => format.input.file && format.id !== 'vips');
  // Double endings (.svg.gz) are more than the one ending by which files are known here.
  const suffixes = known.flatMap((format) => format.input.fileSuffix ?? []).filter((suffix) => !/\..*\./.test(suffix));
  assert.equal(new Set(pictureExtensions), new Set(suffixes));
});

test('a file, whatever its ending, goes by its own name', async () => {
  const list = join(folder, 'odd', 'list');
  assert.equal(await expandInputs([list]), [{ path: list, relative: 'list' }]);
});

test('a folder: natural order, subfolders after files, hidden and other files left out', async () => {
  const expected = ['Face1.JPG', 'face2.png', 'face10.png', 'a/x.gif', 'b/inner.webp', 'b/c/deep.svg'];
  assert.equal(await relatives(faces), expected);
  assert.equal(await relatives(`${faces}/`), expected);
  for (const { path, relative: name } of await expandInputs([faces])) assert.is(path, join(faces, name));
});

test('globs keep the folders below their fixed part', async () => {
  assert.equal(await relatives(pattern('faces/*')), ['Face1.JPG', 'face2.png', 'face10.png']);
  assert.equal(await relatives(pattern('faces/face*.png')), ['face2.png', 'face10.png']);
  assert.equal(await relatives(pattern('faces/{a,b}/*')), ['a/x.gif', 'b/inner.webp']);
  assert.equal(await relatives(pattern('faces/b/**')), ['c/deep.svg', 'inner.webp']);
  assert.equal(await relatives(pattern('*/face2.png')), ['faces/face2.png', 'other/face2.png']);
});

test('what looks like a picture and is not read is told, with what it is; other files are not', async () => {
  const album = join(folder, 'album');
  await touch('album/a.png', 'album/notes.txt', 'album/LICENSE', 'album/raw.nef');
  const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  await writeFile(join(album, 'phone.HEIC'), heic);
  await writeFile(
    join(album, 'photo'),
    await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  );
  await writeFile(join(album, 'old.bmp'), 'BM6');
  await writeFile(join(album, 'new.jxl'), Buffer.from('\xff\x0a', 'latin1'));
  for (const arg of [album, pattern('album/*')]) {
    const told: string[] = [];
    const found = await expandInputs([arg], ({ path, why }) => told.push(`${basename(path)}: ${why}`));
    assert.equal(
      found.map(({ relative: name }) => name),
      ['a.png'],
    );
    assert.equal(told, [
      'new.jxl: a JPEG XL picture, which facewright does not read; convert it to PNG or JPEG',
      'old.bmp: a BMP picture, which facewright does not read; convert it to PNG or JPEG',
      'phone.HEIC: a HEIC picture, which facewright does not read; convert it to PNG or JPEG',
      'photo: has no ending; name it by itself, or give it one',
      'raw.nef: a .nef file, which facewright does not read; convert it to PNG or JPEG',
    ]);
  }
  await touch('only/raw.nef');
  const only = join(folder, 'only');
  await failsWith(() => expandInputs([only]), only, /no pictures in this folder \(.*raw\.nef: a \.nef file, which/);
});

test('an address', async () => {
  const address = 'https://example.org/face.jpg';
  await failsWith(() => expandInputs([address]), address, /an address, and facewright reads files; download/);
});

test('a file whose name looks like a pattern is that file', async () => {
  assert.equal(await relatives(join(folder, 'odd', 'photo[1].png')), ['photo[1].png']);
  assert.equal(await relatives(join(folder, 'odd', 'sub[2]')), ['y.png']);
});

test('the order of the arguments is kept, and nothing comes twice', async () => {
  const second = join(faces, 'face2.png');
  assert.equal((await relatives(second, faces, pattern('faces/*.png'))).slice(0, 3), [
    'face2.png',
    'Face1.JPG',
    'face10.png',
  ]);
  assert.is((await relatives(second, faces, faces)).length, FILES.length);
  assert.equal(await relatives(second, join(faces, '..', 'faces', 'face2.png')), ['face2.png']);
});

test('links are followed, in circles only once', async () => {
  await touch('linked/one.png');
  try {
    await symlink(join(folder, 'linked'), join(folder, 'linked', 'again'), 'dir');
    await symlink(join(folder, 'other'), join(folder, 'linked', 'more'), 'dir');
    await symlink(join(folder, 'nowhere.png'), join(folder, 'linked', 'broken.png'));
  } catch {
    return; // Windows without the right to make links
  }
  assert.equal(await relatives(join(folder, 'linked')), ['one.png', 'more/face2.png']);
});

test('what means no picture', async () => {
  const none = join(folder, 'none.png');
  await failsWith(() => expandInputs([none]), none, /no such file or folder; check the path/);
  const empty = join(folder, 'empty');
  await failsWith(() => expandInputs([empty]), empty, /no pictures in this folder; .*\.png/);
  const glob = pattern('faces/*.tiff');
  await failsWith(() => expandInputs([glob]), glob, /matches no pictures/);
  await failsWith(() => expandInputs([pattern('empty/*')]), pattern('empty/*'), /matches no pictures/);
  await failsWith(() => expandInputs(['']), '', /no such file or folder/);
});

test.run();
