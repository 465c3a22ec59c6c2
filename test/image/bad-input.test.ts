import { spawnSync } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { test } from 'uvu';
import { readImage } from '../../dist/image/read.js';
import { failsWith, noisy, put, temporaryFolder } from './help.js';

const folder = temporaryFolder();

async function refused(name: string, bytes: Uint8Array | string, pattern: RegExp): Promise<void> {
  const path = await put(folder, name, bytes);
  await failsWith(() => readImage(path, { background: 'white' }), path, pattern);
}

test('a file that ends too early, in every format', async () => {
  const opaque = noisy(64);
  const deep = opaque.clone().toColourspace('rgb16');
  const files = {
    'jpeg.jpg': opaque.clone().jpeg(),
    'progressive.jpg': opaque.clone().jpeg({ progressive: true }),
    'cmyk.jpg': opaque.clone().toColourspace('cmyk').jpeg(),
    'png.png': opaque.clone().png(),
    'interlaced.png': opaque.clone().png({ progressive: true }),
    'grey.png': opaque.clone().toColourspace('b-w').png(),
    'deep.png': deep.clone().png(),
    'deep-alpha.png': noisy(64, 4).toColourspace('rgb16').png(),
    'palette.png': opaque.clone().png({ palette: true }),
    'webp.webp': opaque.clone().webp(),
    'lossless.webp': opaque.clone().webp({ lossless: true }),
    'gif.gif': opaque.clone().gif(),
    'lzw.tiff': opaque.clone().tiff({ compression: 'lzw' }),
    'avif.avif': opaque.clone().avif(),
  };
  for (const [name, file] of Object.entries(files)) {
    const bytes = await file.toBuffer();
    for (const part of [0.1, 0.5, 0.9]) {
      await refused(name, bytes.subarray(0, bytes.length * part), /damaged or cut short|not a picture/);
    }
  }
});

test('bytes that changed on the way', async () => {
  const png = await noisy(64).png().toBuffer();
  const middle = Math.floor(png.length / 2);
  png.fill(0, middle, middle + 64);
  await refused('damaged.png', png, /damaged or cut short \(.+\); copy or download it again/);
});

test('no file, an empty file, a folder, a part of the path that is a file', async () => {
  const none = join(folder, 'none.png');
  await failsWith(() => readImage(none, { background: 'white' }), none, /no such file; check the path/);
  await refused('empty.png', '', /an empty file/);
  await mkdir(join(folder, 'album'));
  await failsWith(() => readImage(join(folder, 'album'), { background: 'white' }), join(folder, 'album'), /a folder/);
  const below = join(await put(folder, 'a.png', 'x'), 'b.png');
  await failsWith(() => readImage(below, { background: 'white' }), below, /no such file/);
});

test('a file without permission', async () => {
  if (process.platform === 'win32' || process.getuid?.() === 0) return;
  const path = await put(folder, 'secret.png', 'x');
  await chmod(path, 0o000);
  await failsWith(() => readImage(path, { background: 'white' }), path, /permission to read it is missing/);
});

test('a pipe is refused before it is waited for', async () => {
  const path = join(folder, 'pipe.png');
  if (process.platform === 'win32' || spawnSync('mkfifo', [path]).status !== 0) return;
  await failsWith(() => readImage(path, { background: 'white' }), path, /not a regular file/);
});

test('what is no picture', async () => {
  await refused('text.png', 'hello, world', /not a picture in a format that facewright reads/);
  await refused('page.jpg', '\uFEFF\n<!DOCTYPE html><html><body>404</body></html>', /a web page, not a picture/);
  await refused('lfs.png', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /a Git LFS pointer/);
});

test('pictures of kinds that sharp does not read are named', async () => {
  const latin = (text: string) => Buffer.from(text, 'latin1');
  const kinds: [string, string, RegExp][] = [
    ['a.heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', /a HEIC picture.*convert it/],
    ['b.heic', '\0\0\0\x18ftypmif1\0\0\0\0mif1heic', /a HEIC picture/],
    ['a.mp4', '\0\0\0\x18ftypisom\0\0\x02\0isommp41', /a video/],
    ['a.bmp', 'BM\x36\0\0\0', /a BMP picture/],
    ['a.ico', '\0\0\x01\0\x01\0', /an icon/],
    ['a.psd', '8BPS\0\x01', /a Photoshop file/],
    ['a.pdf', '%PDF-1.7', /a PDF document/],
    ['a.jxl', '\xff\x0a\0', /a JPEG XL picture/],
    ['a.zip', 'PK\x03\x04', /a ZIP archive/],
  ];
  for (const [name, bytes, pattern] of kinds) await refused(name, latin(bytes), pattern);
});

test('SVG without a size, and damaged SVG', async () => {
  await refused('empty.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="0" height="0"></svg>', /viewBox/);
  await refused('open.svg', '<svg xmlns="http://www.w3.org/2000/svg"><g></svg>', /a damaged SVG/);
});

/** The file of a PNG that claims a size and has no pixels to show for it. */
function emptyPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    const check = Buffer.alloc(4);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.alloc(100));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** The checksum of PNG; node:zlib has it from Node 22.2 on. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

test('a picture of too many pixels is refused before they are decoded', async () => {
  await refused('bomb.png', emptyPng(60_000, 60_000), /60000 × 60000 pixels, more than the 100,000,000 allowed/);
  const path = await put(folder, 'eleven.png', await noisy(11).png().toBuffer());
  await failsWith(() => readImage(path, { background: 'white', maxPixels: 100 }), path, /11 × 11 .* the 100 allowed/);
});

test('a background that is no colour', async () => {
  const path = await put(folder, 'fine.png', await noisy(4).png().toBuffer());
  await failsWith(() => readImage(path, { background: 'whit' }), "background 'whit'", /not a colour/);
});

test.run();
