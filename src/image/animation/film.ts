import { FacewrightError } from '../../errors.js';
import { type EncodeOptions, encodeAnimation } from './encode.js';
import type { Frame } from './frame.js';
import { schedule, type Timing } from './schedule.js';
import { type Look, Stage, type Track } from './stage.js';

/** No format takes longer sides (WebP: 2¹⁴ − 1). */
const MOST_SIDE = 16_383;

/** All that is to be said about an animation. */
export interface FilmOptions extends Look, Timing, Omit<EncodeOptions, 'width' | 'height'> {}

/**
 * Searches as an animation: the best picture after every step, from the first to the last, several searches beside each
 * other in step.
 *
 * @param onFrame told how much of the film is drawn, 0 to 1
 * @returns the file's content
 * @throws FacewrightError when it would be too large, or ffmpeg is wanted and missing or fails; AbortedError when the signal is raised; what reading
 *   a picture throws
 */
export async function makeFilm(
  tracks: readonly Track[],
  options: FilmOptions,
  onFrame: (part: number) => void = () => undefined,
): Promise<Buffer> {
  const stage = new Stage(tracks, options);
  const { width, height } = stage;
  if (Math.max(width, height) > MOST_SIDE) {
    throw new FacewrightError(
      `an animation of ${width} × ${height} pixels, where ${MOST_SIDE} a side are allowed; show fewer beside each other, or smaller`,
    );
  }
  const shown = schedule(stage.steps, options);
  async function* frames(): AsyncGenerator<Frame> {
    for (const [i, { step, ticks }] of shown.entries()) {
      yield { image: await stage.frame(step), ticks };
      onFrame((i + 1) / shown.length);
    }
  }
  return encodeAnimation(frames(), { ...options, width, height });
}
