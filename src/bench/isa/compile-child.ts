// A process that has a device without a GPU and compiles pipelines on it, as the engine would. Mesa prints what it makes of
// them to stderr; between that stand marks. Started by compile.ts, which also ends it: the device cannot be destroyed, since
// the driver would look at hardware for that.

import { writeSync } from 'node:fs';
import type { StoragePrecision } from '../../engine/webgpu/assemble.js';
import { Kernels } from '../../engine/webgpu/kernels.js';
import { PipelineCache } from '../../engine/webgpu/pipelines.js';
import { kernelDevice } from '../../engine/webgpu/variants.js';
import { errorText, FacewrightError } from '../../errors.js';
import { openGpu } from '../../node/dawn.js';
import { readShaders } from '../../node/paths.js';
import { type FromChild, MARK, type ToChild } from './null-gpu-messages.js';

const STDERR = 2;

function tell(message: FromChild): void {
  process.send?.(message);
}

/** Opens the device, and compiles what the parent asks for. */
async function main(): Promise<void> {
  const asked = new Promise<ToChild>((resolve) => {
    process.once('message', (message) => resolve(message as ToChild));
  });
  const precision = process.argv[2] as StoragePrecision;
  const { device, info, matrices } = await openGpu({ adapter: 'RADV', precision });
  const { measured, ...described } = kernelDevice(device, undefined, matrices);
  tell({ kind: 'opened', device: { adapter: info.adapter, driver: info.driver, kernelDevice: described } });
  const { pipelines } = await asked;
  const cache = new PipelineCache(device, new Kernels(await readShaders()));
  for (const [index, { kernel, overrides, storage }] of pipelines.entries()) {
    writeSync(STDERR, `\n${MARK}${index}\n`);
    await cache.get(kernel, overrides, storage);
  }
  tell({ kind: 'compiled' });
}

try {
  await main();
} catch (error) {
  tell({ kind: 'failed', message: errorText(error), forPeople: error instanceof FacewrightError });
}
