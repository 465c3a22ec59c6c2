// Suites that look at pages with Chromium, and how those are shown that compute.

import { suite, type Test } from 'uvu';
import { chromiumArguments, chromiumPath, NO_CHROMIUM } from '../tools/chromium.mjs';
import { skippingSuite } from './skip.js';

/** A suite whose tests need Chromium: where there is none they are left out, but in CI that is an error. */
export function chromiumSuite(name: string): Test {
  if (chromiumPath !== undefined) return suite(name);
  if (process.env.CI) throw new Error('there is no Chromium, and in CI no test may be left out for want of it');
  return skippingSuite(name, NO_CHROMIUM);
}

/** For pages that compute: SwiftShader plays the GPU, which Chromium shows to pages only when it is told to. */
export const webGpuArguments = [
  ...chromiumArguments.filter((word) => word !== '--disable-gpu'),
  '--enable-unsafe-webgpu',
];
