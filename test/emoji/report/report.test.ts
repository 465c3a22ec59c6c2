import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeReport } from '../../../dist/emoji/report/report.js';
import type { Measured, ReportData } from '../../../dist/emoji/report/report-data.js';
import type { EmojiLabel } from '../../../dist/results/emoji-label.js';
import type { JournalLine } from '../../../dist/results/journal.js';
import { failed, found, label } from './made-up.js';

const test = suite('emoji/report/report');

const bases = Array.from({ length: 8 }, (_, i) => `base-${i}`);
const near = (actual: number | undefined, expected: number) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) < 1e-9, `${actual} instead of ${expected}`);

const tableOf = (report: ReportData, key: string) => report.tables.find((table) => table.key === key)!;
const rowOf = (report: ReportData, key: string, name: string) =>
  tableOf(report, key).rows.find((row) => row.name === name)!;

/** Angles and differences that follow from the tone, as a generator of medium faces would have them. */
function measuredOf(lines: readonly JournalLine[]): Map<string, Measured> {
  const angles: Record<string, number> = { none: 25, light: 60, medium: 20, dark: -50 };
  return new Map(
    lines
      .filter(({ status }) => status === 'done')
      .map((line, i) => {
        const target = angles[line.emoji?.tone ?? 'none'] + (i % 3);
        const result = target / 2 + 10;
        return [line.output, { output: line.output, colourDifference: 5 + (i % 7), angle: { target, result } }];
      }),
  );
}

/** Eight emoji of two sets in three tones; noto's dark ones are not recognised, and openmoji lacks the last. */
const made = ['openmoji', 'noto'].flatMap((set) =>
  bases.flatMap((base, i) =>
    (['none', 'light', 'dark'] as const).map((tone, t) => {
      const subgroup = i < 4 ? 'person' : 'person-role';
      const emoji = label({ set, base, tone, subgroup, categories: i < 2 ? ['red-hair', 'old-age'] : [] });
      if (set === 'openmoji' && i === 7) return failed({ emoji, failure: 'missing' });
      if (set === 'noto' && tone === 'dark') return failed({ emoji, failure: 'no-face' });
      // A hard and an easy emoji differ by more than two tones do.
      return found({ emoji, L2: 0.001 + 0.01 * i + 0.002 * t });
    }),
  ),
);
const report = makeReport('some/folder', made, measuredOf(made));

test('rows with their numbers: what is missing is in no share, and what was not recognised in no mean', () => {
  assert.equal(
    report.tables.map(({ key }) => key),
    ['by-set-and-tone', 'by-category', 'by-subgroup', 'by-set', 'by-size', 'tones-against-none', 'tones-against-light'],
  );
  assert.equal(
    tableOf(report, 'by-set-and-tone').rows.map(({ name, n }) => [name, n]),
    [
      ['openmoji, no tone', 8],
      ['openmoji, light', 8],
      ['openmoji, dark', 8],
      ['noto, no tone', 8],
      ['noto, light', 8],
      ['noto, dark', 8],
    ],
  );
  const { figures } = rowOf(report, 'by-set-and-tone', 'openmoji, light');
  assert.equal([figures.recognised.value, figures.recognised.n, figures.recognised.emoji], [100, 7, 7]);
  // 0.003 + 0.01 · (0 + … + 6) / 7
  near(figures.l2.value, 0.033);
  assert.equal([figures.l2.n, figures.l2.emoji], [7, 7]);
  const dark = rowOf(report, 'by-set-and-tone', 'noto, dark').figures;
  assert.equal(Object.keys(dark), ['recognised']);
  assert.equal([dark.recognised.value, dark.recognised.n], [0, 8]);
  // 24 drawings of 8 emoji, 16 of them recognised.
  const noto = rowOf(report, 'by-set', 'noto').figures.recognised;
  assert.equal([Math.round(noto.value), noto.n, noto.emoji], [67, 24, 8]);
});

test('within eps counts results; in categories an emoji stands in each of its own', () => {
  const { figures } = rowOf(report, 'by-set-and-tone', 'openmoji, no tone');
  // 0.001 alone is within 0.002.
  near(figures.within_eps.value, 100 / 7);
  const categories = tableOf(report, 'by-category').rows;
  assert.equal(
    categories.map(({ name, n }) => [name, n]),
    [
      ['Old age', 12],
      ['Red hair', 12],
    ],
  );
});

test('differences from the same emoji know nothing of how hard it is', () => {
  const { figures } = rowOf(report, 'tones-against-none', 'light');
  near(figures.l2.value, 0.002);
  near(figures.l2.low, 0.002);
  assert.equal([figures.l2.n, figures.l2.emoji], [15, 8]);
  const dark = rowOf(report, 'tones-against-none', 'dark').figures;
  near(dark.l2.value, 0.004);
  assert.is(dark.l2.n, 7);
  // Openmoji's seven are recognised in both tones; noto's eight in one.
  near(dark.recognised.value, (-100 * 8) / 15);
  assert.ok(dark.recognised.high < 0);
  // Beside it the rows of single pictures overlap.
  const single = ['no tone', 'light', 'dark'].map((tone) => rowOf(report, 'by-set-and-tone', `openmoji, ${tone}`));
  assert.ok(single[0].figures.l2.high > single[2].figures.l2.low);
});

test('the sentences name what is apart, say what is not, and whom it is about', () => {
  const { reading } = tableOf(report, 'by-set-and-tone');
  assert.match(
    reading,
    /Recognised is higher in noto, no tone \(100 %, 68 to 100\) than in noto, dark \(0 %, 0 to 32\)/,
  );
  assert.match(reading, /In Within eps, L2 and Colour difference the intervals of all rows overlap/);
  assert.match(reading, /larger \(lighter, or less yellow\) in openmoji, dark, and smaller \(darker\) in .*light/);
  assert.match(reading, /over the 8 emoji of these drawings and not over people; .*demo-128 was trained on/);
  assert.match(reading, /15 of the 37 results with an angle are of emoji without a skin tone, most of them yellow/);
  assert.match(reading, /What is recognised is up to the detector/);
  const paired = tableOf(report, 'tones-against-none').reading;
  assert.match(paired, /L2 is higher in dark \(0\.0040, [^)]+\), light \(0\.0020/);
  assert.match(paired, /lower in dark \(−53 %/);
  assert.match(paired, /a difference of angles is one from yellow to skin/);
  const same = makeReport('x', made.slice(0, 12), new Map());
  assert.match(tableOf(same, 'by-set-and-tone').reading, /no difference between rows is shown/);
  assert.match(report.about.join('\n'), /3 missing in their sets and 8 without a face that was recognised/);
});

test('seeds and sizes of one drawing are one drawing to recognise, and several results', () => {
  const emoji = bases.slice(0, 3).map((base) => label({ base }));
  const lines = emoji.flatMap((each) =>
    [16, 32].flatMap((size) => [1, 2].map((duplicate) => found({ emoji: each, size, duplicate, L2: size / 1000 }))),
  );
  const measured = new Map(lines.map(({ output }, i) => [output, i % 2 === 0 ? { output, spread: 0.1 } : { output }]));
  const sized = makeReport('x', lines, measured);
  assert.equal(
    tableOf(sized, 'by-size').rows.map(({ name, n, figures }) => [
      name,
      n,
      figures.recognised.n,
      figures.l2.n,
      figures.l2.emoji,
      figures.spread.n,
    ]),
    [
      ['16 px', 6, 3, 6, 3, 3],
      ['32 px', 6, 3, 6, 3, 3],
      ['all', 12, 3, 12, 3, 6],
    ],
  );
  near(rowOf(sized, 'by-size', '16 px').figures.l2.value, 0.016);
});

test('a drawing without a face is one picture of a row, however many sizes and seeds were asked for', () => {
  const lines = [16, 32].flatMap((size) =>
    [1, 2].flatMap((duplicate) => {
      const options = { loss: '100*L2', size };
      const without = { emoji: label({ base: 'tree' }), failure: 'no-face', error: 'no face', duplicate } as const;
      return [found({ emoji: label({ base: 'face' }), size, duplicate }), failed({ ...without, options })];
    }),
  );
  assert.equal(
    tableOf(makeReport('x', lines, new Map()), 'by-size').rows.map(({ name, n, figures }) => [
      name,
      n,
      figures.recognised.n,
    ]),
    [
      ['16 px', 3, 2],
      ['32 px', 3, 2],
      ['all', 5, 2],
    ],
  );
});

test('intervals of what cannot be less than 0 end there', () => {
  const lines = [0.001, 0.2].map((L2) => found({ L2 }));
  const { low, high } = makeReport('x', lines, new Map()).tables[0].rows[0].figures.l2;
  assert.is(low, 0);
  assert.ok(high > 1);
});

test('a run of pictures that are no emoji: one table, by size', () => {
  const lines = [0.001, 0.002, 0.003].map((L2) => found({ L2 }));
  const plain = makeReport('faces', lines, new Map());
  assert.equal(
    plain.tables.map(({ key, rows }) => [key, rows.map(({ name }) => name)]),
    [['by-size', ['16 px']]],
  );
  assert.equal(
    plain.measures.map(({ key }) => key),
    ['within_eps', 'l2'],
  );
  near(plain.tables[0].rows[0].figures.l2.value, 0.002);
  assert.match(plain.tables[0].reading, /over the 3 pictures and not over people/);
  assert.not.match(plain.about.join(' '), /emoji by/);
});

test('one emoji alone has no mean, and the sentence says why', () => {
  const lines = [1, 2, 3].map((duplicate) => found({ emoji: label({}), duplicate }));
  const { tables } = makeReport('x', lines, new Map());
  assert.equal(Object.keys(tables[0].rows[0].figures), ['recognised', 'within_eps']);
  assert.match(tables[0].reading, /1 row has results for a single emoji/);
});

test('whole drawings have not been looked at for faces; what failed otherwise says nothing of them', () => {
  const lines = [
    ...bases.map((base) => found({ emoji: label({ base, frame: 'art' }) })),
    failed({ emoji: label({ base: 'x', frame: 'face' } satisfies Partial<EmojiLabel>), error: 'out of memory' }),
  ];
  const { tables } = makeReport('x', lines, new Map());
  assert.is(tables[0].rows[0].figures.recognised, undefined);
});

test('nothing was found at all: there is a report, and nothing in it', () => {
  const { tables, measures, about } = makeReport('x', [failed({ error: 'no' }), failed({ error: 'no' })], new Map());
  assert.equal(measures, []);
  assert.equal(tables[0].plots, []);
  assert.match(about.join('\n'), /0 results for 2 pictures\n.*2 failed for another reason/);
});

test.run();
