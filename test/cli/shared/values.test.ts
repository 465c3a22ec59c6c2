import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { oneOf, realNumber, seedList, seedNumber, wholeNumber, wholeNumbers } from '../../../dist/cli/shared/values.js';

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
