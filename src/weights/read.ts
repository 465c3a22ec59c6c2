/** Reads one file of weights, of any kind: bytes in, named tensors out. */

import { createHash } from 'node:crypto';
import { FacewrightError } from '../errors.js';
import type { ContainerName, Contents } from './container.js';
import { recogniseContent } from './content.js';
import { readWholeFile } from './read-file.js';
import { OPENS } from './words.js';

/** What one file holds, under the names that it has there. */
export interface ParsedWeights extends Contents {
  readonly format: ContainerName;
}

/** A file with its digest. */
export interface ReadFile extends ParsedWeights {
  /** SHA-256 of its bytes, in hex. */
  readonly sha256: string;
}

/**
 * The tensors in the bytes of one file, recognised by their content.
 *
 * @param source the file's name, with which errors begin
 * @throws FacewrightError when the bytes are damaged, hostile or no weights.
 */
export function parseWeights(bytes: Uint8Array, source: string): ParsedWeights {
  const content = recogniseContent(bytes);
  if (content.kind === 'other') throw new FacewrightError(`${source}: ${content.what}; ${OPENS}`);
  return { format: content.kind, ...content.container.read(bytes, source) };
}

/** Reads one file. @throws FacewrightError when it is missing, unreadable, damaged, hostile, no weights or without tensors */
export async function readContainer(path: string): Promise<ReadFile> {
  const bytes = await readWholeFile(path);
  const parsed = parseWeights(bytes, path);
  if (parsed.tensors.size === 0) throw new FacewrightError(`${path}: holds no tensors; ${OPENS}`);
  return { ...parsed, sha256: createHash('sha256').update(bytes).digest('hex') };
}
