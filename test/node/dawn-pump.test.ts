// Waiting for a GPU costs no processor.

import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import * as assert from 'uvu/assert';
import { compileStep } from '../../dist/bench/compiled-step.js';
import { openWebGpu } from '../../dist/node/dawn.js';
import { calmDawn, hurryDawn } from '../../dist/node/dawn-pump.js';
import { adapterSuite } from '../skip.js';
import { tinyGenerator } from '../tiny-generator.js';

const test = adapterSuite('webgpu: waiting');

test('while the GPU is at work, the event loop is idle', async () => {
  const engine = await openWebGpu({ adapter: process.env.FACEWRIGHT_ADAPTER, tuned: false });
  try {
    const { network } = tinyGenerator(engine);
    const executable = await compileStep(engine, { name: 'tiny', network, targetSize: 8 }, 1);
    const busyIn = async () => {
      for (let step = 0; step < 50; step++) executable.run({ rate: 0.01, step });
      const before = performance.eventLoopUtilization();
      await executable.read(['TOTAL']);
      return performance.eventLoopUtilization(before);
    };
    await busyIn();
    const calm = await busyIn();
    // A GPU may have done it before anybody looked.
    if (calm.active + calm.idle > 20) assert.ok(calm.utilization < 0.7, `${calm.utilization}`);
    const over = hurryDawn();
    const hurried = await busyIn();
    over();
    if (hurried.active + hurried.idle > 20) assert.ok(hurried.utilization > 0.9, `${hurried.utilization}`);
  } finally {
    engine.close();
  }
});

test('setImmediate is what it was for all others', async () => {
  calmDawn();
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
