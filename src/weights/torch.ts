/** Files that `torch.save` wrote, in both of its containers. */

import type { ByteSource } from './byte-source.js';
import { ByteReader } from './bytes.js';
import type { Container, Contents } from './container.js';
import { GLOBALS } from './globals.js';
import { contentsOf } from './pickle-contents.js';
import { isTorchLegacy, loadTorchLegacy } from './torch-legacy.js';
import { loadTorchZip } from './torch-zip.js';

/** Whether bytes begin like a zip archive. */
function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5) && head[3] === head[2] + 1;
}

/** The entry of the table of containers: a PyTorch file says nothing of itself. */
export const TORCH: Container = {
  name: 'torch',
  recognises: (head) => isZip(head) || isTorchLegacy(head),
  read: readTorch,
};

/**
 * What is in a file of `torch.save`, in either container.
 *
 * @param source the file's name, with which errors begin
 * @throws FacewrightError when the file is damaged, hostile or of another kind.
 */
function readTorch(bytes: ByteSource, source: string): Contents {
  const zip = isZip(bytes.view(0, Math.min(4, bytes.length)));
  const root = zip ? loadTorchZip(bytes, source) : loadTorchLegacy(bytes, source, GLOBALS);
  const reader = new ByteReader(bytes, source);
  return { metadata: {}, ...contentsOf(root, (message) => reader.fail(message)) };
}
