/**
 * The container of `torch.save` since PyTorch 1.6: a zip archive of stored entries. `NAME/data.pkl` is the pickle,
 * `NAME/data/KEY` the data of each storage.
 */

import { quoted } from '../words.js';
import type { ByteSource } from './byte-source.js';
import { ByteReader } from './bytes.js';
import { GLOBALS } from './globals.js';
import { unpickle } from './pickle.js';
import { StorageTable } from './torch-storage.js';
import { OPENS } from './words.js';
import { ZipArchive } from './zip.js';

/** The endianness that an archive is said to have; longer texts say something else. */
const LONGEST_ORDER_BYTES = 16;

/**
 * The object in a zip container: a tree of pickled values with a `TorchTensor` for each tensor.
 *
 * @throws FacewrightError when the archive is damaged or holds something other than what `torch.save` writes.
 */
export function loadTorchZip(bytes: ByteSource, source: string): unknown {
  const zip = new ZipArchive(bytes, source);
  const reader = new ByteReader(bytes, source);
  const prefix = findPrefix(zip, reader);
  const order = zip.has(`${prefix}byteorder`) ? textOf(zip.open(`${prefix}byteorder`)) : 'little';
  if (order !== 'little')
    reader.fail(`saved on a big-endian machine (${quoted(order)}); save it again on a little-endian one`);
  const pickle = new ByteReader(zip.open(`${prefix}data.pkl`), source);
  const table = new StorageTable(
    (message) => reader.fail(message),
    (key) => zip.open(`${prefix}data/${key}`),
  );
  return unpickle(pickle, { globals: GLOBALS, persistentLoad: (id) => table.load(id) });
}

function textOf(bytes: ByteSource): string {
  return new TextDecoder().decode(bytes.view(0, Math.min(bytes.length, LONGEST_ORDER_BYTES)));
}

/** The folder inside the archive, with its slash: named after the file when it was saved. */
function findPrefix(zip: ZipArchive, reader: ByteReader): string {
  const [pickle, ...others] = zip.names.filter((name) => /^([^/]*\/)?data\.pkl$/.test(name));
  if (pickle === undefined) {
    const weights = zip.names.find((name) => /\.(pt|pth|pkl|safetensors)$/.test(name));
    const content = weights === undefined ? 'without PyTorch weights' : `that holds ${quoted(weights)}: unpack it`;
    return reader.fail(`a zip archive ${content}; ${OPENS}`);
  }
  if (others.length > 0) reader.fail('a zip archive with more than one data.pkl; torch.save writes one');
  const prefix = pickle.slice(0, -'data.pkl'.length);
  if (zip.has(`${prefix}constants.pkl`)) {
    reader.fail(`a TorchScript program, not a state dict; save the network's state_dict() with torch.save; ${OPENS}`);
  }
  return prefix;
}
