import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openEmojiSet } from '../../../dist/emoji/sets.js';
import { facewright, journalOf, newFolder } from '../command.js';
import { QUICK, weights } from './quick.js';

const test = suite('cli/emoji');

test('draws, crops, searches, and writes down what each picture is of', async () => {
  const folder = newFolder();
  const words = [
    'emoji',
    '🧔🏽 👩',
    '1f697',
    '--set',
    'openmoji',
    '--size',
    '16,32',
    '--seeds',
    '2',
    '-o',
    'out',
    ...QUICK,
  ];
  const first = await facewright(folder, words);
  assert.is(first.code, 0, first.stderr);
  assert.match(first.stdout, /openmoji 16 px +4 .* 2 +0$/m);
  assert.match(first.stderr, /no face recognised in 🚗 automobile \(openmoji\)/);
  const lines = journalOf(join(folder, 'out'));
  assert.is(lines.length, 12);
  const line = lines.find(({ output }) => output === '32/openmoji/person-medium-skin-tone-beard_2.png')!;
  assert.equal(line.emoji, {
    ...{ character: '🧔🏽', codePoints: '1f9d4-1f3fd', base: '1f9d4', tone: 'medium', order: line.emoji!.order },
    ...{ name: 'person: medium skin tone, beard', baseName: 'person: beard', group: 'people-body', subgroup: 'person' },
    ...{ categories: ['bearded', 'skin-colour'], set: 'openmoji', frame: 'face' },
    drawing: 'drawings/openmoji/person-medium-skin-tone-beard.png',
  });
  assert.is(line.status, 'done');
  for (const [file, side] of [
    [line.output, 64],
    [line.target!, 32],
    [line.emoji!.drawing!, 640],
  ] as const) {
    const { width, xmp } = await sharp(join(folder, 'out', file)).metadata();
    assert.is(width, side, file);
    assert.is(/trainedAlgorithmicMedia/.test(String(xmp)), side === 64 || side === 32, file);
  }
  const drawing = await sharp(join(folder, 'out', line.emoji!.drawing!)).metadata();
  assert.match(String(drawing.xmp), /OpenMoji, CC BY-SA 4\.0/);
  const failures = lines.filter(({ failure }) => failure === 'no-face');
  assert.is(failures.length, 4);
  assert.match(failures[0].error!, /no face found/);

  const again = await facewright(folder, words);
  assert.is(again.code, 0, again.stderr);
  assert.match(again.stderr, /nothing was left to do/);
  // What is known is not noted twice.
  assert.is(journalOf(join(folder, 'out')).length, 12);
  assert.is((await facewright(folder, [...words, '--strict'])).code, 3);
});

test('what a set lacks is said and noted, and the others go on', async () => {
  const folder = newFolder();
  const ended = await facewright(folder, [
    'emoji',
    '🫪',
    '🧔',
    '--set',
    'twemoji,openmoji',
    '-o',
    'out',
    '--frame',
    'art',
    ...QUICK,
  ]);
  assert.is(ended.code, 0, ended.stderr);
  assert.match(ended.stderr, /not in the set: 🫪 distorted face \(twemoji\)/);
  const lines = journalOf(join(folder, 'out'));
  assert.is(lines.filter(({ status }) => status === 'done').length, 3);
  const missing = lines.find(({ failure }) => failure === 'missing')!;
  assert.match(missing.error!, /@discordapp\/twemoji 16\.0\.\d+ has no 🫪 \(1faea, distorted face\)/);
  assert.ok(!existsSync(join(folder, 'out', 'aligned')), 'whole drawings need no search for faces');
});

test('a folder of drawings of one’s own is a set', async () => {
  const folder = newFolder();
  const disc = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><circle cx="2" cy="2" r="2" fill="#fc4"/></svg>`;
  writeFileSync(join(folder, '1f600.svg'), disc);
  const words = ['emoji', '1f600', '--set-dir', 'mine=.', '-o', 'out', '--frame', 'art', '--size', '8', ...QUICK];
  assert.is((await facewright(folder, words)).code, 0);
  const before = readFileSync(join(folder, 'out', '8/mine/grinning-face.target.png'));
  // Another drawing is drawn anew, and searched for anew.
  writeFileSync(join(folder, '1f600.svg'), disc.replace('#fc4', '#4cf'));
  const changed = await facewright(folder, words);
  assert.match(changed.stderr, /1 face written/);
  assert.not.equal(readFileSync(join(folder, 'out', '8/mine/grinning-face.target.png')), before);
});

test('says what it would do, and does none of it', async () => {
  const folder = newFolder();
  const ended = await facewright(folder, [
    'emoji',
    'vampires',
    '🫪',
    '--set',
    'twemoji',
    '--tones',
    'none,dark',
    '-o',
    'out',
    '--dry-run',
  ]);
  assert.is(ended.code, 0, ended.stderr);
  assert.match(ended.stdout, /🧛🏿‍♀️ .*woman vampire: dark skin tone/);
  assert.match(ended.stdout, /🫪 .*not in the set/);
  assert.match(ended.stdout, /7 drawings, 6 searches to do/);
  assert.equal(readdirSync(folder), []);
});

test('a picture of another run beside the line of this one is no result of it', async () => {
  const folder = newFolder();
  const words = ['emoji', '👩', '--set', 'openmoji', '--size', '16', '--frame', 'art', '-o', 'out', ...QUICK];
  const path = join(folder, 'out', '16/openmoji/woman.png');
  await facewright(folder, words);
  const [own, lines] = [readFileSync(path), readFileSync(join(folder, 'out', 'run.jsonl'))];
  await facewright(folder, [...words, '--seed', '2']);
  // As if the second run had been killed after it wrote the picture.
  writeFileSync(join(folder, 'out', 'run.jsonl'), lines);
  assert.not.equal(readFileSync(path), own);
  const again = await facewright(folder, words);
  assert.match(again.stderr, /1 face written/);
  assert.equal(readFileSync(path), own);
  // In a shard's journal, whatever its name, what was written last counts.
  await facewright(folder, [...words, '--seed', '2', '--shard', '1/1']);
  assert.match((await facewright(folder, words)).stderr, /1 face written/);
});

test('what was missing and then is there is looked at anew', async () => {
  const folder = newFolder();
  const disc = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><circle cx="2" cy="2" r="2"/></svg>';
  writeFileSync(join(folder, '1f600.svg'), disc);
  const words = ['emoji', '🚗', '--set-dir', 'mine=.', '-o', 'out', '--size', '8', ...QUICK];
  assert.match((await facewright(folder, words)).stderr, /not in the set: 🚗/);
  writeFileSync(join(folder, '1f697.svg'), (await (await openEmojiSet('openmoji')).picture('1f697'))!);
  assert.match((await facewright(folder, words)).stderr, /no face recognised in 🚗/);
  assert.equal(
    journalOf(join(folder, 'out')).map(({ failure }) => failure),
    ['missing', 'no-face'],
  );
});

test('a drawing that cannot be read fails alone', async () => {
  const folder = newFolder();
  for (const [name, text] of [
    ['1f600.svg', 'no picture'],
    ['1f601.svg', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"/>'],
  ]) {
    writeFileSync(join(folder, name), text);
  }
  const words = ['emoji', '😀😁', '--set-dir', 'mine=.', '-o', 'out', '--frame', 'art', '--size', '8', ...QUICK];
  const { code, stderr } = await facewright(folder, words);
  assert.is(code, 1, stderr);
  assert.match(stderr, /its picture of 😀 \(1f600\) cannot be drawn/);
  assert.match(stderr, /1 face written/);
});

test('refuses what cannot be', async () => {
  const folder = newFolder();
  for (const [words, why] of [
    [['--set', 'openmoji'], /no emoji: name some/],
    [['😀', '--all', '--set', 'openmoji'], /--all: is all emoji already/],
    [['😀'], /no set of drawings: choose some with --set, of openmoji/],
    [['😀', '--set', 'apple'], /--set apple: must be openmoji, fluent/],
    [['😀', '--set-dir', 'apple'], /--set-dir apple: must be NAME=FOLDER/],
    [['😀', '--set-dir', '../x=.'], /must be NAME=FOLDER/],
    [['🧔', '--set', 'openmoji', '--tones', 'mixed'], /--tones mixed: none of these emoji has such variants/],
    [['😀', '--set', 'openmoji', '--tones', 'pale'], /--tones pale: must be none, light/],
    [['😀', '--set', 'openmoji', '--size', '16,x'], /--size x: must be a whole number/],
    [['😀', '--set', 'openmoji', '--size', '16,48', ...QUICK], /48/],
    [['😀', '--set', 'openmoji', '--shard', '3/2'], /--shard 3\/2: must be I\/N/],
    [['grinn', '--set', 'openmoji'], /did you mean/],
  ] as const) {
    const ended = await facewright(folder, ['emoji', ...words, '-o', 'out']);
    assert.is(ended.code, 2, `${words.join(' ')}: ${ended.stderr}`);
    assert.match(ended.stderr, why);
    assert.ok(!existsSync(join(folder, 'out')), words.join(' '));
  }
  const shard = await facewright(folder, ['run', weights, '-o', 'out', '--shard', '1/2']);
  assert.match(shard.stderr, /shards have to agree on the seed; add --seed/);
});

test.run();
