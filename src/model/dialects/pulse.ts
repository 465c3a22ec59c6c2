import { readStyleGan1 } from '../read-stylegan1.js';
import { type Dialect, type DialectPart, renamed } from './dialect.js';
import { normEpsilon } from './norm-epsilon.js';

/** A file whose names all have one form; ours are these behind a prefix. Names that have it already stay as they are. */
function part(file: string, prefix: string, form: RegExp): DialectPart {
  return {
    file,
    recognises: (names) => names.every((name) => form.test(name)),
    translate: (tensors) => renamed(tensors, (name) => (name.startsWith(prefix) ? name : `${prefix}${name}`)),
  };
}

const SYNTHESIS = part('synthesis.pt', 'synthesis.', /^(blocks|torgb)\./);

/** PULSE's StyleGAN1 (Menon et al. 2020), in three files, each with names of its own that begin anew. */
export const PULSE: Dialect = {
  name: 'PULSE',
  kind: 'stylegan1',
  parts: [
    part('gaussian_fit.pt', 'gaussian_fit.', /^(mean|std)$/),
    part('mapping.pt', 'mapping.', /^dense\d+\./),
    SYNTHESIS,
  ],
  main: SYNTHESIS,
  read: (source, tensors, metadata, options) =>
    readStyleGan1(source, tensors, normEpsilon(source, metadata, 1e-5), options),
};
