// Files natively; on webgpu one of each kind, the first, since Mesa compiles all kernels anew on a fresh machine.

import { engines } from '../engines.js';
import { formatFiles, formatsSuite } from './formats-on-engines.js';

const firsts = formatFiles.filter(([, kind], index) => formatFiles.findIndex(([, other]) => other === kind) === index);

for (const engine of engines) formatsSuite(engine, engine.name === 'webgpu' ? firsts : formatFiles);
