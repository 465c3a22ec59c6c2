// On webgpu all files.

import { engines } from '../engines.js';
import { formatFiles, formatsSuite } from './formats-on-engines.js';

for (const engine of engines.filter(({ name }) => name === 'webgpu')) formatsSuite(engine, formatFiles);
