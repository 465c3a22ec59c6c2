/** Everything that a pickle of weights may name. Whatever is not here is an error that names it. */

import { NUMPY_GLOBALS } from './numpy.js';
import { NVIDIA_GLOBALS } from './nvidia.js';
import { bytesOfValue, type PickleGlobal, type PickleGlobals, pickleGlobals } from './pickle-values.js';
import { PYTHON_GLOBALS } from './python-globals.js';
import { loadTorchLegacy } from './torch-legacy.js';
import { StorageView, TENSOR_GLOBALS } from './torch-tensor.js';

/** What a storage that is nested in bytes may name. */
const STORAGE_GLOBALS = pickleGlobals(...TENSOR_GLOBALS);

/** `torch.storage._load_from_bytes(b'…')`: how a plain pickle holds a storage. */
const LOAD_FROM_BYTES: PickleGlobal = {
  name: 'torch.storage._load_from_bytes',
  construct([value], context) {
    const bytes = bytesOfValue(value);
    if (bytes === undefined) return context.fail('a storage in it is loaded from something other than bytes');
    const storage = loadTorchLegacy(bytes, context.source, STORAGE_GLOBALS, context.budget);
    return storage instanceof StorageView ? storage : context.fail('a storage in it is something else');
  },
};

export const GLOBALS: PickleGlobals = pickleGlobals(
  ...PYTHON_GLOBALS,
  ...NUMPY_GLOBALS,
  ...TENSOR_GLOBALS,
  LOAD_FROM_BYTES,
  ...NVIDIA_GLOBALS,
);
