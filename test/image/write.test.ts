import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng, toRgb8, writeFileWhole } from '../../dist/image/write.js';
import { failsWith, noisy, put, temporaryFolder } from './help.js';

const folder = temporaryFolder();

test('PNG keeps every bit', async () => {
  const data = new Uint8Array(await noisy(9).raw().toBuffer());
  const png = await encodePng({ data, width: 9, height: 9 });
  const back = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  assert.equal([back.info.width, back.info.height, back.info.channels], [9, 9, 3]);
  assert.equal(new Uint8Array(back.data), data);
});

test('PNG says in XMP that a trained model made it, and with what', async () => {
  const png = await encodePng(
    { data: new Uint8Array(12), width: 2, height: 2 },
    { creatorTool: 'facewright <0.1> & co' },
  );
  const metadata = await sharp(png).metadata();
  const xmp = metadata.xmpAsString ?? metadata.xmp!.toString();
  assert.match(xmp, 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"');
  assert.match(
    xmp,
    '<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>',
  );
  assert.match(xmp, '<xmp:CreatorTool>facewright &lt;0.1&gt; &amp; co</xmp:CreatorTool>');
  assert.match(
    (await sharp(await encodePng({ data: new Uint8Array(3), width: 1, height: 1 })).metadata()).xmp!.toString(),
    '>facewright<',
  );
});

test('planar to 8 bits: clamped, rounded, interleaved', () => {
  const planar = Float32Array.from([0, 0.5, 1, 1.5, -0.5, 0.25]);
  assert.equal([...toRgb8(planar, 2, 1)], [0, 255, 0, 128, 255, 64]);
  assert.throws(() => toRgb8(planar, 2, 2), RangeError);
});

test('a file is written whole, over an older one, and nothing else is left', async () => {
  const path = join(folder, 'new', 'deep', 'a.txt');
  await writeFileWhole(path, 'one');
  await writeFileWhole(path, Buffer.from('two'));
  assert.is(await readFile(path, 'utf8'), 'two');
  assert.equal(await readdir(join(folder, 'new', 'deep')), ['a.txt']);
});

test('many at once do not meet', async () => {
  const path = join(folder, 'busy', 'a.txt');
  await Promise.all(Array.from({ length: 20 }, (_, i) => writeFileWhole(path, String(i).repeat(1000))));
  assert.match(await readFile(path, 'utf8'), /^(\d{1,2})\1{999}$/);
  assert.equal(await readdir(join(folder, 'busy')), ['a.txt']);
});

test('failures are told, and leave nothing behind', async () => {
  const file = await put(folder, 'file', 'x');
  await failsWith(
    () => writeFileWhole(join(file, 'a.png'), 'x'),
    join(file, 'a.png'),
    /a part of its folder is a file/,
  );
  const album = join(folder, 'album');
  await mkdir(join(album, 'a.png'), { recursive: true });
  await failsWith(
    () => writeFileWhole(join(album, 'a.png'), 'x'),
    join(album, 'a.png'),
    /in the way|cannot be written/,
  );
  assert.equal(await readdir(album), ['a.png']);
  const long = join(album, `${'x'.repeat(300)}.png`);
  await failsWith(() => writeFileWhole(long, 'x'), long, /too long|cannot be written/);
  assert.equal(await readdir(album), ['a.png']);
});

test.run();
