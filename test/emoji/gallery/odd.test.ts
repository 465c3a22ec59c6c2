import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { oddReasons, outerFence } from '../../../dist/emoji/gallery/odd.js';

const test = suite('emoji/gallery/odd');

/** Twelve values from 1 to 12 thousandths: quartiles 3.75 and 9.25, outer fence 9.25 + 3 · 5.5 = 25.75. */
const twelve = Array.from({ length: 12 }, (_, i) => ({ output: `${i}.png`, size: 16, L2: (i + 1) / 1000 }));

test('the fence is three interquartile ranges above the third quartile', () => {
  assert.ok(Math.abs(outerFence(twelve.map(({ L2 }) => L2 * 1000)) - 25.75) < 1e-9);
  assert.is(outerFence([5, 5, 5]), 5);
});

test('what is beyond it is odd, with the figures in its reason', () => {
  // With a thirteenth the quartiles are 4 and 10, and the fence is at 28.
  const far = { output: 'far.png', size: 16, L2: 0.029 };
  const near = { output: 'near.png', size: 16, L2: 0.0279 };
  assert.equal([...oddReasons([...twelve, far]).keys()], ['far.png']);
  assert.match(oddReasons([...twelve, far]).get('far.png')![0], /L2 of 0\.02900 .* 13 results at 16 px is at 0\.02800/);
  assert.is(oddReasons([...twelve, near]).size, 0);
});

test('sizes are not compared, and few results say nothing', () => {
  assert.is(oddReasons([...twelve, { output: 'other.png', size: 32, L2: 1 }]).size, 0);
  assert.is(oddReasons([...twelve.slice(2), { output: 'far.png', size: 16, L2: 1 }]).size, 0);
});

test('colours count where they were measured', () => {
  const measured = new Map(twelve.map(({ output }, i) => [output, { colourDifference: i === 3 ? 80 : 5 + i / 10 }]));
  const reasons = oddReasons(twelve, measured);
  assert.equal([...reasons.keys()], ['3.png']);
  assert.match(reasons.get('3.png')![0], /differ .* by 80\.0 \(CIEDE2000\)/);
});

test.run();
