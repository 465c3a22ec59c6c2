import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NormalSource } from '../../dist/pulse/ziggurat.js';

const test = suite('normal numbers in bulk');

const COUNT = 4_000_000;
const values = new NormalSource(3).next(COUNT);

test('have the moments of a normal distribution', () => {
  // Six standard errors of each: √(1, 2, 15, 96)/√n.
  const expected = [0, 1, 0, 3];
  const spread = [1, 2, 15, 96];
  for (const [index, moment] of expected.entries()) {
    let sum = 0;
    for (const x of values) sum += x ** (index + 1);
    const off = Math.abs(sum / COUNT - moment);
    assert.ok(off < 6 * Math.sqrt(spread[index] / COUNT), `moment ${index + 1} is off by ${off}`);
  }
});

test('lie below each bound as often as they should, in the tails too', () => {
  // Φ at these bounds: tables of the normal distribution.
  const table: [bound: number, share: number][] = [
    [-4, 3.167124183e-5],
    [-3.442619855899, 2.880542562e-4],
    [-2, 0.02275013195],
    [-1, 0.15865525393],
    [-0.25, 0.40129367432],
    [0, 0.5],
    [0.5, 0.69146246127],
    [1.5, 0.93319279873],
    [3, 0.99865010197],
    [4, 1 - 3.167124183e-5],
  ];
  for (const [bound, share] of table) {
    let below = 0;
    for (const x of values) if (x < bound) below++;
    const error = Math.sqrt((share * (1 - share)) / COUNT);
    assert.ok(Math.abs(below / COUNT - share) < 5 * error, `${below / COUNT} below ${bound}, not ${share}`);
  }
  const greatest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  assert.ok(greatest > 4.5 && greatest < 7, `${greatest} is the greatest`);
});

test('neighbours have nothing in common, and parts are the whole', () => {
  let product = 0;
  for (let i = 1; i < COUNT; i++) product += values[i] * values[i - 1];
  assert.ok(Math.abs(product / COUNT) < 5 / Math.sqrt(COUNT));
  const source = new NormalSource(3);
  const parts = [source.next(1000), source.next(1), source.next(3000)].flatMap((part) => [...part]);
  assert.equal(Float32Array.from(parts), values.slice(0, 4001));
  assert.not.equal(new NormalSource(4).next(10), values.slice(0, 10));
});

test.run();
