/** What is known about weight files by their content. */

import { OFFERS } from './offers.js';

/** A weight file that facewright knows by its content. */
export interface KnownWeights {
  readonly licence: string;
}

const known: Readonly<Record<string, KnownWeights>> = {
  // the demo generator of 0.1.0, which does not say it itself
  '928f8a44e782ccf8af56f0a1a59786a1d2be7f306870ab9097746923799eff98': { licence: 'CC0-1.0' },
};

/** What is known about the file with that SHA-256 (hex). */
export function knownWeights(sha256: string): KnownWeights | undefined {
  if (Object.hasOwn(known, sha256)) return known[sha256];
  return OFFERS.find(({ files }) => files.length === 1 && files[0].sha256 === sha256);
}
