import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { resultFiles } from '../../dist/runs/result-files.js';

const test = suite('cli/names');

test('the files of a result', () => {
  const one = resultFiles('sub/x', 0, 100);
  assert.is(one.image, 'sub/x.png');
  assert.is(one.target, 'sub/x.target.png');
  assert.is(one.latents, 'sub/x.latents.safetensors');
  assert.equal(one.intermediate(0), { high: 'sub/x/HR/x_00.png', low: 'sub/x/LR/x_00.png' });
  const second = resultFiles('x', 2, 1001);
  assert.is(second.image, 'x_2.png');
  assert.is(second.animation('gif'), 'x_2.gif');
  assert.is(second.target, 'x.target.png');
  assert.equal(second.intermediate(7), { high: 'x_2/HR/x_2_0007.png', low: 'x_2/LR/x_2_0007.png' });
});

test.run();
