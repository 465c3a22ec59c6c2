// The original's searches, natively all of them; of webgpu's some, since Mesa compiles the kernels of each anew on a fresh machine.

import { engines } from '../engines.js';
import { goldenSearches, goldenSuite } from './golden.js';
import { quickSearches } from './quick-searches.js';

for (const engine of engines) {
  goldenSuite(
    engine,
    goldenSearches.filter(({ name }) => engine.name === 'native' || quickSearches.has(name)),
  );
}
