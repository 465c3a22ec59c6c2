// facewright animate on a folder as run --save-intermediate leaves it, and run --animate on a tiny generator.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodePng } from '../../../dist/image/write.js';
import { writeWholeFile } from '../../../dist/node/whole-file.js';
import type { JournalLine } from '../../../dist/results/journal.js';
import { resultFiles } from '../../../dist/runs/result-files.js';
import { engineSuite, quickestEngine } from '../../engines.js';
import { facewright, facewrightProcess, journalOf, newFolder, writePicture } from '../command.js';
import { writeTinyWeights } from '../tiny.js';

const FACE = 24;

async function writeGrey(path: string, side: number, grey: number): Promise<void> {
  const data = new Uint8Array(3 * side * side).fill(grey);
  await writeWholeFile(path, await encodePng({ data, width: side, height: side }, { creatorTool: 'facewright run' }));
}

interface Wanted {
  readonly name: string;
  /** A picture after each step; the target is of grey 200. */
  readonly greys: readonly number[];
  readonly size?: number;
  readonly duplicate?: number;
  readonly emoji?: object;
  readonly saved?: boolean;
}

/** Writes results as a run does, and their lines. */
async function writeRun(folder: string, wanted: readonly Wanted[]): Promise<void> {
  const lines: string[] = [];
  for (const { name, greys, size = 4, duplicate = 0, emoji, saved = true } of wanted) {
    const files = resultFiles(name, duplicate, greys.length);
    await writeGrey(join(folder, files.target), size, 200);
    await writeGrey(join(folder, files.image), FACE, greys.at(-1)!);
    for (const [step, grey] of saved ? greys.entries() : []) {
      await writeGrey(join(folder, files.intermediate(step).high), FACE, grey);
      await writeGrey(join(folder, files.intermediate(step).low), size, grey);
    }
    lines.push(
      JSON.stringify(
        lineOf({ output: files.image, target: files.target, steps: greys.length, size, duplicate, emoji }),
      ),
    );
  }
  writeFileSync(join(folder, 'run.jsonl'), `${lines.join('\n')}\n`);
}

function lineOf({ output, target, steps, size, duplicate, emoji }: Record<string, unknown>): JournalLine {
  return {
    ...{ v: 1, key: 'k', status: 'done', input: '../x.png', output, target, seed: 1, duplicate, restart: 0 },
    ...{ model: { name: 'm', sha256: '', licence: '' }, engine: 'native', adapter: 'a', options: { size }, steps },
    ...{ best_step: 0, losses: { L2: 0.1, TOTAL: 1 }, eps: 0.002, met: false, seconds: 1, emoji },
  } as JournalLine;
}

const test = suite<{ folder: string }>('cli: animate');
test.before.each((context) => {
  context.folder = newFolder();
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

const five = [0, 50, 50, 50, 250];

test('every result beside its face; equal steps are one frame', async ({ folder }) => {
  const out = join(folder, 'faces');
  await writeRun(out, [
    { name: 'a', greys: five },
    { name: 'sub/b', greys: [9, 99] },
    { name: 'c', greys: [1, 2], saved: false },
  ]);
  const { code, stdout, stderr } = await facewright(folder, ['animate', 'faces', '--side', '32']);
  assert.is(code, 0, stderr);
  assert.equal(stdout.trim().split('\n').sort(), ['faces/a.webp', 'faces/sub/b.webp']);
  assert.match(stderr, /1 result left out, whose steps were not saved/);
  assert.match(stderr, /2 animations written to faces in/);
  const { width, pageHeight, pages, delay, loop, xmp } = await sharp(join(out, 'a.webp'), {
    animated: true,
  }).metadata();
  assert.equal([width, pageHeight, pages, loop], [32, 32, 3, 0]);
  // 0.5 s for five steps at 20 frames a second: the middle steps are equal, the last one stays for 1.5 s.
  assert.is(
    delay!.reduce((a, b) => a + b),
    2000,
  );
  assert.ok(delay![1] > 3 * delay![0] - 100);
  assert.match(xmp!.toString(), /facewright animate.*trainedAlgorithmicMedia/s);
  // The same again overwrites its own.
  assert.is((await facewright(folder, ['animate', 'faces', 'a', '--quiet'])).code, 0);
});

test('names: as a shell completes them, by their last part, by the emoji', async ({ folder }) => {
  const emoji = { character: '🙂', codePoints: '1f642', name: 'slightly smiling face', set: 'noto' };
  await writeRun(join(folder, 'o'), [
    { name: '16/noto/smile', greys: five, emoji },
    { name: '16/noto/frown', greys: five },
  ]);
  for (const name of [
    'o/16/noto/smile.png',
    '16/noto/smile',
    'smile',
    'smile.png',
    '🙂',
    '1f642',
    'slightly smiling face',
  ]) {
    const { code, stdout, stderr } = await facewright(folder, ['animate', 'o', name, '--side', '16', '--json']);
    assert.is(code, 0, stderr);
    const line = JSON.parse(stdout) as Record<string, unknown>;
    assert.is(line.output, '16/noto/smile.webp');
    assert.equal(line.of, ['16/noto/smile.png']);
    assert.is(line.bytes, statSync(join(folder, 'o', '16/noto/smile.webp')).size);
  }
});

test('target, curve, intro: wider than a face alone, and the first frame shows the target', async ({ folder }) => {
  await writeRun(join(folder, 'o'), [{ name: 'a', greys: five }]);
  const words = 'animate o a --side 64 --target --curve --intro 1 --fps 10 --seconds 0.5 --hold 0 --loop 3 -o film.gif';
  const { code, stderr } = await facewright(folder, words.split(' '));
  assert.is(code, 0, stderr);
  const { width, delay, loop } = await sharp(join(folder, 'film.gif'), { animated: true }).metadata();
  assert.ok(width > 3 * 64);
  // The curve moves with every step, so none is equal to another.
  assert.equal(delay, [1000, 100, 100, 100, 100, 100]);
  assert.is(loop, 3);
  const { data, info } = await sharp(join(folder, 'film.gif'))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const middle = (cell: number) => data[(40 * info.width + 12 + cell * (64 + 6) + 32) * 3];
  assert.ok(Math.abs(middle(0) - 200) < 4 && Math.abs(middle(1) - 200) < 4);
});

test('sizes, sets and seeds beside each other', async ({ folder }) => {
  const emoji = { character: '🙂', codePoints: '1f642', name: 'slightly smiling face' };
  await writeRun(join(folder, 'o'), [
    ...[16, 32].flatMap((size) =>
      ['noto', 'openmoji'].map((set) => ({
        name: `${size}/${set}/smile`,
        greys: five,
        size: size / 4,
        emoji: { ...emoji, set },
      })),
    ),
    { name: '16/noto/alone', greys: five, size: 4 },
  ]);
  // Sizes as the folders say them: what a run notes is what it searched for.
  const journal = join(folder, 'o', 'run.jsonl');
  writeFileSync(
    journal,
    readFileSync(journal, 'utf8').replaceAll('"size":4', '"size":16').replaceAll('"size":8', '"size":32'),
  );
  const sizes = await facewright(folder, ['animate', 'o', '--beside', 'size', '--side', '64', '--json']);
  assert.is(sizes.code, 0, sizes.stderr);
  assert.equal(
    sizes.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { output: string }).output)
      .sort(),
    ['16+32/noto/smile.webp', '16+32/openmoji/smile.webp'],
  );
  const { width } = await sharp(join(folder, 'o/16+32/noto/smile.webp')).metadata();
  assert.is(width, 2 * 12 + 2 * 64 + 12);
  const sets = await facewright(folder, ['animate', 'o', '--beside', 'set', '--side', '16', '--out', 'sets']);
  assert.is(sets.code, 0, sets.stderr);
  assert.equal(readdirSync(join(folder, 'sets', '16')), ['noto+openmoji']);

  await writeRun(
    join(folder, 's'),
    [1, 2, 3].map((duplicate) => ({ name: 'x', greys: [duplicate, 9], duplicate })),
  );
  const seeds = await facewright(folder, ['animate', 's', '--beside', 'seed', '--side', '16', '--quiet']);
  assert.is(seeds.stdout, 's/x_1+2+3.webp\n', seeds.stderr);

  // What was the only one of a picture is the first of several; where there is another first, it stands alone.
  const kept = [0, 2, 3].map((duplicate) => ({ name: 'face_7', greys: [duplicate, 9], duplicate }));
  const apart = [0, 1, 2].map((duplicate) => ({ name: 'y', greys: [duplicate, 9], duplicate }));
  await writeRun(join(folder, 'k'), [...kept, ...apart]);
  const grown = await facewright(folder, ['animate', 'k', '--beside', 'seed', '--side', '16', '--quiet']);
  assert.is(grown.stdout, 'k/face_7_1+2+3.webp\nk/y_1+2.webp\n', grown.stderr);
});

test('several runs in one folder', async ({ folder }) => {
  for (const size of [16, 32]) await writeRun(join(folder, 'runs', `${size}px`), [{ name: 'a', greys: five, size }]);
  const { stdout, stderr } = await facewright(folder, ['animate', 'runs', '--beside', 'size', '--side', '16']);
  assert.is(stdout, 'runs/16+32px/a.webp\n', stderr);
  const two = await facewright(folder, 'animate runs 16px/a 32px/a --beside names --side 16 -o two.apng'.split(' '));
  assert.is(two.stdout, 'two.apng\n', two.stderr);
});

test('refusals: one sentence, nothing written', async ({ folder }) => {
  await writeRun(join(folder, 'o'), [
    { name: 'smile', greys: five },
    { name: 'frown', greys: five },
    { name: 'kept', greys: five, saved: false },
  ]);
  await writeRun(join(folder, 'none'), [{ name: 'a', greys: five, saved: false }]);
  await writeRun(join(folder, 'outside'), [{ name: 'a', greys: five }]);
  writeFileSync(
    join(folder, 'outside', 'run.jsonl'),
    `${JSON.stringify(lineOf({ output: '../o/smile.png', target: '../o/smile.target.png', steps: 5, size: 4, duplicate: 0 }))}\n`,
  );
  writeFileSync(join(folder, 'o', 'frown.gif'), 'not ours');
  const before = readdirSync(join(folder, 'o'));
  const refused: [words: string, message: RegExp][] = [
    ['animate', /no folder: .*facewright animate faces/],
    ['animate missing', /missing: cannot be read \(ENOENT\)/],
    ['animate none', /none: .*steps (were not )?saved; run it again with --save-intermediate, or with --animate webp/],
    ['animate o kept', /kept: its steps were not saved; run it again with --save-intermediate/],
    ['animate o smiel', /smiel: no result of o is called so; did you mean smile\?/],
    ['animate outside', /outside: its journal names \.\.\/o\/smile\.png, which lies outside/],
    ['animate o --format jpeg', /--format jpeg: must be webp, gif, apng, avif or mp4/],
    ['animate o --fps 60', /--fps 60: must be a whole number, from 1 to 50/],
    ['animate o --seconds 0', /--seconds 0: must be a number greater than 0/],
    ['animate o --hold -1', /--hold -1: must be a number that is 0 or more/],
    ['animate o --side 4000', /--side 4000: must be a whole number, from 16 to 1024/],
    ['animate o --loop 2 --format mp4', /--loop is for webp, gif and apng/],
    ['animate o -o x.gif', /--out x\.gif: is one file, and there are 2 animations/],
    ['animate o smile -o x.gif --format webp', /another format than --format webp/],
    ['animate o smile -o x.png', /an animation's name ends with \.webp, \.gif/],
    ['animate o --beside size', /--beside size: none of these results is there in several sizes/],
    ['animate o smile --beside names', /name two or more/],
    ['animate o smile frown --beside names', /say which file, for example --out beside\.webp/],
    ['animate o --format gif', /o\/frown\.gif: is there already, and facewright did not write it; .*--force/],
    ['animate o --besides size', /unknown option --besides; did you mean --beside\?/],
  ];
  for (const [words, message] of refused) {
    const { code, stderr } = await facewright(folder, words.split(' '));
    assert.match(stderr, message, words);
    assert.is(code, 2, words);
  }
  assert.equal(readdirSync(join(folder, 'o')), before);
  assert.is((await facewright(folder, ['animate', 'o', 'frown', '--format', 'gif', '--force'])).code, 0);
});

test('steps of another search, or damaged ones, are told; the others go on', async ({ folder }) => {
  await writeRun(join(folder, 'o'), [
    { name: 'a', greys: five },
    { name: 'b', greys: five },
    { name: 'c', greys: five },
  ]);
  await writeGrey(join(folder, 'o', 'a.png'), FACE, 77);
  writeFileSync(join(folder, 'o', 'b', 'HR', 'b_01.png'), 'cut');
  const { code, stdout, stderr } = await facewright(folder, ['animate', 'o', '--side', '16']);
  assert.is(code, 1);
  assert.is(stdout, 'o/c.webp\n');
  assert.match(stderr, /a: o\/a\.png: the pictures in a\/HR are of another search than the face; .*--force/);
  assert.match(stderr, /b: o\/b\/HR\/b_01\.png: /);
  assert.match(stderr, /2 of 3 failed/);
  assert.equal(
    readdirSync(join(folder, 'o')).filter((file) => /\.tmp$|[ab]\.webp$/.test(file)),
    [],
  );
});

test('hostile names', async ({ folder }) => {
  const names = ["a'; rm -rf $HOME; '", '-loop', '%03d', 'a\nb', 'ü🙂', 'x.webp', 'HR'];
  await writeRun(
    join(folder, 'o'),
    names.map((name) => ({ name, greys: five })),
  );
  for (const format of ['webp', 'gif', 'apng']) {
    const { code, stderr } = await facewright(folder, ['animate', 'o', '--format', format, '--side', '16', '--curve']);
    assert.is(code, 0, stderr);
    for (const name of names) assert.ok(existsSync(join(folder, 'o', `${name}.${format}`)));
  }
});

test('Ctrl-C ends it between two frames, and leaves no half file', async ({ folder }) => {
  const greys = Array.from({ length: 60 }, (_, i) => i);
  await writeRun(
    join(folder, 'o'),
    ['a', 'b', 'c', 'd'].map((name) => ({ name, greys })),
  );
  const words = ['animate', 'o', '--side', '400', '--curve'];
  const { code, stdout, stderr } = await facewrightProcess(folder, words, (child) => child.kill('SIGINT'));
  assert.is(code, 130, stderr);
  const written = stdout.trim().split('\n');
  assert.ok(written.length >= 1 && written.length < 4);
  assert.match(stderr, /stopped with \d of 4 done/);
  assert.equal(
    readdirSync(join(folder, 'o')).filter((file) => /\.(webp|tmp)$/.test(file)),
    written.map((path) => path.slice(2)),
  );
});
const runs = engineSuite<{ folder: string }>(quickestEngine, 'cli: run --animate');
const shared = newFolder();
let tiny: string[] = [];
runs.before(async () => {
  tiny = ['--model', await writeTinyWeights(shared), '--engine', quickestEngine.request.engine!];
});
runs.after(() => rmSync(shared, { recursive: true }));
runs.before.each((context) => {
  context.folder = newFolder();
});
runs.after.each(({ folder }) => rmSync(folder, { recursive: true }));

runs('the same as from saved steps, without keeping them; resumed as they are', async ({ folder }) => {
  for (const name of ['x', 'y']) await writePicture(join(folder, `${name}.png`), 16, name === 'x' ? '#c98' : '#653');
  const words = ['run', 'x.png', 'y.png', '--out', 'o', '--steps', '6', '--seed', '1', ...tiny];
  assert.is((await facewright(folder, words)).code, 0);
  const plain = readFileSync(join(folder, 'o', 'x.png'));
  // A finished result without its animation is searched again.
  const animated = await facewright(folder, [...words, '--animate', 'apng']);
  assert.is(animated.code, 0, animated.stderr);
  assert.equal(readdirSync(join(folder, 'o')).sort(), [
    ...['run.jsonl', 'x.apng', 'x.png', 'x.target.png', 'y.apng', 'y.png', 'y.target.png'],
  ]);
  assert.equal(readFileSync(join(folder, 'o', 'x.png')), plain);
  assert.is(journalOf(join(folder, 'o')).at(-1)!.animation, 'y.apng');
  const again = await facewright(folder, [...words, '--animate', 'apng']);
  assert.match(again.stderr, /2 results of 2 done before/);

  const saved = [...words.map((word) => (word === 'o' ? 'saved' : word)), '--save-intermediate'];
  assert.is((await facewright(folder, saved)).code, 0);
  const film = await facewright(folder, ['animate', 'saved', '--format', 'apng']);
  assert.is(film.code, 0, film.stderr);
  for (const name of ['x', 'y']) {
    const [a, b] = ['o', 'saved'].map((out) => readFileSync(join(folder, out, `${name}.apng`)).toString('latin1'));
    assert.is(a.replace('facewright run', 'facewright animate').slice(-3000), b.slice(-3000));
  }
  // What run wrote, animate may write anew.
  assert.is((await facewright(folder, ['animate', 'saved', 'x', '--format', 'apng', '--quiet'])).code, 0);
});

runs('with target and curve; refused with --restarts, strange words, foreign files', async ({ folder }) => {
  await writePicture(join(folder, 'x.png'), 16);
  const words = ['run', 'x.png', '--out', 'o', '--steps', '3', ...tiny];
  const refused: [string[], RegExp][] = [
    [['--animate', 'jpeg'], /--animate jpeg: must be webp, gif, apng, avif or mp4/],
    [['--animate', 'gif,sound'], /--animate gif,sound: after the format come target and curve, not sound/],
    [['--animate', 'gif', '--restarts', '2'], /--animate shows the way of one search; leave out --restarts/],
  ];
  for (const [more, message] of refused) {
    const { code, stderr } = await facewright(folder, [...words, ...more]);
    assert.match(stderr, message);
    assert.is(code, 2);
  }
  mkdirSync(join(folder, 'o'));
  writeFileSync(join(folder, 'o', 'x.gif'), 'GIF89a, but not ours');
  const foreign = await facewright(folder, [...words, '--animate', 'gif']);
  assert.is(foreign.code, 2);
  assert.match(foreign.stderr, /o\/x\.gif: is there already, and facewright did not write it/);
  const { code, stderr } = await facewright(folder, [...words, '--animate', 'webp,target,curve']);
  assert.is(code, 0, stderr);
  const { width, delay } = await sharp(join(folder, 'o', 'x.webp'), { animated: true }).metadata();
  assert.is(width, 2 * 16 + 3 * 256 + 2 * 8);
  assert.is(
    delay!.reduce((a, b) => a + b),
    1800,
  );
  // Its own file is in nobody's way.
  rmSync(join(folder, 'o', 'run.jsonl'));
  assert.is((await facewright(folder, [...words, '--animate', 'webp', '--seed', '2'])).code, 0);
});
test.run();
runs.run();
