import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { roundStep, scaleOf } from '../../../dist/emoji/report/axis.js';
import { type Plot, plot } from '../../../dist/emoji/report/plot.js';

const test = suite('emoji/report/plot');

const measure = { title: 'L2', unit: '', decimals: 3 };
const figure = (value: number, reach = 1, emoji = 9) => ({
  value,
  low: value - reach,
  high: value + reach,
  n: 1234,
  emoji,
});

test('ticks at round numbers around all values', () => {
  const place = { from: 100, to: 300 };
  const { ticks, decimals, at } = scaleOf([figure(3.2), figure(7)], { from: 0 }, place);
  assert.equal(ticks, [0, 2, 4, 6, 8]);
  assert.is(decimals, 0);
  assert.equal(at(4), { x: 200, beyond: false });
  assert.equal(at(9), { x: 300, beyond: true });
  assert.equal(
    [0.3, 0.1, 0.11, 2, 2.01, 600].map((step) => Number(roundStep(step).toPrecision(3))),
    [0.5, 0.1, 0.2, 2, 5, 1000],
  );
  assert.equal(
    scaleOf([figure(-0.012, 0.01)], { from: 0, to: 0 }, place).ticks.map((tick) => Number(tick.toFixed(6))),
    [-0.025, -0.02, -0.015, -0.01, -0.005, 0],
  );
  // Nothing but one number, and none with a width.
  for (const value of [0, 5, -5]) {
    const alone = scaleOf([{ value, low: value, high: value, n: 2, emoji: 9 }], {}, place);
    assert.ok(alone.ticks.length > 1 && Number.isFinite(alone.at(value).x));
  }
});

test('rows of few emoji do not stretch the axis: their intervals end in an arrow', () => {
  const { at } = scaleOf([figure(5), figure(4, 1000, 2)], { from: 0 }, { from: 0, to: 100 });
  assert.ok(at(1004).beyond && at(-996).beyond && !at(6).beyond);
});

const hostile = '</text><script>alert(1)</script>&"\'\u0000\u001b';
const plots: Plot = {
  id: 'by-set-l2',
  title: `L2 ${hostile}`,
  measure,
  rows: [
    ...Array.from({ length: 40 }, (_, i) => ({ name: `row ${i}`, figure: figure(i) })),
    { name: `set ${hostile}, no tone`, heading: { name: `set ${hostile}`, label: 'no tone' }, figure: figure(3) },
    { name: 'the longest of names '.repeat(9).trim(), figure: figure(4) },
    { name: 'not measured', figure: undefined },
  ],
};

test('a whole document that is drawn, with a title and every number in words', async () => {
  const svg = plot(plots);
  const { width, height } = await sharp(Buffer.from(svg)).metadata();
  assert.is(width, 760);
  assert.ok(height > 41 * 22);
  assert.match(svg, /^<svg [^>]*role="img" aria-labelledby="by-set-l2-title" aria-describedby="by-set-l2-desc"/);
  assert.match(svg, /<desc id="by-set-l2-desc">[^<]*row 39: 39\.000 \(38\.000 to 40\.000\)/);
  assert.match(svg, />1,234</);
  assert.not.match(svg, /not measured|NaN|undefined|Infinity/);
});

test('names are text, whatever is in them', () => {
  const svg = plot(plots);
  assert.not.match(svg, /<script/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  assert.not.match(svg, /[\u0000\u001b]/);
  assert.ok(svg.includes('&lt;script&gt;'));
});

test('its styles reach nothing else in a page', () => {
  const [, style] = /<style>(.*?)<\/style>/s.exec(plot(plots))!;
  const selectors = style.replace(/@media\([^)]*\)\{(.*)\}$/, '$1').match(/[^{}]+(?=\{)/g)!;
  for (const selector of selectors) assert.match(selector, /^\.fw-plot/);
});

test.run();
