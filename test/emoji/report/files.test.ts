import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { csv } from '../../../dist/emoji/report/csv.js';
import { earlierFiles, reportFiles } from '../../../dist/emoji/report/files.js';
import { makeReport } from '../../../dist/emoji/report/report.js';
import { found, label } from './made-up.js';

const test = suite('emoji/report/files');

test('CSV as RFC 4180 has it', () => {
  assert.is(
    csv([
      ['a', 'b, c', 'say "so"', 'two\nlines'],
      [1.5, -2, true, undefined],
      [Number.NaN, null, '', ' '],
    ]),
    'a,"b, c","say ""so""","two\nlines"\r\n1.5,-2,yes,\r\n,,, \r\n',
  );
});

test('no cell is a formula, but numbers stay numbers', () => {
  const [row] = csv([['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '=HYPERLINK("http://x","y")', -1]]).split('\r\n');
  assert.is(row, `'=1+1,'+1,'-1,'@SUM(A1),'\t=1,"'=HYPERLINK(""http://x"",""y"")",-1`);
});

const set = '=cmd|"x"!A1 </td><script>';
const lines = ['a', 'b', 'c'].flatMap((base) =>
  (['none', 'dark'] as const).map((tone) =>
    found({ emoji: label({ base, set, tone, name: `name, ${base}`, categories: ['x', 'y'] }), L2: 0.25 }),
  ),
);
const measured = new Map(
  lines.map(({ output }) => [output, { output, colourDifference: 2, angle: { target: 10, result: -5.5 } }]),
);
const files = reportFiles(makeReport('x', lines, measured), lines, measured);

test('a table: each figure with its interval, n and emoji', () => {
  const [head, row] = files.get('by-set-and-tone.csv')!.split('\r\n');
  assert.is(
    head.split(',').slice(0, 12).join(),
    'row,pictures,recognised,recognised_low,recognised_high,recognised_n,recognised_emoji,' +
      'within_eps,within_eps_low,within_eps_high,within_eps_n,within_eps_emoji',
  );
  // 3 / (3 + 1.96²)
  assert.ok(row.startsWith(`"'=cmd|""x""!A1 </td><script>, no tone",3,100,43.8503,100,3,3,0,0,56.1497,`), row);
  assert.match(row, /,0\.25,0\.25,0\.25,3,3,2,2,2,3,3,10,10,10,3,3,-15\.5,-15\.5,-15\.5,3,3$/);
});

test('a row for every result', () => {
  const rows = files.get('pictures.csv')!.trimEnd().split('\r\n');
  assert.is(rows.length, 7);
  const head = rows[0].split(',');
  // The names have commas in quotes: two more.
  const cells = rows[1].split(',');
  const at = (column: string) => cells[head.indexOf(column) + (head.indexOf(column) > head.indexOf('name') ? 1 : 0)];
  assert.equal(
    ['code_points', 'tone', 'categories', 'size', 'l2', 'within_eps', 'target_angle', 'angle_shift', 'spread'].map(at),
    ['a-none', 'none', 'x;y', '16', '0.25', 'no', '10', '-15.5', ''],
  );
});

test('the report as Markdown has names as text only', () => {
  const text = files.get('report.md')!;
  assert.not.match(text, /[^\\]<script/);
  assert.match(text, /\| =cmd\\\|"x"\\!A1 \\<\/td\\>\\<script\\>, no tone +\| +3 \| +100 % \(44 to 100\), n 3 \|/);
  assert.match(text, /!\[Recognised\]\(plots\/by-set-and-tone-recognised\.svg\)/);
  for (const [, file] of text.matchAll(/\]\((.*?)\)/g)) assert.ok(files.has(file), file);
});

test('report.json knows its files, and a hostile list names no others', () => {
  const text = files.get('report.json')!;
  assert.equal(new Set([...earlierFiles(text)!, 'report.json']), new Set(files.keys()));
  assert.not.match(text, /<svg/);
  const hostile = {
    ...JSON.parse(text),
    files: ['../run.jsonl', '/etc/x.csv', 'plots/../../a.svg', 'a.png', 7, 'b.csv'],
  };
  assert.equal(earlierFiles(JSON.stringify(hostile)), ['b.csv']);
  assert.is(earlierFiles('{"format":"other","files":["a.csv"]}'), undefined);
  assert.is(earlierFiles('nothing'), undefined);
});

test.run();
