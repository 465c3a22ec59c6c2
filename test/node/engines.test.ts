/** Precisions that an engine does not have are refused before anything is opened. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createWebGpuEngine } from '../../dist/engine/webgpu/engine.js';
import { type EngineRequest, openEngine } from '../../dist/node/engines.js';

async function refusal(opening: Promise<unknown>): Promise<string> {
  return opening.then(
    () => assert.unreachable('it opened') as never,
    (error) => error.message,
  );
}

test('each engine has its own', async () => {
  const refused = (request: EngineRequest) => refusal(openEngine(request));
  assert.match(await refused({ engine: 'native', precision: 'f16' }), /^precision f16 is for the webgpu engine; /);
  assert.match(await refused({ engine: 'webgpu', precision: 'bf16' }), /^precision bf16 is for the native engine; /);
  assert.match(await refused({ precision: 'f16', threads: 2 }), /^threads and isa are for the native engine; /);
  assert.match(await refused({ precision: 'bf16', adapter: 'x' }), /^adapter x: the native engine has no adapters; /);
});

test('half is refused by an adapter without it, and the device given back', async () => {
  let destroyed = false;
  const device = {
    features: new Set<string>(),
    adapterInfo: { description: 'An old GPU' },
    lost: new Promise(() => undefined),
    addEventListener: () => undefined,
    destroy: () => {
      destroyed = true;
    },
  };
  const opening = createWebGpuEngine(device as unknown as GPUDevice, { shaders: {}, precision: 'f16' });
  assert.is(await refusal(opening), 'precision f16: An old GPU has no shader-f16; leave it at f32');
  assert.ok(destroyed);
});

test.run();
