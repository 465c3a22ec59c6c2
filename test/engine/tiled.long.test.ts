/** The tiled convolutions at some awkward shapes; tilings.sweep.test.ts has all, in other tilings too. */

import { openWebGpu } from '../../dist/node/dawn.js';
import { runFamily } from './families.js';
import { someTiledCases, tiledChoices } from './tiled.js';

runFamily({
  name: 'tiled convolutions',
  open: (adapter) => openWebGpu({ adapter, measured: tiledChoices }),
  cases: someTiledCases(),
});
