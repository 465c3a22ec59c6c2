/**
 * What the tiled convolutions do beside convolving: gradients that they read, moments and sums that they take along, parts that a
 * finishing kernel adds up.
 */

import { openWebGpu } from '../../dist/node/dawn.js';
import { runFamily } from './families.js';
import { tiledCases, tiledChoices } from './tiled.js';

runFamily({
  name: 'passes of the tiled convolutions',
  open: (adapter) => openWebGpu({ adapter, measured: tiledChoices }),
  cases: tiledCases().filter(({ name }) => /^styled block.* (40×3×2|2×67×65)|^modulated/.test(name)),
});
