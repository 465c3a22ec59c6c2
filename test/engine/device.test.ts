// What becomes of a device that is lost, and of one without memory.

import * as assert from 'uvu/assert';
import { create } from 'webgpu';
import type { Engine } from '../../dist/engine/engine.js';
import { GuardedDevice } from '../../dist/engine/webgpu/device.js';
import { createWebGpuEngine } from '../../dist/engine/webgpu/engine.js';
import { DeviceLostError, OutOfMemoryError } from '../../dist/errors.js';
import { openGpu } from '../../dist/node/dawn.js';
import { readShaders } from '../../dist/node/paths.js';
import { normals } from '../../dist/pulse/random.js';
import { adapterSuite } from '../skip.js';
import { tinyGenerator } from '../tiny-generator.js';

const test = adapterSuite('webgpu: device');
const adapter = process.env.FACEWRIGHT_ADAPTER;

/** An engine, and the devices that it has been given. */
async function openEngine(): Promise<{ engine: Engine; devices: GPUDevice[] }> {
  const devices: GPUDevice[] = [];
  const open = async () => {
    const { device } = await openGpu({ adapter });
    devices.push(device);
    return device;
  };
  const engine = await createWebGpuEngine(await open(), { shaders: await readShaders(), openAgain: open });
  return { engine, devices };
}

test('a device that is lost in the midst of work is told, and opened again', async () => {
  const { engine, devices } = await openEngine();
  const generator = tinyGenerator(engine);
  const { layers, latentSize } = generator.info;
  const w = normals(1, [], layers * latentSize);
  const before = await generator.synthesize(w);

  const reading = generator.synthesize(w).catch((error: unknown) => error);
  // To the engine it is a loss, since it was not its own doing.
  devices[0].destroy();
  assert.instance(await reading, DeviceLostError);
  assert.instance(await generator.synthesize(w).catch((error: unknown) => error), DeviceLostError);

  assert.ok(await generator.reopen());
  assert.equal(await generator.synthesize(w), before);
  assert.ok(await generator.reopen());
  assert.is(devices.length, 2, 'a device that works is left alone');

  // Several that have seen the loss open one device.
  devices[1].destroy();
  await devices[1].lost;
  await Promise.all([engine.reopen!(), engine.reopen!()]);
  assert.is(devices.length, 3);
  generator.close();
  assert.match(String(await generator.synthesize(w).catch((error: unknown) => error)), /was closed/);
});

test("Dawn's lack of memory is told as such", async () => {
  // Its null backend has half a gigabyte, of nothing.
  const nullAdapter = await create(['backend=null']).requestAdapter();
  const size = 2 ** 28;
  const device = await nullAdapter!.requestDevice({ requiredLimits: { maxBufferSize: size } });
  const guard = new GuardedDevice(device);
  const buffers: GPUBuffer[] = [];
  const allocate = () => {
    for (let i = 0; i < 3; i++) buffers.push(device.createBuffer({ size, usage: 8 }));
  };
  const error = await guard.scoped('the network', allocate).catch((thrown: unknown) => thrown);
  assert.instance(error, OutOfMemoryError);
  assert.match((error as Error).message, /^the network: the GPU has too little memory \(.*\); a smaller --batch/);
  assert.not(guard.hasFailed, 'what was asked for alone has failed');

  // In the midst of a run nobody knows what was lost with it.
  for (const buffer of buffers.splice(0)) buffer.destroy();
  allocate();
  await device.queue.onSubmittedWorkDone();
  assert.ok(guard.hasFailed);
  assert.throws(
    () => guard.check(),
    (thrown: unknown) => thrown instanceof OutOfMemoryError,
  );
  guard.close();
});

test.run();
