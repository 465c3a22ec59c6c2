// What the page's side and the worker's tell each other.

import type { BackendInfo, FailureKind, Readying, SearchRequest, Told } from '../backend.js';
import type { Crop } from '../state/faces.js';

/** To the worker. Searches are carried out one after another, and told under their number. */
export type Asked =
  | { readonly type: 'open'; readonly weights?: File }
  | { readonly type: 'search'; readonly number: number; readonly request: SearchRequest }
  | { readonly type: 'stop'; readonly number: number };

/** From the worker. */
export type Answer =
  | { readonly type: 'readying'; readonly readying: Readying }
  | { readonly type: 'opened'; readonly info: BackendInfo }
  | { readonly type: 'told'; readonly number: number; readonly told: Told }
  /** The number of a search, or none where it could not be opened. */
  | { readonly type: 'failed'; readonly number?: number; readonly kind: FailureKind; readonly message: string };

/** To the worker that looks for faces. */
export interface FacesQuestion {
  readonly picture: ImageBitmap;
}

/** From it: the largest first. */
export type FacesAnswer =
  | { readonly type: 'looked'; readonly crops: readonly Crop[] }
  | { readonly type: 'failed'; readonly message: string };
