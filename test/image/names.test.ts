import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { outputNames } from '../../dist/image/names.js';

/** Names of inputs that all lie in one folder. */
const names = (...relatives: string[]) =>
  outputNames(relatives.map((relative) => ({ path: `in/${relative}`, relative })));

test('the ending goes, subfolders stay', () => {
  assert.equal(names('grin.svg', 'a/b/x.JPG', 'photo.2020', 'noending'), ['grin', 'a/b/x', 'photo.2020', 'noending']);
});

test('x.jpg beside x.png', () => {
  assert.equal(names('x.jpg', 'x.png'), ['x.jpg', 'x']);
  assert.equal(names('x.png', 'x.jpg', 'x.webp'), ['x', 'x.jpg', 'x.webp']);
  assert.equal(names('x.jpg', 'x.webp'), ['x.jpg', 'x.webp']);
  assert.equal(names('a/x.jpg', 'b/x.png'), ['a/x', 'b/x']);
});

test('names that differ in case or in the spelling of accents only', () => {
  assert.equal(names('X.jpg', 'x.png'), ['X.jpg', 'x']);
  assert.equal(names('X.png', 'x.png'), ['X', 'x-2']);
  assert.equal(names('caf\u00e9.png', 'cafe\u0301.jpg'), ['caf\u00e9', 'cafe\u0301.jpg']);
});

test('an ending that is kept may meet another name', () => {
  assert.equal(names('x.jpg', 'x.png', 'x.jpg.png'), ['x.jpg-2', 'x', 'x.jpg']);
});

test('the same name from different folders is numbered by path', () => {
  const one = { path: 'one/x.png', relative: 'x.png' };
  const two = { path: 'two/x.png', relative: 'x.png' };
  const three = { path: 'three/x.jpg', relative: 'x.jpg' };
  assert.equal(outputNames([two, three, one]), ['x-2', 'x.jpg', 'x']);
});

test('no input becomes the target of another', () => {
  assert.equal(names('x.png', 'x.target.png'), ['x', 'x.target-2']);
});

test('names follow from the set of inputs, not from its order', () => {
  const inputs = ['x.jpg', 'x.png', 'X.PNG', 'x.jpg.png', 'x.target.png', 'y.gif', 'x-2.png'].map((relative) => ({
    path: `in/${relative}`,
    relative,
  }));
  const named = new Map(outputNames(inputs).map((name, i) => [inputs[i].path, name]));
  for (let turn = 1; turn < inputs.length; turn++) {
    const turned = [...inputs.slice(turn), ...inputs.slice(0, turn)];
    assert.equal(
      outputNames(turned),
      turned.map(({ path }) => named.get(path)),
    );
  }
  assert.is(new Set([...named.values()].map((name) => name.toLowerCase())).size, inputs.length);
});

test.run();
