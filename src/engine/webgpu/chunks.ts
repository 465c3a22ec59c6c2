import { FacewrightError } from '../../errors.js';

/** Pictures [first, first + count) of the batch, processed together. */
export interface Chunk {
  readonly first: number;
  readonly count: number;
}

/** Pictures that one dimension of a dispatch holds in every WebGPU. */
const MOST_PICTURES = 65_535;

/**
 * As few chunks of at most `limit` bytes per binding as possible, all but the last of one size.
 *
 * @throws FacewrightError when not even one picture fits
 */
export function chunksOf(batch: number, bytesPerPicture: number, limit: number): Chunk[] {
  if (bytesPerPicture > limit) {
    throw new FacewrightError(
      `one map of this network takes ${Math.ceil(bytesPerPicture / 2 ** 20)} MiB and this GPU binds at most ${Math.floor(limit / 2 ** 20)} MiB: a smaller network is needed`,
    );
  }
  const most = Math.min(batch, Math.floor(limit / bytesPerPicture), MOST_PICTURES);
  const chunks: Chunk[] = [];
  for (let first = 0; first < batch; first += most) chunks.push({ first, count: Math.min(most, batch - first) });
  return chunks;
}
