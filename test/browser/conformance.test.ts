// A handful of the conformance cases in a real browser, one of each kind of kernel; tools/browser-conformance.mjs runs all of them.

import * as assert from 'uvu/assert';
import { chromiumSuite } from '../chromium.js';
import { type BrowserConformance, openBrowserConformance } from './conformance-in-chromium.js';

const test = chromiumSuite('conformance in Chromium');
let suite: BrowserConformance;

test.before(async () => {
  suite = await openBrowserConformance();
});
test.after(() => suite.close());

for (const name of [
  'conv 3×3 3 → 5, 5×7',
  'bicubic axis 2 by 2, 3×2×5',
  'instance_norm 5×1×1, ε 0.00001',
  'geocross 2×3×1, forward and backward (2)',
  'updates adam of three parameters, and what is kept of two',
  'keep_best: better, a tie, worse',
]) {
  test(name, async () => {
    const faults = await suite.run(name);
    assert.is(faults.length, 0, faults.join('\n'));
  });
}

test.run();
