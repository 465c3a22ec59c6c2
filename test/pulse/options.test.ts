import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  checkSearchOptions,
  checkTargetSize,
  defaultSearchOptions,
  parseLoss,
  type SearchOptions,
  targetSizes,
} from '../../dist/pulse/options.js';
import { type ScheduleName, scheduleFactor } from '../../dist/pulse/schedule.js';
import { goldenTest } from '../goldens.js';

const info = { name: 'demo-128', resolution: 128, noiseSides: Array(12).fill(4), badNoise: [11] };

const loss = suite('pulse/options: the loss');

const readable: [string, [string, number][]][] = [
  [
    '100*L2+0.05*GEOCROSS',
    [
      ['L2', 100],
      ['GEOCROSS', 0.05],
    ],
  ],
  ['L2', [['L2', 1]]],
  [
    ' 1 * L1 + GEOCROSS ',
    [
      ['L1', 1],
      ['GEOCROSS', 1],
    ],
  ],
  [
    '1e2*L2+5E-2*GEOCROSS',
    [
      ['L2', 100],
      ['GEOCROSS', 0.05],
    ],
  ],
  ['1e+2*L2', [['L2', 100]]],
  ['.5*L2', [['L2', 0.5]]],
  ['2.*L2', [['L2', 2]]],
  [
    'L2+2*L2+GEOCROSS+3*L2',
    [
      ['L2', 6],
      ['GEOCROSS', 1],
    ],
  ],
  [
    '100*L2+0*GEOCROSS',
    [
      ['L2', 100],
      ['GEOCROSS', 0],
    ],
  ],
];
for (const [text, terms] of readable) {
  loss(`reads '${text}'`, () => {
    assert.equal(
      parseLoss(text),
      terms.map(([term, weight]) => ({ term, weight })),
    );
  });
}

const unreadable: [string, RegExp][] = [
  ['100*L3', /loss '100\*L3': has no term L3; .*L2, L1 and GEOCROSS/],
  ['100*l2', /has no term l2 \(did you mean L2\?\)/],
  ['', /is empty/],
  ['  ', /is empty/],
  ['100*L2+', /ends with a \+/],
  ['+L2', /cannot be read/],
  ['L2++L1', /cannot be read/],
  ['100', /cannot be read from '100' on/],
  ['L2*100', /cannot be read from '\*100' on/],
  ['100*L2-0.05*GEOCROSS', /cannot be read from '-0.05\*GEOCROSS' on/],
  ['-1*L2', /the weight -1 of L2 must be a finite number/],
  ['nan*L2', /the weight nan of L2/],
  ['1e999*L2', /the weight 1e999 of L2/],
  ['inf*L2', /the weight inf of L2/],
  ['0*L2', /no weight above 0/],
  ['100*L2,L1', /cannot be read from ',L1' on/],
];
for (const [text, message] of unreadable) {
  loss(`refuses '${text}'`, () => assert.throws(() => parseLoss(text), message));
}
loss.run();

const options = suite('pulse/options: what options may be');

options('the defaults hold', () => {
  checkSearchOptions(defaultSearchOptions(info), info, 16);
  assert.equal(defaultSearchOptions({ ...info, noiseSides: [4, 4, 8, 8], badNoise: [3] }).trainableNoise, 4);
});

const wrong: [Partial<SearchOptions>, RegExp][] = [
  [{ eps: -1 }, /^eps -1: must be/],
  [{ eps: Number.NaN }, /^eps NaN/],
  [{ steps: 0 }, /^steps 0: must be a whole number, 1 or more/],
  [{ steps: 2.5 }, /^steps 2.5/],
  [{ learningRate: 0 }, /^learning rate 0/],
  [{ trainableNoise: 13 }, /from 0 to 12/],
  [{ badNoise: [3, 12] }, /^bad noise 12: demo-128 has 12 noise maps, which are counted from 0 to 11/],
  [{ badNoise: [-1] }, /^bad noise -1/],
  [{ optimizer: 'lbfgs' as 'adam' }, /^optimizer 'lbfgs': must be one of sgd, sgdm, adam and adamax/],
  [{ noise: 'pink' as 'zero' }, /^noise 'pink'/],
  [{ schedule: 'cosine' as 'fixed' }, /^schedule 'cosine'/],
];
for (const [change, message] of wrong) {
  options(`refuses ${JSON.stringify(change)}`, () => {
    assert.throws(() => checkSearchOptions({ ...defaultSearchOptions(info), ...change }, info, 16), message);
  });
}

options('knows the sizes of targets', () => {
  assert.equal(targetSizes(128), [1, 2, 4, 8, 16, 32, 64]);
  for (const size of [24, 128, 256, 0, -16, 1.5, Number.NaN]) {
    assert.throws(() => checkTargetSize(size, info), /choose one of 4, 8, 16, 32, 64/);
  }
});
options.run();

const schedule = suite('pulse/schedule');

schedule('fixed, one cycle, and one with a drop', () => {
  assert.is(scheduleFactor('fixed', 7, 10), 1);
  assert.is(scheduleFactor('linear1cycle', 0, 10), 0.1);
  assert.is(scheduleFactor('linear1cycle', 5, 10), 1);
  assert.is(scheduleFactor('linear1cycledrop', 45, 100), 1);
  assert.ok(Math.abs(scheduleFactor('linear1cycledrop', 90, 100) - 0.1) < 1e-12);
  assert.ok(Math.abs(scheduleFactor('linear1cycledrop', 95, 100) - 0.0505) < 1e-12);
});

schedule('one step has a rate', () => {
  for (const name of ['fixed', 'linear1cycle', 'linear1cycledrop'] as ScheduleName[]) {
    assert.ok(scheduleFactor(name, 0, 1) >= 0.1);
  }
});

// The golden searches note the rate of each step.
interface GoldenSearch {
  name: string;
  schedule: ScheduleName;
  learning_rate: number;
  steps: number;
  trace: { lr: number }[];
}
goldenTest(schedule, 'the rates of the golden searches', ['stylegan1/searches.json'], (path) => {
  for (const golden of JSON.parse(readFileSync(path, 'utf8')) as GoldenSearch[]) {
    golden.trace.forEach(({ lr }, step) => {
      const ours = golden.learning_rate * scheduleFactor(golden.schedule, step, golden.steps);
      assert.ok(Math.abs(ours - lr) <= 1e-12, `${golden.name}, step ${step}: ${ours} is not ${lr}`);
    });
  }
});
schedule.run();
