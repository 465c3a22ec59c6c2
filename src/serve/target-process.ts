// A process that makes targets of pictures: what decoding takes of time and memory, whatever somebody sends, is its own, and it can be ended.

import { FacewrightError } from '../errors.js';
import { decodeImage } from '../image/read.js';
import { type Target, type ToTargetOptions, toTarget } from '../image/to-target.js';

/** A picture to be made a target. */
export interface TargetQuestion {
  readonly bytes: Uint8Array;
  /** What errors call it. */
  readonly name: string;
  readonly options: ToTargetOptions;
  /** Of the picture, and of the square that it becomes before it is scaled down. */
  readonly maxPixels: number;
}

/** `known`: a sentence for people; otherwise a defect. */
export type TargetAnswer = { readonly target: Target } | { readonly error: string; readonly known: boolean };

async function answer({ bytes, name, options, maxPixels }: TargetQuestion): Promise<TargetAnswer> {
  try {
    const image = await decodeImage(bytes, name, { background: options.background, maxPixels });
    const side = Math.max(image.width, image.height);
    const isSquared = options.fit === 'pad' || options.fit === 'stretch';
    if (isSquared && side ** 2 > maxPixels) {
      const most = maxPixels.toLocaleString('en');
      throw new FacewrightError(
        `${name}: ${image.width} × ${image.height} pixels, as a square more than the ${most} allowed; crop it`,
      );
    }
    return { target: toTarget(image, options, name) };
  } catch (error) {
    return { error: (error as Error).message, known: error instanceof FacewrightError };
  }
}

process.on('message', (question: TargetQuestion) => {
  answer(question).then((said) => process.send!(said));
});
// Whose server is gone has nothing to do.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches all processes of a terminal: the server ends this one when it has ended.
process.on('SIGINT', () => undefined);
