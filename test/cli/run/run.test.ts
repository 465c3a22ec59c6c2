// Whole runs on a tiny generator, with very few steps: what is written, what is told, and how a run goes on.

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { parseNpz } from '../../../dist/weights/npz.js';
import { readSafetensors } from '../../../dist/weights/safetensors-file.js';
import { engineSuite, quickestEngine } from '../../engines.js';
import { assertClose } from '../../golden-values.js';
import { facewrightProcess, journalOf, newFolder, facewright as plain, writePicture } from '../command.js';
import { tinyLayers, tinyResolution, writeTinyWeights } from '../tiny.js';

const test = engineSuite<{ folder: string }>(quickestEngine, 'cli: runs');
const shared = newFolder();
const weights = await writeTinyWeights(shared);

const onTiny = ['--model', weights, '--engine', String(quickestEngine.request.engine)];

/** The command on the tiny generator. */
const facewright = (cwd: string, words: readonly string[]) => plain(cwd, [...words, ...onTiny]);

test.after(() => rmSync(shared, { recursive: true }));
test.before.each((context) => {
  context.folder = newFolder();
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

async function sideOf(path: string): Promise<number> {
  const { width, height, xmp } = await sharp(path).metadata();
  assert.is(width, height);
  assert.match(xmp!.toString(), /trainedAlgorithmicMedia/);
  return width;
}

test('files, lines, resuming and --force', async ({ folder }) => {
  const input = join(folder, 'in');
  const out = join(folder, 'out');
  mkdirSync(join(input, 'sub'), { recursive: true });
  await writePicture(join(input, 'x.png'), 16);
  await writePicture(join(input, 'x.jpg'), 60);
  await writePicture(join(input, 'sub', 'y.webp'), 300, '#fc4');
  writeFileSync(join(input, 'empty.png'), '');
  writeFileSync(join(input, 'cut.png'), readFileSync(join(input, 'x.png')).subarray(0, 80));
  writeFileSync(join(input, 'text.jpg'), 'no picture');
  const words = 'run in/x.png in --out other --out out --steps 2 --save-latents --trace'.split(' ');

  const first = await facewright(folder, words);
  assert.is(first.code, 1, first.stderr);
  for (const name of ['empty.png', 'cut.png', 'text.jpg']) assert.match(first.stderr, new RegExp(`^in/${name}: `, 'm'));
  assert.match(first.stderr, /3 of 6 failed/);
  assert.match(first.stdout, /^sub\/y\.png +\d/m);
  const lines = journalOf(out);
  assert.is(lines.length, 6);
  const done = lines.filter(({ status }) => status === 'done');
  assert.equal(new Set(done.map(({ output }) => output)), new Set(['sub/y.png', 'x.jpg.png', 'x.png']));
  for (const line of done) {
    assert.is(await sideOf(join(out, line.output)), tinyResolution);
    assert.is(await sideOf(join(out, line.target!)), 16);
    assert.is(line.v, 1);
    assert.is(line.model.name, 'tiny');
    assert.is(line.precision, 'f32');
    assert.is(line.steps, 2);
    assert.is(line.trace!.length, 2);
    assert.ok(line.losses!.TOTAL > 0 && line.losses!.L2 > 0);
    assert.is(line.met, Math.fround(line.losses!.L2) <= Math.fround(0.002));
    const { tensors } = await readSafetensors(join(out, line.latents!));
    assert.equal(tensors.get('w')!.shape, [1, tinyLayers, 512]);
    assert.equal(tensors.get('v')!.shape, [1, tinyLayers, 512]);
    assert.equal(tensors.get('noise9')!.shape, [1, 1, 64, 64]);
  }
  assert.is(done.find(({ output }) => output === 'sub/y.png')!.input, '../in/sub/y.webp');

  // The same again, with a torn last line: nothing is searched, the seed stays.
  for (const name of ['empty.png', 'cut.png', 'text.jpg']) rmSync(join(input, name));
  const before = statSync(join(out, 'x.png')).mtimeMs;
  appendFileSync(join(out, 'run.jsonl'), '{"v":1,"key":"4f');
  const second = await facewright(folder, [...words, '--json']);
  assert.is(second.code, 0, second.stderr);
  assert.match(second.stderr, /3 results of 3 done before/);
  assert.is(second.stdout.trim().split('\n').length, 3);
  assert.is(journalOf(out).length, 6);
  assert.is(statSync(join(out, 'x.png')).mtimeMs, before);

  // A result whose file is gone is made again, and is the same.
  const picture = readFileSync(join(out, 'x.png'));
  rmSync(join(out, 'x.png'));
  const third = await facewright(folder, [...words, '--quiet']);
  assert.is(third.code, 0);
  assert.is(third.stderr, '');
  assert.equal(readFileSync(join(out, 'x.png')), picture);
  assert.is(journalOf(out).at(-1)!.seed, done[0].seed);
  assert.is(journalOf(out).length, 7);

  const forced = await facewright(folder, [...words, '--force', '--seed', '0', '--strict', '--json']);
  assert.is(forced.code, 3, forced.stderr);
  assert.match(forced.stderr, /3 of 3 came no closer than eps 0.002/);
  const again = forced.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { seed: number });
  assert.equal(
    again.map(({ seed }) => seed),
    [0, 0, 0],
  );
  assert.is(journalOf(out).length, 10);
});

test('duplicates, intermediates and batches', async ({ folder }) => {
  await writePicture(join(folder, 'x.png'), 16);
  const words = ['run', 'x.png', '--steps', '2', '--seed', '7', '--duplicates', '3'];
  const one = await facewright(folder, [...words, '--out', 'one', '--batch', '1', '--save-intermediate']);
  assert.is(one.code, 0, one.stderr);
  const three = await facewright(folder, [...words, '--out', 'three', '--batch', '3']);
  assert.is(three.code, 0, three.stderr);
  assert.equal(readdirSync(join(folder, 'three')).sort(), [
    'run.jsonl',
    'x.target.png',
    'x_1.png',
    'x_2.png',
    'x_3.png',
  ]);
  const pictures = [1, 2, 3].map((k) => readFileSync(join(folder, 'one', `x_${k}.png`)));
  pictures.forEach((picture, i) => {
    assert.equal(readFileSync(join(folder, 'three', `x_${i + 1}.png`)), picture);
  });
  assert.not.equal(pictures[0], pictures[1]);
  assert.equal(readdirSync(join(folder, 'one', 'x_2', 'HR')), ['x_2_00.png', 'x_2_01.png']);
  assert.is(await sideOf(join(folder, 'one', 'x_2', 'HR', 'x_2_01.png')), tinyResolution);
  assert.is(await sideOf(join(folder, 'one', 'x_2', 'LR', 'x_2_01.png')), 16);
});

test("the original's spellings, its folders and its missing layers", async ({ folder }) => {
  mkdirSync(join(folder, 'input'));
  await writePicture(join(folder, 'input', 'x.png'), 32);
  const words =
    '-steps 2 -seed 0 -bad_noise_layers 17.9 -num_trainable_noise_layers 18 -opt_name sgd -lr_schedule fixed';
  const { code, stderr } = await facewright(folder, ['run', ...words.split(' ')]);
  assert.is(code, 0, stderr);
  const [line] = journalOf(join(folder, 'runs'));
  assert.is(line.output, 'x.png');
  assert.is(line.seed, 0);
  assert.equal(line.options['bad-noise'], [9]);
  assert.is(line.options.optimizer, 'sgd');
  assert.is(await sideOf(join(folder, 'runs', 'x.target.png')), 32);
});

test('files of other origin are left alone without --force', async ({ folder }) => {
  await writePicture(join(folder, 'x.jpg'), 16);
  mkdirSync(join(folder, 'out'));
  await writePicture(join(folder, 'out', 'x.png'), 20);
  const foreign = readFileSync(join(folder, 'out', 'x.png'));
  const words = ['run', 'x.jpg', '--out', 'out', '--steps', '1'];
  const refused = await facewright(folder, words);
  assert.is(refused.code, 2);
  assert.match(refused.stderr, /out\/x\.png: is there already, and facewright did not write it; .*--force/);
  assert.equal(readFileSync(join(folder, 'out', 'x.png')), foreign);
  assert.is((await facewright(folder, [...words, '--force'])).code, 0);
  assert.not.equal(readFileSync(join(folder, 'out', 'x.png')), foreign);
  // A run that was killed before it could note its files goes on over them.
  rmSync(join(folder, 'out', 'run.jsonl'));
  assert.is((await facewright(folder, words)).code, 0);
});

test('--start takes up saved latents', async ({ folder }) => {
  await writePicture(join(folder, 'x.png'), 16);
  const words = ['run', 'x.png', '--steps', '1', '--schedule', 'fixed', '--trace', '--seed', '1'];
  const first = await facewright(folder, [...words, '--out', 'a', '--save-latents', '--json']);
  assert.is(first.code, 0, first.stderr);
  const next = await facewright(folder, [...words, '--out', 'b', '--start', 'a/x.latents.safetensors', '--json']);
  assert.is(next.code, 0, next.stderr);
  const [a, b] = [first, next].map(({ stdout }) => JSON.parse(stdout) as { key: string; losses: { L2: number } });
  // The latents are those of the picture that was written, so the first step finds it again.
  assert.equal(b.losses, a.losses);
  assert.is.not(b.key, a.key);
  const tiled = await facewright(folder, [...words, '--out', 'c', '--tile', '--start', 'a/x.latents.safetensors']);
  assert.is(tiled.code, 2);
  assert.match(tiled.stderr, /v is \[1, 10, 512\], where a start for tiny is \[n, 1, 512\] with --tile/);
});

test('Ctrl-C keeps what is found, and the same command goes on', async ({ folder }) => {
  const words = ['run', 'in', '--out', 'out', '--steps', '400', '--batch', '1', '--json'];
  mkdirSync(join(folder, 'in'));
  for (const name of ['a', 'b', 'c']) await writePicture(join(folder, 'in', `${name}.png`), 16);
  let stopped = false;
  const first = await facewrightProcess(folder, [...words, ...onTiny], (child) => {
    if (!stopped) child.kill('SIGINT');
    stopped = true;
  });
  assert.is(first.code, 130, first.stderr);
  assert.match(first.stderr, /the same command goes on from here/);
  const before = journalOf(join(folder, 'out'));
  assert.ok(before.length >= 1 && before.length < 3);
  assert.not.ok(readdirSync(join(folder, 'out')).some((file) => file.endsWith('.tmp')));
  const next = await facewright(folder, words);
  assert.is(next.code, 0, next.stderr);
  const lines = journalOf(join(folder, 'out'));
  assert.equal(
    lines.map(({ output }) => output),
    ['a.png', 'b.png', 'c.png'],
  );
  assert.is(new Set(lines.map(({ seed }) => seed)).size, 1);
});

test('generate: seeds, the way between two, saved latents', async ({ folder }) => {
  const seeds = await facewright(
    folder,
    'generate --out faces --seeds 0,5-6 --truncation 0.7 --no-metadata'.split(' '),
  );
  assert.is(seeds.code, 0, seeds.stderr);
  const files = ['seed0000.png', 'seed0005.png', 'seed0006.png', 'sheet.png'];
  assert.equal(readdirSync(join(folder, 'faces')).sort(), files);
  assert.is(await sideOf(join(folder, 'faces', 'seed0005.png')), tinyResolution);
  const again = await facewright(folder, ['generate', '--out', 'faces', '--seeds', '5']);
  assert.is(again.code, 2);
  assert.match(again.stderr, /faces\/sheet\.png: is there already; .*--force/);

  const way = await facewright(
    folder,
    'generate --out way --interpolate 5 6 --frames 3 --truncation 0.7 --no-metadata --json'.split(' '),
  );
  assert.is(way.code, 0, way.stderr);
  assert.is(way.stdout.trim().split('\n').length, 3);
  const end = readFileSync(join(folder, 'way', 'frame0000.png'));
  assert.equal(end, readFileSync(join(folder, 'faces', 'seed0005.png')));
  assert.ok(existsSync(join(folder, 'way', 'frame0002.png')));

  await writePicture(join(folder, 'x.png'), 16);
  await facewright(folder, 'run x.png --out run --steps 1 --save-latents'.split(' '));
  const saved = await facewright(folder, 'generate --out saved --latents run/x.latents.safetensors'.split(' '));
  assert.is(saved.code, 0, saved.stderr);
  // One pass through the same network, but for where the compiler rounds: at most a step of 255 apart.
  const [a, b] = await Promise.all(
    ['run/x.png', 'saved/x.png'].map((file) => sharp(join(folder, file)).raw().toBuffer()),
  );
  assert.ok(a.every((value, i) => Math.abs(value - b[i]) <= 1));
});

test("generate: NumPy's seeds, and w to and from .npz", async ({ folder }) => {
  const words =
    'generate --out drawn --seeds 42 --rng numpy --truncation 0.7 --noise-seed 1 --save-npz --no-metadata --json'.split(
      ' ',
    );
  const drawn = await facewright(folder, words);
  assert.is(drawn.code, 0, drawn.stderr);
  const line = JSON.parse(drawn.stdout);
  assert.equal([line.seed, line.rng, line.npz, line.truncation_centre], [42, 'numpy', 'seed0042.latents.npz', 'prior']);
  const files = ['seed0042.latents.npz', 'seed0042.png', 'sheet.png'];
  assert.equal(readdirSync(join(folder, 'drawn')).sort(), files);
  const philox = await facewright(folder, 'generate --out other --seeds 42 --noise-seed 1 --truncation 0.7'.split(' '));
  assert.is(philox.code, 0, philox.stderr);
  const png = (name: string) => readFileSync(join(folder, name, 'seed0042.png'));
  assert.not.equal(png('drawn'), png('other'));

  // As it was drawn: the file is truncated already.
  const back = await facewright(
    folder,
    'generate --out back --latents drawn/seed0042.latents.npz --noise-seed 1 --no-metadata'.split(' '),
  );
  assert.is(back.code, 0, back.stderr);
  assert.equal(png('back'), png('drawn'));

  await writePicture(join(folder, 'y.png'), 16);
  const run = 'run y.png --out npz --steps 1 --save-npz --seed 1 --start drawn/seed0042.latents.npz'.split(' ');
  const first = await facewright(folder, run);
  assert.is(first.code, 0, first.stderr);
  const [found] = journalOf(join(folder, 'npz'));
  assert.is(found.npz, 'y.latents.npz');
  assert.match((await facewright(folder, run)).stderr, /nothing was left to do/);
  // A search of one step writes where it started.
  const [from, to] = ['drawn/seed0042', 'npz/y'].map((name) => readFileSync(join(folder, `${name}.latents.npz`)));
  const w = (bytes: Uint8Array) => parseNpz(bytes, 'w', () => true).get('w')!.data;
  assertClose('w', w(to), w(from), 1e-6);
});

test.run();
