/** What a weight file says of itself beside its network, and what is known of it. */

import { knownWeights } from './weights/catalogue.js';

interface FileFacts {
  readonly metadata: Readonly<Record<string, string>>;
}

/** Whether a file comes with the Gaussian fit, the prior of a search. */
export function hasFit({ tensors }: { readonly tensors: ReadonlyMap<string, unknown> }): boolean {
  return tensors.has('gaussian_fit.mean') && tensors.has('gaussian_fit.std');
}

/** The metadata that say which class of a conditional generator the Gaussian fit is of: each class has w of its own. */
export const FIT_CLASS = 'fit_class';

/** The class that a file's fit is of; null where it says none. */
export function fitClassOf({ metadata }: FileFacts): number | null {
  return metadata[FIT_CLASS] === undefined ? null : Number(metadata[FIT_CLASS]);
}

/** The licence of a weight file: what it says itself, what is known of it, what its owner says, or `unknown`. */
export function licenceOf({ metadata, sha256 }: FileFacts & { readonly sha256: string }, owners?: string): string {
  return metadata.licence ?? knownWeights(sha256)?.licence ?? owners ?? 'unknown';
}
