import { type EncodeOptions, encodeAnimation } from './encode.js';
import type { Frame } from './frame.js';
import { INTRO, schedule, type Timing } from './schedule.js';
import { type Look, Stage, type Track } from './stage.js';

/** All that is to be said about an animation. */
export interface FilmOptions extends Look, Timing, Omit<EncodeOptions, 'width' | 'height'> {}

/**
 * Searches as an animation: the best picture after every step, from the first to the last, several searches beside each
 * other in step.
 *
 * @param onFrame told how much of the film is drawn, 0 to 1
 * @returns the file's content
 * @throws FacewrightError when ffmpeg is wanted and missing or fails; AbortedError when the signal is raised; what reading
 *   a picture throws
 */
export async function makeFilm(
  tracks: readonly Track[],
  options: FilmOptions,
  onFrame: (part: number) => void = () => undefined,
): Promise<Buffer> {
  const stage = new Stage(tracks, options);
  const { width, height } = stage;
  const shown = schedule(stage.steps, options);
  async function* frames(): AsyncGenerator<Frame> {
    for (const [i, { step, ticks }] of shown.entries()) {
      yield { image: await stage.frame(step), ticks };
      onFrame((i + 1) / shown.length);
    }
  }
  return encodeAnimation(frames(), { ...options, width, height });
}

/** The steps of a search whose pictures a film of it alone shows. */
export function stepsShown(steps: number, timing: Timing): ReadonlySet<number> {
  return new Set(schedule(steps, timing).flatMap(({ step }) => (step === INTRO ? [] : [step])));
}
