/** Safetensors files, read and written. */

import type { HostTensors } from '../graph/host-tensor.js';
import { writeWholeFile } from '../node/whole-file.js';
import { withFile } from './read-file.js';
import { encodeSafetensors, parseSafetensors, type Safetensors } from './safetensors.js';

/**
 * Reads a safetensors file. Tensors of F32, F16 and BF16 stay what they are; other number formats become f32.
 *
 * @param path of the file; errors begin with it
 * @throws FacewrightError when the file cannot be read or breaks the format.
 */
export async function readSafetensors(path: string): Promise<Safetensors> {
  return await withFile(path, (bytes) => parseSafetensors(bytes, path));
}

/**
 * Writes tensors, each in its own number type, whole or not at all. The same tensors and metadata give the same bytes: both are written in the
 * order of their names.
 *
 * @throws FacewrightError when a tensor's shape and data disagree, or the file cannot be written.
 */
export async function writeSafetensors(
  path: string,
  tensors: HostTensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeWholeFile(path, encodeSafetensors(path, tensors, metadata));
}
