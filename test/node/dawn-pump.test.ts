// Dawn's calls are put off, and nobody else's.

import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { calmDawn, hurryDawn } from '../../dist/node/dawn-pump.js';

const test = suite('node/dawn-pump');
test.before(calmDawn);

/** A function without a name whose code is native, as those of addons are. */
const addons = Function.prototype as unknown as () => void;

/** What kind of timer a function is given. */
function timerOf(callback: () => void): string {
  const timer: object = setImmediate(callback);
  return timer.constructor.name;
}

test('functions of addons wait, but where somebody is in a hurry', () => {
  assert.is(timerOf(addons), 'Timeout');
  const [first, second] = [hurryDawn(), hurryDawn()];
  first();
  first();
  assert.is(timerOf(addons), 'Immediate', 'somebody else still is');
  second();
  assert.is(timerOf(addons), 'Timeout');
});

test('setImmediate is what it was for all others', async () => {
  assert.is(
    timerOf(() => undefined),
    'Immediate',
  );
  const order: string[] = [];
  setTimeout(() => order.push('timer'), 100);
  await new Promise<void>((resolve) =>
    setImmediate((word: string) => {
      order.push(word);
      resolve();
    }, 'immediate'),
  );
  assert.equal(order, ['immediate']);
  assert.is(await promisify(setImmediate)('value'), 'value');
  const cleared = setImmediate(() => order.push('cleared'));
  clearImmediate(cleared);
  await promisify(setImmediate)(undefined);
  assert.equal(order, ['immediate']);
});

test.run();
