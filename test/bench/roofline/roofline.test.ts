import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { logScale } from '../../../dist/bench/roofline/log-scale.js';
import { boxAt, overlap, placeLabels } from '../../../dist/bench/roofline/place.js';
import { rooflinePoints } from '../../../dist/bench/roofline/points.js';
import { roofline } from '../../../dist/bench/roofline/roofline.js';
import { ceilings, madeUp } from '../made-up.js';

const test = suite('bench/roofline');

const report = await madeUp();

test('an axis from one round number to another, its powers of ten at even distances', () => {
  const { low, high, ticks, at } = logScale([0.3, 40], { from: 100, to: 300 });
  assert.equal([low, high], [0.2, 50]);
  // Two powers of ten are few.
  assert.equal(
    ticks.map((tick) => Number(tick.toPrecision(3))),
    [0.2, 0.5, 1, 2, 5, 10, 20, 50],
  );
  assert.is(at(low), 100);
  assert.is(Math.round(at(high)), 300);
  assert.ok(Math.abs(at(10) - at(1) - (at(1) - at(0.1))) < 1e-9);
  const long = logScale([1e3, 9e11], { from: 400, to: 0 });
  assert.equal(
    long.ticks.map((tick) => Math.log10(tick)).map(Math.round),
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12].filter((power) => 10 ** power >= long.low && 10 ** power <= long.high),
  );
  assert.ok(long.at(1e3) > long.at(1e6), 'y runs upwards');
  // A single value has an axis, too.
  const alone = logScale([5], { from: 0, to: 1 });
  assert.ok(alone.low < 5 && alone.high > 5);
});

test('labels cover neither one another nor what is taken, and points only where there is no other place', () => {
  const within = boxAt(50, 50, 100, 100);
  const candidate = (x: number, cost: number) => ({ box: boxAt(x, 50, 10, 10), cost });
  const rest = { taken: [], avoided: [], within };
  assert.equal(
    placeLabels([[candidate(50, 0)], [candidate(50, 0), candidate(70, 1)], [candidate(52, 0)]], rest).map(
      (place) => place?.box.left,
    ),
    [45, 65, undefined],
  );
  assert.is(placeLabels([[candidate(50, 0)]], { ...rest, taken: [boxAt(50, 50, 1, 1)] })[0], undefined);
  const avoided = [boxAt(50, 50, 20, 20)];
  assert.is(placeLabels([[candidate(50, 0), candidate(80, 5)]], { ...rest, avoided })[0]?.cost, 5);
  assert.is(placeLabels([[candidate(50, 0)]], { ...rest, avoided })[0]?.cost, 0);
  assert.is(placeLabels([[candidate(98, 0)]], rest)[0], undefined, 'it would lie outside');
  assert.is(overlap(boxAt(0, 0, 10, 10), boxAt(8, 0, 10, 10)), 20);
});

test('points are what the figures say, and what has no operations is told', () => {
  const { points, families, left } = rooflinePoints(report);
  for (const { kernel, shape, intensity, speed, share } of points) {
    const figures = report.kernels.find((one) => one.kernel === kernel && one.shape === shape)!;
    assert.ok(Math.abs(intensity * figures.bytes - figures.flop) < 1e-6 * figures.flop);
    assert.ok(Math.abs(speed * figures.warm.median - figures.flop) < 1e-6 * figures.flop);
    assert.ok(Math.abs(share - figures.share) < 1e-12);
    assert.ok(speed < ceilings.fma && speed < ceilings.copy * intensity, `${kernel} ${shape} is above the roof`);
  }
  const shown = points.reduce((sum, { share }) => sum + share, 0);
  assert.ok(Math.abs(shown + left.share - 1) < 1e-9 && left.share > 0.01);
  assert.is(points.length + left.kernels, report.kernels.length);
  assert.ok(families.some(({ name }) => name === 'conv3x3') && families.some(({ name }) => name === 'products'));
  assert.equal(
    [...families].sort((a, b) => b.share - a.share),
    families,
  );
});

/** All texts of a plot but those that are turned, with their boxes by what a letter of DejaVu Sans has on average. */
function texts(svg: string): { said: string; left: number; right: number; top: number; bottom: number }[] {
  return [...svg.replace(/<g transform.*?<\/g>/g, '').matchAll(/<text ([^>]*)>([^<]*)</g)].map(
    ([, attributes, escaped]) => {
      const said = escaped.replace(/&[^;]*;/g, '?');
      const of = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1];
      const [x, y, size] = ['x', 'y', 'font-size'].map((name) => Number(of(` ?${name}`)));
      const width = 0.5 * size * said.length;
      const anchor = of('text-anchor');
      const left = anchor === 'end' ? x - width : anchor === 'middle' ? x - width / 2 : x;
      return { said, left, right: left + width, top: y - 0.8 * size, bottom: y };
    },
  );
}

test('a document that is drawn, in which no text covers another or is cut off', async () => {
  const hostile = '</text><script>alert(1)</script>&"\u0000';
  const strange = {
    ...report,
    head: {
      ...report.head,
      adapter: `${hostile} ${'a GPU with the longest of names '.repeat(6)}`,
      model: `${hostile}${'/folder'.repeat(40)}`,
    },
  };
  for (const one of [report, strange, await madeUp({ model: 'sg2-1024' })]) {
    const svg = roofline(one);
    const { width, height } = await sharp(Buffer.from(svg)).metadata();
    assert.is(width, 760);
    const all = texts(svg);
    for (const text of all) {
      assert.ok(text.left >= 0 && text.bottom < height && text.right < width + 8, `${text.said} is cut off`);
      const over = all.filter(
        (other) =>
          other !== text &&
          Math.min(text.right, other.right) - Math.max(text.left, other.left) > 1 &&
          Math.min(text.bottom, other.bottom) - Math.max(text.top, other.top) > 1,
      );
      assert.equal(
        over.map(({ said }) => `${text.said} over ${said}`),
        [],
      );
    }
    assert.not.match(svg, /<script|NaN|undefined|Infinity/);
    assert.match(svg, /multiply-adds: 8\.00 TFLOP\/s/);
    assert.match(svg, /copying: 320 GB\/s/);
    assert.match(svg, /Not shown: \d+ % of the step, in \d+ kernels/);
    assert.not.match(svg, /class="moved"/);
  }
});

test('kernels that only might run are not drawn, nor part of the step', () => {
  const [first] = report.kernels.filter(({ kernel }) => kernel === 'conv3x3_tiled');
  const might = {
    ...report,
    kernels: [...report.kernels, { ...first, kernel: 'conv3x3_new', alternative: true as const }],
  };
  assert.equal(rooflinePoints(might), rooflinePoints(report));
});

test('a report without a kernel whose operations are counted is a roof, and says so', () => {
  const svg = roofline({ ...report, kernels: report.kernels.filter(({ flop }) => flop === 0) });
  assert.match(svg, /Not shown: 100 % of the step/);
  assert.match(svg, /Not all kernels of a step were measured/);
  assert.not.match(svg, /NaN|undefined|Infinity/);
});

test('arrows from an older run, where a kernel has moved', async () => {
  const old = await madeUp({
    key: 'old',
    time: ({ kernel }, seconds) => seconds * (kernel === 'conv_up_tiled' ? 3 : 1),
  });
  const svg = roofline(report, old);
  const moved = report.kernels.filter(({ kernel }) => kernel === 'conv_up_tiled').length;
  assert.is(svg.match(/class="moved"/g)?.length, moved);
  assert.match(svg, new RegExp(`${moved} points moved`));
});

test.run();
