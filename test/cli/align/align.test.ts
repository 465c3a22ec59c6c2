import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawPicture, openEmojiSet } from '../../../dist/emoji/sets.js';
import type { AlignLine } from '../../../dist/runs/align-events.js';
import { goldenPath } from '../../goldens.js';
import { facewright, journalOf, newFolder } from '../command.js';

const test = suite('cli/align');

const ASTRONAUT = goldenPath('photos/astronaut.png')!;
const CASES = goldenPath('align/cases.json')!;

const linesOf = (folder: string): AlignLine[] =>
  readFileSync(join(folder, 'align.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AlignLine);

async function sizeOf(path: string): Promise<string> {
  const { width, height, format, xmp } = await sharp(path).metadata();
  assert.match(xmp!.toString(), />facewright align</);
  assert.not.match(xmp!.toString(), /trainedAlgorithmicMedia/);
  return `${format} ${width}x${height}`;
}

/** The photo in everything that a picture can be: name and file. */
async function manyKinds(folder: string): Promise<void> {
  const photo = () => sharp(ASTRONAUT).extract({ left: 110, top: 10, width: 220, height: 220 });
  await photo().grayscale().png().toFile(join(folder, 'grey.png'));
  await photo().toColourspace('cmyk').jpeg().toFile(join(folder, 'cmyk.jpg'));
  await photo().toColourspace('rgb16').png().toFile(join(folder, 'deep.png'));
  await photo().rotate(90).withMetadata({ orientation: 8 }).jpeg().toFile(join(folder, 'turned.jpg'));
  const hole = Buffer.from('<svg width="220" height="220"><circle cx="110" cy="110" r="108"/></svg>');
  await photo()
    .ensureAlpha()
    .composite([{ input: hole, blend: 'dest-in' }])
    .webp()
    .toFile(join(folder, 'alpha.webp'));
  const frames = await Promise.all([photo().png().toBuffer(), sharp(ASTRONAUT).resize(220, 220).png().toBuffer()]);
  await sharp(frames, { join: { animated: true } })
    .gif()
    .toFile(join(folder, 'moving.gif'));
  await sharp(ASTRONAUT).resize(8, 8).png().toFile(join(folder, 'tiny.png'));
}

test('all kinds of pictures, two sizes, overlays, a report', async () => {
  const folder = newFolder();
  await mkdir(join(folder, 'in'));
  await manyKinds(join(folder, 'in'));
  await writeFile(join(folder, 'in', 'broken.png'), 'no picture');
  const { code, stdout, stderr } = await facewright(folder, [
    'align',
    'in',
    '-o',
    'out',
    '--size',
    '32,1024',
    '--overlay',
  ]);
  assert.is(code, 1, stderr);
  assert.match(stderr, /in\/broken\.png: not a picture/);
  assert.match(stdout, /tiny\.png: no face found.*--any-rotation/);
  for (const name of ['grey', 'cmyk', 'deep', 'turned', 'alpha', 'moving']) {
    assert.is(await sizeOf(join(folder, `out/32/${name}_0.png`)), 'png 32x32');
    assert.is(await sizeOf(join(folder, `out/1024/${name}_0.png`)), 'png 1024x1024');
    assert.is(await sizeOf(join(folder, `out/${name}.overlay.png`)), 'png 220x220');
    assert.not(existsSync(join(folder, `out/32/${name}_1.png`)), name);
    const [face] = linesOf(join(folder, 'out')).find(({ output }) => output === name)!.faces;
    // Eyes at (203, 101) and (247, 103) of the photo.
    assert.ok(
      Math.hypot(face.landmarks.leftEye[0] - 93, face.landmarks.leftEye[1] - 91) < 5,
      `${name}: ${face.landmarks.leftEye}`,
    );
    assert.ok(Math.abs(face.rotation) < 6 && Math.abs(face.size - 175) < 12, `${name}: ${face.size}`);
    assert.is(face.quad.length, 4);
  }
  const again = await facewright(folder, ['align', 'in', '-o', 'out', '--size', '32,1024', '--overlay', '--json']);
  assert.match(again.stderr, /7 of the pictures were done before/);
  assert.is(again.stdout.trim().split('\n').length, 8);
});

test("the original's spelling: 32 px, and 0 for 1024", async () => {
  const folder = newFolder();
  await mkdir(join(folder, 'realpics'));
  await sharp(ASTRONAUT).toFile(join(folder, 'realpics', 'a.png'));
  const plain = await facewright(folder, ['align', '-seed', '3', '-cache_dir', 'c', '-input_dir', 'realpics']);
  assert.is(plain.code, 0, plain.stderr);
  assert.is(await sizeOf(join(folder, 'input/a_0.png')), 'png 32x32');
  const whole = await facewright(folder, ['align', '-output_size', '0', '-output_dir', 'big']);
  assert.is(whole.code, 0, whole.stderr);
  assert.is(await sizeOf(join(folder, 'big/a_0.png')), 'png 1024x1024');
});

test('landmarks of your own, 5 and 68', async () => {
  const folder = newFolder();
  const cases = JSON.parse(readFileSync(CASES, 'utf8')) as {
    image: string;
    landmarks: number[][];
    targets: Record<string, number[]>;
  }[];
  const five = [
    [203, 101],
    [247, 103],
    [225, 127],
    [201, 139],
    [246, 141],
  ];
  const [inside] = cases;
  const points = { [inside.image]: inside.landmarks, 'astronaut.png': [five, five.map(([x, y]) => [x + 40, y])] };
  await writeFile(join(folder, 'points.json'), JSON.stringify(points));
  const pictures = [join(dirname(CASES), inside.image), ASTRONAUT];
  const { code, stderr } = await facewright(folder, [
    'align',
    ...pictures,
    '-o',
    'out',
    '--size',
    '16',
    '--landmarks',
    'points.json',
  ]);
  assert.is(code, 0, stderr);
  const pixels = await sharp(join(folder, 'out/inside_0.png')).raw().toBuffer();
  const off =
    inside.targets['16'].reduce((sum, value, i) => sum + Math.abs(value - pixels[i] / 255), 0) / pixels.length;
  assert.ok(off <= 0.004, `off by ${off}`);
  assert.equal((await readdir(join(folder, 'out'))).sort(), [
    'align.jsonl',
    'astronaut_0.png',
    'astronaut_1.png',
    'inside_0.png',
  ]);

  const refused = async (content: unknown, why: RegExp) => {
    await writeFile(join(folder, 'bad.json'), typeof content === 'string' ? content : JSON.stringify(content));
    const ended = await facewright(folder, ['align', ASTRONAUT, '-o', 'no', '--landmarks', 'bad.json']);
    assert.is(ended.code, 2);
    assert.match(ended.stderr, why);
    assert.not(existsSync(join(folder, 'no')));
  };
  await refused('{', /bad\.json: is not JSON/);
  await refused(
    [
      [1, 2],
      [3, 4],
    ],
    /2 points; a face has 5 .* or dlib's 68/,
  );
  await refused({ 'other.png': five }, /has no points for .*astronaut\.png/);
  await refused(
    {
      'astronaut.png': [
        [1, 2],
        [1, 2],
        [3, 'x'],
        [4, 5],
        [6, 7],
      ],
    },
    /\[3,"x"\]: not a point/,
  );
  await refused(5, /must hold a list of points/);
});

test('what is not ours is not overwritten, and no input ever', async () => {
  const folder = newFolder();
  await sharp(ASTRONAUT).toFile(join(folder, 'a.png'));
  await mkdir(join(folder, 'out'));
  await writeFile(join(folder, 'out', 'a_0.png'), 'mine');
  const refused = await facewright(folder, ['align', 'a.png', '-o', 'out']);
  assert.is(refused.code, 2);
  assert.match(refused.stderr, /out\/a_0\.png: is there already/);
  assert.is(readFileSync(join(folder, 'out', 'a_0.png'), 'utf8'), 'mine');
  assert.is((await facewright(folder, ['align', 'a.png', '-o', 'out', '--force'])).code, 0);
});

test('no face: said, and with --strict exit code 3', async () => {
  const folder = newFolder();
  const blank = { create: { width: 300, height: 200, channels: 3, background: '#777' } } as const;
  await sharp(blank).png().toFile(join(folder, 'blank.png'));
  const { code, stdout, stderr } = await facewright(folder, ['align', 'blank.png', '-o', 'out', '--strict']);
  assert.is(code, 3, stderr);
  assert.match(stdout, /blank\.png: no face found/);
  assert.match(stderr, /1 picture without a face/);
});

test('refuses options that cannot be', async () => {
  const folder = newFolder();
  for (const [words, why] of [
    [['--size', '3'], /sizes are from 4 to 1024/],
    [['--size', '16;32'], /whole numbers/],
    [['--min-score', '2'], /at most 1/],
    [['--max-faces', '0'], /1 or more/],
    [['--max-face', '1'], /did you mean --max-faces\?/],
    [['-output_siz', '1'], /did you mean -output_size\?/],
  ] as const) {
    const ended = await facewright(folder, ['align', ASTRONAUT, '-o', 'out', ...words]);
    assert.is(ended.code, 2, words.join(' '));
    assert.match(ended.stderr, why);
  }
  const run = await facewright(folder, ['run', ASTRONAUT, '-o', 'out', '--max-faces', '1']);
  assert.is(run.code, 2);
  assert.match(run.stderr, /--max-faces .* add --align/);
});

test('run: says when --align would be better, and does it when asked', async () => {
  const folder = newFolder();
  const set = await openEmojiSet('twemoji');
  const { data, width, height } = await drawPicture((await set.picture('1F600'))!, 400, 'white');
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(join(folder, 'grin.png'));
  await sharp(ASTRONAUT).toFile(join(folder, 'photo.png'));
  const words = ['run', 'photo.png', 'grin.png', '--seed', '1', '--steps', '1', '--size', '16'];
  const plain = await facewright(folder, [...words, '-o', 'plain']);
  assert.is(plain.code, 0, plain.stderr);
  assert.match(plain.stderr, /photo\.png: shows a face, but not where .*--align/);
  const aligned = await facewright(folder, [...words, '-o', 'aligned', '--align']);
  assert.is(aligned.code, 0, aligned.stderr);
  assert.not.match(aligned.stderr, /--align crops/);
  assert.equal(
    journalOf(join(folder, 'aligned')).map(({ output, input }) => [output, input]),
    [
      ['photo_0.png', 'aligned/photo_0.png'],
      ['grin_0.png', 'aligned/grin_0.png'],
    ],
  );
  const target = await sharp(join(folder, 'aligned/photo_0.target.png')).metadata();
  assert.is(target.width, 16);
  const again = await facewright(folder, [...words, '-o', 'aligned', '--align']);
  assert.match(again.stderr, /nothing was left to do/);
});

test.run();
