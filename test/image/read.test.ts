import { gzipSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readImage } from '../../dist/image/read.js';
import { near, noisy, pixel, plain, put, temporaryFolder } from './help.js';

const folder = temporaryFolder();
const white = { background: 'white' };

async function read(name: string, picture: Sharp | Buffer | string, background = 'white') {
  const bytes = typeof picture === 'string' || Buffer.isBuffer(picture) ? picture : await picture.toBuffer();
  return readImage(await put(folder, name, bytes), { background });
}

test('every format gives its colour, in [0, 1]', async () => {
  const picture = plain(6, 4, 200, 60, 30);
  const files: Record<string, Sharp> = {
    'a.png': picture.clone().png(),
    'a.jpg': picture.clone().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }),
    'a.webp': picture.clone().webp({ lossless: true }),
    'a.gif': picture.clone().gif(),
    'a.tiff': picture.clone().tiff({ compression: 'lzw' }),
    'a.avif': picture.clone().avif({ lossless: true }),
  };
  for (const [name, file] of Object.entries(files)) {
    const image = await read(name, file);
    assert.equal([image.width, image.height, image.data.length], [6, 4, 72], name);
    near(pixel(image, 3, 2), [200, 60, 30], name === 'a.jpg' || name === 'a.avif' ? 3 : 0);
  }
});

test('the ending does not matter, the content does', async () => {
  const image = await read('really-a-png.jpg', plain(2, 2, 1, 2, 3).png());
  assert.is(image.format, 'png');
});

test('1 × 1 and oblong pictures', async () => {
  const dot = await read('dot.png', plain(1, 1, 9, 8, 7).png());
  assert.equal([dot.width, dot.height, pixel(dot, 0, 0)], [1, 1, [9, 8, 7]]);
  const bar = await read('bar.png', plain(7, 2, 9, 8, 7).png());
  assert.equal([bar.width, bar.height], [7, 2]);
});

test('grey, with and without alpha, and black and white', async () => {
  const grey = await read('grey.png', plain(2, 2, 100, 100, 100).toColourspace('b-w').png());
  assert.equal(pixel(grey, 1, 1), [100, 100, 100]);
  const veil = await read('grey-alpha.png', plain(2, 2, 0, 0, 0, 0.2).toColourspace('b-w').png());
  assert.equal(pixel(veil, 0, 0), [204, 204, 204]);
  const bit = await read('bit.png', plain(2, 2, 255, 255, 255).png({ palette: true, colours: 2 }));
  assert.equal(pixel(bit, 0, 0), [255, 255, 255]);
});

test('alpha is composited over the background, in sRGB', async () => {
  const half = plain(2, 2, 200, 0, 0, 0.6);
  const onWhite = await read('half.png', half.clone().png());
  near(pixel(onWhite, 0, 0), [222, 102, 102], 0);
  assert.is(onWhite.hasAlpha, true);
  near(pixel(await read('half.png', half.clone().png(), '#00f'), 0, 0), [120, 0, 102], 0);
  near(pixel(await read('half-palette.png', half.clone().png({ palette: true })), 0, 0), [222, 102, 102], 1);
  const clear = await read('clear.png', plain(2, 2, 255, 0, 0, 0).png(), 'lime');
  assert.equal(pixel(clear, 1, 1), [0, 255, 0], 'the colour of a transparent pixel is not seen');
});

test('16 bits are kept, with and without alpha', async () => {
  const samples = Uint16Array.from({ length: 4 * 4 * 3 }, (_, i) => [0x12ff, 0x80ff, 0xfe80][i % 3]);
  const deep = sharp(samples, { raw: { width: 4, height: 4, channels: 3 } }).toColourspace('rgb16');
  const image = await read('deep.png', deep.png());
  near(image.data.subarray(0, 3), [0x12ff / 65535, 0x80ff / 65535, 0xfe80 / 65535], 1e-6);
  const veiled = await read('deep-alpha.png', plain(2, 2, 200, 0, 0, 0.6).toColourspace('rgb16').png());
  near(pixel(veiled, 0, 0), [222, 102, 102], 1);
  const grey = await read('deep-grey.png', plain(2, 2, 100, 100, 100).toColourspace('grey16').png());
  near(grey.data.subarray(0, 3), [100 / 255, 100 / 255, 100 / 255], 1e-6);
});

test('embedded profiles are converted to sRGB, at 16 bits too', async () => {
  const picture = plain(2, 2, 200, 60, 30);
  near(pixel(await read('p3.png', picture.clone().withIccProfile('p3').png()), 0, 0), [200, 60, 30], 1);
  const deep = picture.clone().toColourspace('rgb16').withIccProfile('p3').png();
  near(pixel(await read('p3-deep.png', deep), 0, 0), [200, 60, 30], 1);
  const srgb = picture.clone().toColourspace('rgb16').withIccProfile('srgb').png();
  near(pixel(await read('srgb-deep.png', srgb), 0, 0), [200, 60, 30], 1);
});

test('CMYK, with and without a profile', async () => {
  const picture = plain(8, 8, 200, 60, 30).toColourspace('cmyk');
  near(pixel(await read('cmyk.jpg', picture.clone().jpeg({ quality: 100 })), 4, 4), [200, 60, 30], 35);
  const profiled = picture.clone().withIccProfile('cmyk').jpeg({ quality: 100 });
  near(pixel(await read('cmyk-profile.jpg', profiled), 4, 4), [200, 60, 30], 10);
});

test('EXIF orientation turns the picture upright', async () => {
  // A red left edge; orientation 6 says that the top of the picture is at its right: the edge is on top when upright.
  const edge = {
    input: { create: { width: 8, height: 16, channels: 3, background: 'red' } },
    left: 0,
    top: 0,
  } as const;
  const picture = plain(32, 16, 0, 0, 255).composite([edge]);
  const jpeg = await sharp(await picture.png().toBuffer())
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .toBuffer();
  const image = await read('turned.jpg', jpeg);
  assert.equal([image.width, image.height], [16, 32]);
  near(pixel(image, 8, 2), [255, 0, 0], 6);
  near(pixel(image, 8, 30), [0, 0, 255], 6);
});

test('of what is animated, the first frame', async () => {
  const frames = Buffer.concat([Buffer.alloc(48, 50), Buffer.alloc(48, 200)]);
  const film = sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } });
  for (const [name, file] of [
    ['film.gif', film.clone().gif()],
    ['film.webp', film.clone().webp({ lossless: true })],
  ] as const) {
    const image = await read(name, file);
    assert.equal([image.width, image.height], [4, 4], name);
    near(pixel(image, 1, 1), [50, 50, 50], 1);
  }
});

const DISC = '<circle cx="18" cy="9" r="9" fill="#f00"/></svg>';

test('SVG is drawn at 1024 px on its longer side, whatever size it says', async () => {
  for (const [i, size] of [
    'viewBox="0 0 36 18"',
    'width="36" height="18"',
    'width="90000" height="45000" viewBox="0 0 36 18"',
  ].entries()) {
    const image = await read(`disc${i}.svg`, `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${DISC}`);
    assert.equal([image.width, image.height], [1024, 512], size);
    if (i === 2) continue;
    assert.equal(pixel(image, 512, 256), [255, 0, 0]);
    assert.equal(pixel(image, 4, 4), [255, 255, 255]);
    let between = 0;
    for (let x = 0; x < 1024; x++) between += Number(![0, 255].includes(pixel(image, x, 256)[1]));
    assert.ok(between <= 4, `its edges are sharp: ${between} pixels between red and white`);
  }
});

test('SVG: fine proportions, and gzip', async () => {
  const fine = await read(
    'fine.svg',
    '<svg xmlns="http://www.w3.org/2000/svg" width="2.56" height="1.76" viewBox="0 0 16 11"/>',
  );
  near([fine.width, fine.height], [1024, 704], 2);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 18">${DISC}`;
  assert.is((await read('disc.svgz', gzipSync(svg))).width, 1024);
});

test('what is read does not depend on the pixel limit', async () => {
  const path = await put(folder, 'limit.png', await noisy(10).png().toBuffer());
  assert.is((await readImage(path, { ...white, maxPixels: 100 })).width, 10);
});

test.run();
