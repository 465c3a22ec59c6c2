/** Describes one file of weights, of any kind: bytes in, named tensors out. */

import { createHash } from 'node:crypto';
import { FacewrightError } from '../errors.js';
import type { StoredTensor } from '../graph/stored-tensor.js';
import { type ByteSource, sourceOf } from './byte-source.js';
import type { ContainerName, Contents } from './container.js';
import { recogniseContent } from './content.js';
import type { FileSource } from './file-source.js';
import { fileError, openFile } from './read-file.js';
import { OPENS } from './words.js';

/** What one file holds, under the names that it has there. */
export interface ParsedWeights extends Contents {
  readonly format: ContainerName;
  /** Of the file, in bytes. */
  readonly size: number;
}

/** A file that is open. Its tensors can be read until it is closed. */
export interface OpenedWeights extends ParsedWeights {
  /** SHA-256 of its bytes, in hex. */
  digest(): string;
  close(): void;
}

/**
 * The tensors in the bytes of one file, recognised by their content.
 *
 * @param source the file's name, with which errors begin
 * @throws FacewrightError when the bytes are damaged, hostile or no weights.
 */
export function parseWeights(bytes: Uint8Array | ByteSource, source: string): ParsedWeights {
  const file = sourceOf(bytes);
  const content = recogniseContent(file);
  if (content.kind === 'other') throw new FacewrightError(`${source}: ${content.what}; ${OPENS}`);
  const contents = content.container.read(file, source);
  if (contents.tensors.size === 0) throw new FacewrightError(`${source}: holds no tensors; ${OPENS}`);
  return { format: content.kind, size: file.length, ...contents };
}

/**
 * Opens one file; what nobody reads of it stays on the disk. Close it when done.
 *
 * @throws FacewrightError when the file is missing, unreadable, damaged, hostile, no weights or without tensors
 */
export async function openFileOfWeights(path: string): Promise<OpenedWeights> {
  const file = await openFile(path);
  try {
    const parsed = parseWeights(file, path);
    const tensors = new Map([...parsed.tensors].map(([name, tensor]) => [name, readLater(path, file, tensor)]));
    return { ...parsed, tensors, digest: () => sha256(file), close: () => file.close() };
  } catch (error) {
    file.close();
    throw fileError(path, 'cannot be read', error);
  }
}

/** The tensor, which may be read long after the file was opened. */
function readLater(path: string, file: FileSource, tensor: StoredTensor): StoredTensor {
  const read = () => {
    try {
      const host = tensor.read();
      file.checkUnchanged();
      return host;
    } catch (error) {
      throw fileError(path, 'cannot be read', error);
    }
  };
  return { shape: tensor.shape, dtype: tensor.dtype, read };
}

function sha256(file: FileSource): string {
  const hash = createHash('sha256');
  for (const piece of file.pieces()) hash.update(piece);
  return hash.digest('hex');
}
