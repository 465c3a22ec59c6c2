import { readStyleGan1 } from '../read-stylegan1.js';
import type { Dialect, DialectPart } from './dialect.js';
import { normEpsilon } from './norm-epsilon.js';

const WHOLE: DialectPart = {
  recognises: (names) => names.some((name) => name.startsWith('synthesis.')),
  translate: (tensors) => new Map(tensors),
};

/**
 * Our own names: `synthesis.` and PULSE's, `mapping.dense0` to `dense7`, `gaussian_fit.mean` and `.std`, all in one file.
 * The other dialects are translated to these.
 */
export const FACEWRIGHT: Dialect = {
  name: 'facewright',
  kind: 'stylegan1',
  parts: [WHOLE],
  main: WHOLE,
  read: (source, tensors, metadata, options) =>
    readStyleGan1(source, tensors, normEpsilon(source, metadata, 1e-5), options),
};
