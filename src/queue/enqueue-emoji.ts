// Emoji by way of a queue: drawn and cropped here, searched for by workers.

import type { Drawing } from '../emoji/drawings.js';
import { type EmojiOptions, overEmoji } from '../emoji/search-emoji.js';
import type { DescribedGenerator } from '../open.js';
import type { Running } from '../runs/running.js';
import { type EnqueueOptions, enqueuePictures } from './enqueue.js';
import type { EnqueueEvent, EnqueueSummary } from './events.js';
import { parseBucket } from './store.js';

/** What `enqueueEmoji` is told. */
export interface EnqueueEmojiOptions
  extends Omit<EnqueueOptions, 'size' | 'ownSizes'>,
    Pick<EmojiOptions, 'sizes' | 'minScore'> {
  /** Where drawings and crops are made when `out` is a bucket; by default the working directory. */
  readonly base?: string;
}

/**
 * As `enqueuePictures`, for emoji as `searchEmoji` takes them. Drawing and looking for faces go on here, ahead of what is
 * enqueued.
 *
 * @throws what `enqueuePictures` throws
 */
export function enqueueEmoji(
  described: DescribedGenerator,
  drawings: readonly Drawing[],
  options: EnqueueEmojiOptions,
): Running<EnqueueEvent, EnqueueSummary> {
  const { base = '.', out } = options;
  const emojiOptions = { ...options, out: parseBucket(out) === undefined ? out : base };
  return overEmoji(described.info, drawings, emojiOptions, (pictures, signal) =>
    enqueuePictures(described, pictures, { ...options, signal }),
  );
}
