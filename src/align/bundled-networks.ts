// The networks that see faces as they come along with the package (tools/vendor.mjs): nothing is downloaded.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vendorPath } from '../node/paths.js';
import * as tf from '../vendor/tensorflow.js';
import type { Networks } from './networks.js';
import { openNetworks } from './open-networks.js';

/** Opens both networks. @throws Error when what the build made for them is not there */
export function openBundledNetworks(): Promise<Networks> {
  const folder = vendorPath('faces');
  return openNetworks(tf, async (name) => {
    const [json, weights] = await Promise.all([
      readFile(join(folder, `${name}.json`), 'utf8'),
      readFile(join(folder, `${name}.bin`)),
    ]);
    // A buffer of its own: those of small files lie together in one.
    return { model: JSON.parse(json), weights: new Uint8Array(weights).buffer };
  });
}
