import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Flight } from '../../dist/pulse/flight.js';

const after = (times: readonly number[], flight = new Flight()) => {
  for (const time of times) flight.arrived(time);
  return flight.steps;
};

test('two steps are in flight, and more where they are fast', () => {
  assert.is(after([]), 2);
  assert.is(after([5]), 2);
  assert.is(after([0, 1000, 2000]), 2);
  assert.is(after([0, 10, 20]), 5);
  assert.is(after([0, 3, 6, 9]), 16);
  assert.is(after([0, 0]), 16);
});

test('steps that arrive together after a pause are not fast', () => {
  assert.is(after([0, 1000, 1000, 1000]), 2);
});

test('where each takes memory, there are no more than that allows', () => {
  assert.is(after([0, 3, 6], new Flight(2)), 2);
});

test.run();
