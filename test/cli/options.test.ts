import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { editDistance, nearest } from '../../dist/cli/nearest.js';
import { rejectUnknownOptions } from '../../dist/cli/options.js';
import { oneOf, realNumber, seedList, seedNumber, wholeNumber, wholeNumbers } from '../../dist/cli/values.js';

const unknown = suite('cli/options: unknown ones');
const refused: [string, RegExp][] = [
  ['run x.png --stpes 3', /^unknown option --stpes; did you mean --steps\?$/],
  ['run x.png --learning_rate 3', /--learning_rate; did you mean --learning-rate\?/],
  ['run x.png -stpes 3', /-stpes; did you mean -steps\?/],
  ['run x.png -out o', /-out; did you mean --out\?/],
  ['run x.png --output o', /--output; did you mean --out\?/],
  ['run x.png --optimiser adam', /did you mean --optimizer\?/],
  ['run x.png --save-intermediates', /did you mean --save-intermediate\?/],
  ['run x.png --xyzzy', /unknown option --xyzzy; facewright run --help lists them all/],
  ['run x.png --no-steps', /unknown option --no-steps/],
  ['generate --seed 5', /did you mean --seeds\?/],
  ['generate -seed 5', /unknown option -seed; did you mean --seeds\?/],
  ['doctor --jsn', /did you mean --json\?/],
  ['rnu x.png', /^unknown command rnu; did you mean run\?$/],
  ['frobnicate', /unknown command frobnicate; the commands are run, align, generate, demo, gallery, doctor/],
];
for (const [line, message] of refused) {
  unknown(line, () => assert.throws(() => rejectUnknownOptions(line.split(' ')), message));
}
unknown('known ones pass', () => {
  for (const line of [
    'run x.png --out o --eps -1 --steps=3 --no-tile -o o --help',
    'run -- --not-an-option',
    '--version',
    'generate --latents a b --out o',
  ]) {
    rejectUnknownOptions(line.split(' '));
  }
});
unknown.run();

const near = suite('cli/nearest');
near('counts edits and swaps', () => {
  assert.is(editDistance('stpes', 'steps'), 1);
  assert.is(editDistance('', 'abc'), 3);
  assert.is(editDistance('kitten', 'sitting'), 3);
  assert.is(editDistance('same', 'same'), 0);
});
near('suggests nothing far', () => {
  assert.is(nearest('--x', ['--eps', '--out']), undefined);
  assert.is(nearest('--lr', ['--learning-rate', '--out']), undefined);
});
near.run();

const values = suite('cli/values');
values('numbers', () => {
  assert.is(wholeNumber('--steps', '100', 1), 100);
  assert.is(
    realNumber('--eps', '2e-3', 'that is 0 or more', (x) => x >= 0),
    0.002,
  );
  for (const text of ['0', '1.5', 'abc', '', '-3', '1e3']) {
    assert.throws(() => wholeNumber('--steps', text, 1), /^--steps .*: must be a whole number, 1 or more$/);
  }
  assert.throws(() => realNumber('--eps', '-1', 'that is 0 or more', (x) => x >= 0), /--eps -1: must be a number that/);
  assert.throws(() => realNumber('--eps', 'nan', 'that is 0 or more', (x) => x >= 0), /--eps nan/);
});
values('words', () => {
  assert.is(oneOf('--fit', 'pad', ['pad', 'crop']), 'pad');
  assert.throws(() => oneOf('--fit', 'pat', ['pad', 'crop', 'error']), /^--fit pat: must be pad, crop or error$/);
});
values('lists of layers', () => {
  assert.equal(wholeNumbers('--bad-noise', '17,3', ','), [17, 3]);
  assert.equal(wholeNumbers('-bad_noise_layers', '17.3', '.'), [17, 3]);
  assert.equal(wholeNumbers('--bad-noise', 'none', ','), []);
  assert.throws(() => wholeNumbers('--bad-noise', '17.3', ','), /with ',' between them/);
  assert.throws(() => wholeNumbers('--bad-noise', '-1', ','), /--bad-noise -1/);
});
values('seeds', () => {
  assert.is(seedNumber('--seed', '0'), 0);
  assert.is(seedNumber('--seed', '9007199254740991'), 2 ** 53 - 1);
  assert.throws(() => seedNumber('--seed', '9007199254740992'), /from 0 to 9007199254740991|0 or more/);
  assert.equal(seedList('--seeds', '0,5,7-9'), [0, 5, 7, 8, 9]);
  assert.equal(seedList('--seeds', '3, 3,2-4'), [3, 2, 4]);
  for (const text of ['', '1,', '9-7', 'a-b', '1--2', '-1', '0-99999999']) {
    assert.throws(() => seedList('--seeds', text), /^--seeds /);
  }
});
values.run();
