/** Reads what `torch.save` wrote: both containers, and from either the named tensors. */

import type { HostTensor } from '../graph/host-tensor.js';
import { ByteReader } from './bytes.js';
import type { Container } from './container.js';
import { PickleDict, type PickleGlobals } from './pickle-values.js';
import { loadTorchLegacy } from './torch-legacy.js';
import { TORCH_GLOBALS, TorchTensor } from './torch-tensor.js';
import { loadTorchZip } from './torch-zip.js';
import { OPENS, quoted } from './words.js';

/** Dicts within dicts, as training checkpoints have them: {g_ema: {…}}. */
const DEEPEST_DICT = 4;
/** Far more than any network's tensors; a small pickle could otherwise name the same dict in itself without end. */
const MOST_NAMES = 100_000;
const LONGEST_NAME = 1024;
/** Each stored element takes at least one byte, so only views that repeat elements can pass this. */
const MOST_ELEMENTS_PER_BYTE = 4;

/** Whether bytes begin like a zip archive. */
function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5) && bytes[3] === bytes[2] + 1;
}

/** Protocols 2 to 5 begin with PROTO; PyTorch writes 2 unless asked for another. */
function isPickle(bytes: Uint8Array): boolean {
  return bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5;
}

/** The entry of the table of containers: a PyTorch file says nothing of itself. */
export const TORCH: Container = {
  name: 'torch',
  recognises: (bytes) => isZip(bytes) || isPickle(bytes),
  read: (bytes, source) => ({ metadata: {}, tensors: readTorch(bytes, source) }),
};

/**
 * The tensors of a state dict in either container. Dicts within the dict give names joined by dots; entries that are no
 * tensors are left out.
 *
 * @param source the file's name, with which errors begin
 * @param globals what its pickle may name
 * @throws FacewrightError when the file is damaged, hostile or of another kind.
 */
export function readTorch(
  bytes: Uint8Array,
  source: string,
  globals: PickleGlobals = TORCH_GLOBALS,
): Map<string, HostTensor> {
  const root = isZip(bytes) ? loadTorchZip(bytes, source, globals) : loadTorchLegacy(bytes, source, globals);
  const reader = new ByteReader(bytes, source);
  if (!(root instanceof PickleDict))
    return reader.fail(`holds no state dict; save the network's state_dict(); ${OPENS}`);
  const found = new Map<string, TorchTensor>();
  collectTensors(root, '', 1, { found, visits: 0 }, reader);
  if (found.size === 0) reader.fail(`a PyTorch file without tensors; ${OPENS}`);

  const elements = [...new Set(found.values())].reduce((sum, tensor) => sum + tensor.count, 0);
  if (elements > MOST_ELEMENTS_PER_BYTE * bytes.length) {
    reader.fail(`its tensors have ${elements} elements, too many for a file of ${bytes.length} bytes`);
  }
  return new Map([...found].map(([name, tensor]) => [name, tensor.toHost()]));
}

/** Adds the tensors of `dict`, at `depth` dicts (from 1), to `state.found` with `prefix` before their names. */
function collectTensors(
  dict: PickleDict,
  prefix: string,
  depth: number,
  state: { readonly found: Map<string, TorchTensor>; visits: number },
  reader: ByteReader,
): void {
  for (const [key, value] of dict) {
    if (++state.visits > MOST_NAMES) reader.fail(`has more than ${MOST_NAMES} entries; ${OPENS}`);
    const name = `${prefix}${key}`;
    if (name.length > LONGEST_NAME) reader.fail(`names a tensor with ${name.length} characters; ${OPENS}`);
    if (value instanceof TorchTensor) {
      if (state.found.has(name)) reader.fail(`names two tensors ${quoted(name)}`);
      state.found.set(name, value);
    } else if (value instanceof PickleDict && depth < DEEPEST_DICT) {
      collectTensors(value, `${name}.`, depth + 1, state, reader);
    }
  }
}
