/** Finds the generator in a file that was described, and gives its tensors our own names, whoever named them. */

import { FacewrightError } from './errors.js';
import { DTYPE_BYTES } from './graph/dtype.js';
import { countOf, type StoredTensors } from './graph/stored-tensor.js';
import type { Dialect } from './model/dialects/dialect.js';
import { findNetwork } from './model/dialects/find.js';
import { recogniseStranger } from './model/dialects/strangers.js';
import { DIALECTS } from './model/dialects/table.js';
import { translate } from './model/dialects/translate.js';
import type { Contents } from './weights/container.js';
import { OPENS } from './weights/words.js';
import { counted, quoted } from './words.js';

/** What a small file may become beyond a multiple of itself: its tensors may have been expanded. */
const SLACK_BYTES = 2 ** 20;
/** Bytes of tensors for each byte of the file: numbers of a byte become float32. */
const MOST_BYTES_PER_BYTE = 4;

/** A file's content, and how many bytes it has. */
export type SizedContents = Contents & { readonly size: number };

/** A generator's weights out of a file, under our own names. */
export interface FoundGenerator {
  /** Whose names and layouts they had. */
  readonly dialect: Dialect;
  /** What a person should know of which network was taken, a sentence each. */
  readonly notes: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Trained numbers of the network, those included that are not needed to draw. */
  readonly parameters: number;
  readonly tensors: StoredTensors;
}

/**
 * Finds the generator in a file.
 *
 * @param path what errors call the file
 * @throws FacewrightError when there is none, or it cannot be drawn
 */
export function findGenerator(path: string, file: SizedContents): FoundGenerator {
  const found = findNetwork(file, DIALECTS);
  if (!found) throw unknownNetwork(path, file);
  const { dialect, network, notes } = found;
  const { tensors, metadata, parameters } = translate(path, dialect, network);
  checkSize(path, file.size, tensors);
  return { dialect, notes, metadata, parameters, tensors };
}

/**
 * A small file may describe very large tensors.
 *
 * @param size of the file, in bytes
 * @throws FacewrightError when they would be too large for it
 */
export function checkSize(path: string, size: number, tensors: StoredTensors): void {
  let bytes = 0;
  for (const tensor of tensors.values()) bytes += countOf(tensor) * DTYPE_BYTES[tensor.dtype];
  if (bytes > MOST_BYTES_PER_BYTE * size + SLACK_BYTES) {
    throw new FacewrightError(`${path}: its tensors would take ${bytes} bytes, too many for a file of ${size}`);
  }
}

/** Says what a file holds that no dialect knows. */
function unknownNetwork(path: string, file: SizedContents): FacewrightError {
  const alone = DIALECTS.flatMap(({ name, file: main, companions = [] }) =>
    companions.map(({ names, file: own }) => ({ name, main, names, own })),
  ).find(({ names }) => [...file.tensors.keys()].every((name) => names.test(name)));
  if (alone) return new FacewrightError(`${path}: ${alone.name}'s ${alone.own} alone; give its ${alone.main}`);
  const stranger = recogniseStranger(file);
  if (stranger) return new FacewrightError(`${path}: ${stranger}, which facewright does not draw; ${OPENS}`);
  const [first] = file.tensors.keys();
  const count = counted(file.tensors.size, 'tensor');
  return new FacewrightError(
    `${path}: no StyleGAN that is known: ${count}, of which one is ${quoted(first!)}; ${OPENS}`,
  );
}
