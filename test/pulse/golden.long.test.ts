// The original's searches that golden.test.ts leaves out.

import { engines } from '../engines.js';
import { goldenSearches, goldenSuite } from './golden.js';
import { quickSearches } from './quick-searches.js';

for (const engine of engines.filter(({ name }) => name === 'webgpu')) {
  goldenSuite(
    engine,
    goldenSearches.filter(({ name }) => !quickSearches.has(name)),
  );
}
