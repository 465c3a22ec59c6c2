// Every format read back: by sharp where it reads it, chunk by chunk and box by box where it does not.

import { spawnSync } from 'node:child_process';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type EncodeOptions, encodeAnimation, isMadeBy } from '../../../dist/image/animation/encode.js';
import type { Frame } from '../../../dist/image/animation/frame.js';
import { DIGITAL_SOURCE_TYPE } from '../../../dist/image/xmp.js';
import { skip } from '../../skip.js';
import { chunksOf, gifOf, parseXmp, playApng } from './decode.js';

const test = suite('image/animation/encode');
const WIDTH = 33;
const HEIGHT = 21;
const TICKS = [1, 1, 3, 20];
/** What coding with losses may do to a small sharp square; another frame is more than twice as far away. */
const NEAR = 10;

/** A square that wanders over a smooth ground: every frame is different, and much of it is equal. */
function picture(at: number): Uint8Array {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const inside = x >= at * 5 && x < at * 5 + 6 && y >= 4 && y < 12;
      data.set(inside ? [230, 120 + 20 * at, 90] : [100 + x * 2, 90 + y * 3, 128], (y * WIDTH + x) * 3);
    }
  }
  return data;
}

async function* frames(): AsyncGenerator<Frame> {
  for (const [i, ticks] of TICKS.entries()) {
    yield { image: { width: WIDTH, height: HEIGHT, data: picture(i) }, ticks };
  }
}

const encode = (options: Partial<EncodeOptions> & Pick<EncodeOptions, 'format'>, film = frames()) =>
  encodeAnimation(film, {
    width: WIDTH,
    height: HEIGHT,
    fps: 20,
    loop: 0,
    creatorTool: 'facewright <test>',
    ...options,
  });

/** Root of the mean squared difference, in steps of 255. */
function distance(a: Uint8Array, b: Uint8Array): number {
  assert.is(a.length, b.length);
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length);
}

async function pageOf(file: Buffer, page: number): Promise<Uint8Array> {
  return sharp(file, { page }).removeAlpha().raw().toBuffer();
}

function checkXmp(xmp: string): void {
  assert.match(xmp, /^<\?xpacket begin=/);
  assert.ok(xmp.includes(`<Iptc4xmpExt:DigitalSourceType>${DIGITAL_SOURCE_TYPE}</`));
  assert.ok(xmp.includes('facewright &lt;test&gt;'));
  assert.ok(xmp.endsWith('<?xpacket end="w"?>'));
}

for (const format of ['webp', 'gif'] as const) {
  test(`${format}: pages, delays, loop and pictures`, async () => {
    for (const loop of [0, 1, 3]) {
      const file = await encode({ format, loop });
      const { pages, delay, loop: told, width, pageHeight } = await sharp(file, { animated: true }).metadata();
      assert.equal([width, pageHeight, pages, told], [WIDTH, HEIGHT, TICKS.length, loop]);
      assert.equal(delay, [50, 50, 150, 1000]);
      for (const page of TICKS.keys()) {
        const off = distance(await pageOf(file, page), picture(page));
        assert.ok(off < NEAR, `page ${page} is ${off} off`);
      }
    }
  });
}

test('what is compared is different enough', () => {
  for (const i of TICKS.keys()) {
    for (const j of TICKS.keys()) assert.ok(i === j || distance(picture(i), picture(j)) > 2 * NEAR);
  }
});

test('webp: the mark', async () => {
  checkXmp((await sharp(await encode({ format: 'webp' })).metadata()).xmp!.toString('utf8'));
});

test('gif: one palette for all frames, and the mark behind the extension for the loop', async () => {
  const { extensions, frames: found, globalPalette } = gifOf(await encode({ format: 'gif' }));
  assert.ok(globalPalette);
  assert.is(found.length, TICKS.length);
  assert.ok(found.every(({ palette }) => !palette));
  assert.equal(
    extensions.map(({ name }) => name),
    ['NETSCAPE2.0', 'XMP DataXMP'],
  );
  checkXmp(extensions[1].xmp!);
});

test('apng: what the standard asks of its chunks', async () => {
  const file = await encode({ format: 'apng', loop: 5 });
  const chunks = chunksOf(file);
  for (const { type, data, crc } of chunks) assert.is(crc, crc32(Buffer.concat([Buffer.from(type), data])));
  const types = chunks.map(({ type }) => type);
  const simple = types.filter((type, i) => type !== types[i - 1]);
  assert.equal(simple, ['IHDR', 'acTL', 'iTXt', 'fcTL', 'IDAT', ...Array(3).fill(['fcTL', 'fdAT']).flat(), 'IEND']);
  const of = (type: string) => chunks.filter((chunk) => chunk.type === type).map(({ data }) => data);
  assert.equal([of('acTL')[0].readUInt32BE(0), of('acTL')[0].readUInt32BE(4)], [TICKS.length, 5]);
  const numbers = chunks.filter(({ type }) => /^f[cd]/.test(type)).map(({ data }) => data.readUInt32BE(0));
  assert.equal(
    numbers,
    numbers.map((_, i) => i),
  );
  assert.equal(
    of('fcTL').map((data) => [data.readUInt16BE(20), data.readUInt16BE(22)]),
    TICKS.map((ticks) => [ticks, 20]),
  );
  // The square moved by 5: of the second frame only what it covered and covers is there.
  assert.equal(
    [4, 8, 12, 16].map((place) => of('fcTL')[1].readUInt32BE(place)),
    [11, 8, 0, 4],
  );
  checkXmp(parseXmp(of('iTXt')[0]));
  // A reader that knows nothing of APNG sees the first frame.
  const { xmp } = await sharp(file).metadata();
  checkXmp(xmp!.toString('utf8'));
  assert.equal(new Uint8Array(await pageOf(file, 0)), picture(0));
});

test('apng: played back, it is exactly the frames', async () => {
  const screens = await playApng(await encode({ format: 'apng' }));
  assert.equal(
    screens.map(({ pixels }) => pixels),
    TICKS.map((_, i) => picture(i)),
  );
});

test('a single frame, and equal ones', async () => {
  async function* still(): AsyncGenerator<Frame> {
    for (const ticks of [3, 4]) yield { image: { width: WIDTH, height: HEIGHT, data: picture(1) }, ticks };
  }
  for (const format of ['webp', 'gif', 'apng'] as const) {
    const file = await encode({ format }, still());
    const { pages = 1, width, height } = await sharp(file).metadata();
    assert.equal([pages, width, height], [1, WIDTH, HEIGHT]);
    {
      const off = distance(await pageOf(file, 0), picture(1));
      assert.ok(off < NEAR, `${format} is ${off} off`);
    }
    assert.ok(isMadeBy(file, 'facewright &lt;test&gt;'));
    assert.not.ok(isMadeBy(file, 'facewright'));
  }
});

test('stops when the signal is raised, and passes on what reading a frame throws', async () => {
  for (const format of ['webp', 'gif', 'apng'] as const) {
    const signal = AbortSignal.abort();
    await rejects(encode({ format, signal }), /stopped/);
    async function* broken(): AsyncGenerator<Frame> {
      yield* frames();
      throw new Error('no such picture');
    }
    await rejects(encode({ format }, broken()), /^no such picture$/);
  }
});

async function rejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  try {
    await promise;
  } catch (error) {
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(`expected ${message}`);
}

const encoders = spawnSync('ffmpeg', ['-hide_banner', '-encoders'], { encoding: 'utf8' }).stdout ?? '';
const muxers = spawnSync('ffmpeg', ['-hide_banner', '-muxers'], { encoding: 'utf8' }).stdout ?? '';

for (const [format, encoder] of [
  ['mp4', 'libx264'],
  ['avif', 'libaom-av1'],
] as const) {
  const title = `${format}: frames, time, the mark`;
  if (!encoders.includes(` ${encoder} `) || !new RegExp(` E +${format} `).test(muxers)) {
    skip(test, title, `there is no ffmpeg with ${encoder} for ${format}`);
    continue;
  }
  test(title, async () => {
    const file = await encode({ format });
    const boxes = topBoxes(file);
    assert.is(boxes[0].type, 'ftyp');
    const mark = boxes.at(-1)!;
    assert.is(mark.type, 'uuid');
    assert.is(mark.data.toString('hex', 0, 16).toUpperCase(), 'BE7ACFCB97A942E89C71999491E3AFAC');
    checkXmp(mark.data.toString('utf8', 16));
    // The tables stand before the data.
    const types = boxes.map(({ type }) => type);
    assert.ok(types.indexOf('moov') < types.indexOf('mdat'));
    const decoded = decode(file);
    // MP4 has even sides.
    const [width, height] = format === 'mp4' ? [34, 22] : [WIDTH, HEIGHT];
    const size = width * height * 3;
    assert.is(decoded.length / size, 25);
    let tick = 0;
    for (const [i, ticks] of TICKS.entries()) {
      const shown = decoded.subarray(tick * size, (tick + 1) * size);
      const rows = Array.from({ length: HEIGHT }, (_, y) => shown.subarray(y * width * 3, (y * width + WIDTH) * 3));
      assert.ok(distance(Buffer.concat(rows), picture(i)) < NEAR, `${distance(Buffer.concat(rows), picture(i))}`);
      tick += ticks;
    }
  });
}

function topBoxes(file: Buffer): { type: string; data: Buffer }[] {
  const boxes: { type: string; data: Buffer }[] = [];
  for (let place = 0; place < file.length; ) {
    const length = file.readUInt32BE(place);
    assert.ok(length >= 8 && place + length <= file.length);
    boxes.push({ type: file.toString('latin1', place + 4, place + 8), data: file.subarray(place + 8, place + length) });
    place += length;
  }
  return boxes;
}

/** Every frame at the full rate. The animation of an AVIF is its second stream or its only one. */
function decode(file: Buffer): Buffer {
  const words = '-v error -i pipe:0 -map 0:v:0 -f rawvideo -pix_fmt rgb24 pipe:1'.split(' ');
  const { stdout, stderr, status } = spawnSync('ffmpeg', words, { input: file, maxBuffer: 2 ** 26 });
  assert.is(status, 0, stderr.toString());
  return stdout;
}

test.run();
