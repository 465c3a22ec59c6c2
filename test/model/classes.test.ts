import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FacewrightError } from '../../dist/errors.js';
import { chosenClass } from '../../dist/model/classes.js';

const refusals: [classes: number, wanted: number | undefined, message: string][] = [
  [0, 0, 'f.pkl: has no classes; leave out --class'],
  [3, undefined, 'f.pkl: a conditional network of 3 classes; choose one with --class 0 to 2'],
  [3, 3, 'f.pkl: has no class 3: a conditional network of 3 classes; choose one with --class 0 to 2'],
  [3, 0.5, 'f.pkl: has no class 0.5: a conditional network of 3 classes; choose one with --class 0 to 2'],
  [1, undefined, 'f.pkl: a conditional network of 1 class; choose its only one with --class 0'],
];
for (const [classes, wanted, message] of refusals) {
  test(`class ${wanted} of ${classes}`, () => {
    assert.throws(
      () => chosenClass('f.pkl', classes, wanted),
      (error: Error) => error instanceof FacewrightError && error.message === message,
    );
  });
}

test('what fits', () => {
  assert.is(chosenClass('f.pkl', 0, undefined), undefined);
  assert.equal(
    [0, 1, 2].map((wanted) => chosenClass('f.pkl', 3, wanted)),
    [0, 1, 2],
  );
});

test.run();
