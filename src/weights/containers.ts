import type { Container } from './container.js';
import { PICKLE } from './pickled.js';
import { SAFETENSORS } from './safetensors.js';
import { TORCH } from './torch.js';

/** All kinds of files that are read; the first that recognises the bytes reads them. */
export const CONTAINERS: readonly Container[] = [
  // Before pickles: the length of its header may begin like one, 0x80 0x04.
  SAFETENSORS,
  // Its older form is several pickles, of which the first is a certain number.
  TORCH,
  PICKLE,
];
