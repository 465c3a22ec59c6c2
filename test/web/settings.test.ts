// The form: its texts become options that the command would take, or the command's own sentence about what cannot be.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultSearchOptions } from '../../dist/browser/index.js';
import {
  offeredSizes,
  readSettings,
  type Settings,
  settingsFor,
  usualSettings,
} from '../../dist-test/page/state/settings.js';
import { info } from './about.js';

const test = suite('web settings');
const usual = usualSettings(info);
const read = (changed: Partial<Settings>) => readSettings({ ...usual, ...changed }, info);

test('what stands there at first is what a search is by default', () => {
  const options = defaultSearchOptions(info.generator);
  assert.equal(readSettings(usual, info), { asked: { size: 16, seed: 0, restarts: 1, options } });
});

test('sizes that a target may have are offered', () => {
  assert.equal(offeredSizes(info), [4, 8, 16, 32, 64]);
});

test('what is typed is what is asked for', () => {
  const reading = read({ steps: ' 40', seed: '7', restarts: '3', eps: '1e-3', 'trainable-noise': '0', loss: 'L1' });
  assert.ok('asked' in reading);
  const { seed, restarts, options } = reading.asked;
  assert.equal([seed, restarts], [7, 3]);
  assert.equal([options.steps, options.eps, options.trainableNoise, options.loss], [40, 1e-3, 0, 'L1']);
});

for (const [changed, field, complaint] of [
  [{ steps: '0' }, 'steps', /^steps 0: must be a whole number, 1 or more; the default is 100$/],
  [{ steps: '' }, 'steps', /^steps '': must be a number$/],
  [{ eps: 'x' }, 'eps', /^eps 'x': must be a number$/],
  [{ eps: '-1' }, 'eps', /^eps -1: must be a number that is 0 or more/],
  [{ seed: '-1' }, 'seed', /^seed -1: must be a whole number, 0 or more$/],
  [{ seed: '0.5' }, 'seed', /^seed 0\.5: /],
  [{ restarts: '0' }, 'restarts', /^restarts 0: must be a whole number, 1 or more$/],
  [{ loss: '100*L3' }, 'loss', /^loss '100\*L3': has no term L3/],
  [{ 'trainable-noise': '7' }, 'trainable-noise', /^trainable noise 7: must be a whole number from 0 to 6/],
] as const) {
  test(`${JSON.stringify(changed)} is refused`, () => {
    const reading = read(changed);
    assert.ok('complaint' in reading);
    assert.match(reading.complaint, complaint);
    assert.is(reading.field, field);
  });
}

test('with another generator what it cannot have becomes what is usual', () => {
  const small = { ...info, generator: { ...info.generator, resolution: 16, noiseSides: [4, 4] } };
  const settings = settingsFor(small, { ...usual, seed: '5', size: '32', 'trainable-noise': '5' });
  assert.equal([settings.seed, settings.size, settings['trainable-noise']], ['5', '8', '2']);
  assert.equal(settingsFor(info, undefined), usual);
});

test.run();
