import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeFailure, failureCode, UsageError } from '../../../dist/cli/shared/exit.js';
import { AbortedError, BrokenOffError, DeviceLostError, FacewrightError } from '../../../dist/errors.js';

const test = suite('how the command ends');

test('the exit code says whether anything was begun', () => {
  assert.is(failureCode(new UsageError('unknown option --stpes')), 2);
  assert.is(failureCode(new FacewrightError('faces.pt: the tensor torgb.bias is missing')), 2);
  assert.is(failureCode(new BrokenOffError('the disk is full')), 1);
  assert.is(failureCode(new DeviceLostError('the GPU device was lost')), 1);
  assert.is(failureCode(new TypeError('a defect')), 1);
  assert.is(failureCode(new AbortedError('stopped')), 130);
});

test('people get a sentence, defects their class and no stack', () => {
  assert.is(describeFailure(new FacewrightError('a sentence'), {}), 'facewright: a sentence');
  const defect = describeFailure(new TypeError('x is undefined'), {});
  assert.match(defect, /TypeError: x is undefined/);
  assert.not.match(defect, /exit\.test/);
  assert.match(describeFailure(new TypeError('x'), { FACEWRIGHT_DEBUG: '1' }), /exit\.test/);
});

test.run();
