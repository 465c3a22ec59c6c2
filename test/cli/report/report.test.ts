// facewright report from outside, on folders that the tests make.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reportText } from '../../../dist/cli/report/report.js';
import type { ReportData } from '../../../dist/emoji/report/report-data.js';
import type { JournalLine } from '../../../dist/results/journal.js';
import { failed, found, label, writeSquare } from '../../emoji/report/made-up.js';
import { facewright, newFolder } from '../command.js';

const test = suite('cli/report');
const folder = newFolder();
process.on('exit', () => rmSync(folder, { recursive: true }));

/** A folder as `facewright emoji` writes it: five emoji of two sets, with and without a tone, two seeds each. */
async function emojiFolder(name: string): Promise<string> {
  const out = join(folder, name);
  const lines: JournalLine[] = [];
  for (const set of ['openmoji', 'noto']) {
    for (let i = 0; i < 5; i++) {
      for (const tone of ['none', 'dark'] as const) {
        const emoji = label({ set, base: `1f9d${i}`, tone, categories: ['bearded'] });
        if (set === 'noto' && i === 0) {
          lines.push(failed({ emoji, failure: 'no-face', error: 'no face', output: `16/${set}/${i}-${tone}.png` }));
          continue;
        }
        const target = `16/${set}/${i}-${tone}.target.png`;
        const skin = tone === 'dark' ? ([110, 70, 50] as const) : ([255, 200, 60] as const);
        await writeSquare(join(out, target), 16, () => skin);
        for (const duplicate of [1, 2]) {
          const output = `16/${set}/${i}-${tone}_${duplicate}.png`;
          await writeSquare(join(out, output), 32, () => [150 + 10 * i, 110, 80 + 5 * duplicate]);
          lines.push(found({ emoji, target, output, duplicate, L2: 0.01 + i / 1000 }));
        }
      }
    }
  }
  writeFileSync(join(out, 'run.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return out;
}

test('writes everything beside the run, and tells where', async () => {
  await emojiFolder('emoji');
  const { code, stdout, stderr } = await facewright(folder, ['report', 'emoji']);
  assert.is(code, 0, stderr);
  assert.match(stdout, /^By set and skin tone +recognised +n +within eps +n/);
  assert.match(stdout, /\nopenmoji, dark +100 % +57 to 100 +5 /);
  assert.match(stdout, /\nnoto, no tone +80 % +38 to 96 +5 /);
  for (const line of stdout.split('\n')) assert.ok([...line].length <= 100, line);
  assert.match(
    stderr,
    /emoji\/report\/report\.md: 4 tables of 38 results, .*; beside it report\.json, CSV files and \d+ plots/,
  );
  assert.equal(readdirSync(join(folder, 'emoji', 'report')).sort(), [
    'by-set-and-tone.csv',
    'by-set.csv',
    'by-size.csv',
    'pictures.csv',
    'plots',
    'report.json',
    'report.md',
    'tones-against-none.csv',
  ]);
  const pictures = readFileSync(join(folder, 'emoji', 'report', 'pictures.csv'), 'utf8');
  assert.is(pictures.trimEnd().split('\r\n').length, 39);
});

test('--json prints what report.json says; --quiet nothing else', async () => {
  const { code, stdout, stderr } = await facewright(folder, ['report', 'emoji', '--json', '--quiet', '--out', 'other']);
  assert.is(code, 0);
  assert.is(stderr, '');
  const { files, ...written } = JSON.parse(readFileSync(join(folder, 'other', 'report.json'), 'utf8'));
  assert.equal(JSON.parse(stdout), written);
  assert.ok(files.includes('report.md'));
  const none = written.tables[0].rows.find(({ name }: { name: string }) => name === 'openmoji, no tone');
  assert.is(none.figures.colour_difference.n, 10);
  assert.is(none.figures.spread.n, 5);
  // Five greys between the seeds in the blue channel alone: 5/255 / √2, of three channels.
  assert.ok(Math.abs(none.figures.spread.value - 5 / 255 / Math.sqrt(2) / Math.sqrt(3)) < 1e-9);
});

test('what an earlier report wrote and this one does not is taken away, and nothing else', async () => {
  const out = await emojiFolder('twice');
  await facewright(folder, ['report', 'twice']);
  const journal = join(out, 'run.jsonl');
  const openmoji = readFileSync(journal, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"openmoji"'));
  writeFileSync(journal, `${openmoji.join('\n')}\n`);
  writeFileSync(join(out, 'report', 'mine.csv'), 'mine');
  const { code } = await facewright(folder, ['report', 'twice']);
  assert.is(code, 0);
  assert.not.ok(existsSync(join(out, 'report', 'by-set.csv')));
  assert.not.ok(readdirSync(join(out, 'report', 'plots')).some((file) => file.startsWith('by-set-l2')));
  assert.is(readFileSync(join(out, 'report', 'mine.csv'), 'utf8'), 'mine');
});

test('files of other origin stay, unless that is forced', async () => {
  mkdirSync(join(folder, 'mine'));
  writeFileSync(join(folder, 'mine', 'report.md'), 'my own');
  const words = ['report', 'emoji', '--out', 'mine', '--quiet'];
  const refused = await facewright(folder, words);
  assert.is(refused.code, 2);
  assert.match(refused.stderr, /^facewright: mine\/report\.md: is there already, .*--force\n$/);
  assert.equal(readdirSync(join(folder, 'mine')), ['report.md']);
  assert.is((await facewright(folder, [...words, '--force'])).code, 0);
  assert.match(readFileSync(join(folder, 'mine', 'report.md'), 'utf8'), /^# What the pictures say/);
});

test('a picture that cannot be read is told; the report is made without it', async () => {
  const out = await emojiFolder('damaged');
  writeFileSync(join(out, '16/openmoji/1-dark_1.png'), 'no picture');
  const { code, stderr } = await facewright(folder, ['report', 'damaged']);
  assert.is(code, 1);
  assert.match(stderr, /damaged\/16\/openmoji\/1-dark_1\.png: /);
  assert.match(stderr, /1 picture could not be read and is left out/);
  const text = readFileSync(join(out, 'report', 'report.md'), 'utf8');
  assert.match(text, /Colours were measured in 35 of them/);
});

test('a plain run, of pictures that are no emoji', async () => {
  const out = join(folder, 'plain');
  const lines = [0.001, 0.002, 0.004].map((L2) => found({ L2 }));
  for (const { output, target } of lines) {
    await writeSquare(join(out, output), 32, () => [200, 150, 120]);
    await writeSquare(join(out, target!), 16, () => [180, 140, 110]);
  }
  writeFileSync(join(out, 'run.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const { code, stdout } = await facewright(folder, ['report', '--', 'plain']);
  assert.is(code, 0);
  assert.match(stdout, /^By size +within eps/);
  assert.match(stdout, /\n16 px +67 % +21 to 94 +3 /);
});

test('the table goes on below itself where the terminal is narrow', () => {
  const figure = { value: 1, low: 0.5, high: 1.5, n: 3, emoji: 3 };
  const keys = ['one', 'two', 'three'];
  const report: ReportData = {
    about: [],
    measures: keys.map((key) => ({ key, title: `Measure ${key}`, unit: '', decimals: 1, explanation: '' })),
    tables: [
      {
        key: 'by-set',
        title: 'By set',
        rows: ['a set', 'a set with a name that is far too long for so narrow a table'].map((name) => ({
          name,
          n: 3,
          figures: Object.fromEntries(keys.map((key) => [key, figure])),
        })),
        plots: [],
        reading: '',
      },
    ],
  };
  const wide = reportText(report, 140);
  const narrow = reportText(report, 60);
  assert.is(wide.match(/By set/g)!.length, 1);
  assert.is(narrow.match(/By set/g)!.length, 3);
  for (const text of [wide, narrow]) assert.is(text.match(/0\.5 to 1\.5/g)!.length, 6);
  for (const line of narrow.split('\n').slice(0, -1)) assert.ok([...line].length <= 60, line);
});

test.run();
