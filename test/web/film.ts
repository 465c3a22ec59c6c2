// What a film that the page saved has to be.

import sharp from 'sharp';
import * as assert from 'uvu/assert';
import { schedule, usualFilm } from '../../dist/image/animation/schedule.js';
import { notesIn } from '../../dist/results/picture-notes.js';
import { chunksOf, parseXmp, playApng } from '../image/animation/decode.js';

/** Of a face: the least that a film has. */
const SIDE = 128;

/** Both enlarge a face by a smooth kernel of their own: of 255. */
const NEAR = 4;

interface About {
  /** The face's own file, no larger than a film's. */
  readonly png: Buffer;
  readonly target: { readonly data: Uint8Array; readonly side: number };
  readonly steps: number;
}

/** Holds a film against what was searched for, what was found, and how long `facewright animate` would show it. */
export async function checkFilm(file: Buffer, { png, target, steps }: About): Promise<void> {
  assert.is(notesIn(file), notesIn(png));
  const xmp = parseXmp(chunksOf(file).find(({ type }) => type === 'iTXt')!.data);
  assert.match(xmp, /<xmp:CreatorTool>facewright web<.*trainedAlgorithmicMedia/s);
  const screens = await playApng(file);
  assert.equal([screens[0].width, screens[0].height], [2 * SIDE, SIDE]);
  assert.ok(screens.length > 3 && screens.length <= steps, `${screens.length} frames of ${steps} steps`);
  const ticks = (all: readonly { ticks: number }[]) => all.reduce((sum, one) => sum + one.ticks, 0);
  assert.is(ticks(screens), ticks(schedule(steps, usualFilm)));
  const half = ({ pixels }: { pixels: Uint8Array }, left: number) => {
    const row = (y: number) => pixels.subarray((y * 2 * SIDE + left) * 3, (y * 2 * SIDE + left + SIDE) * 3);
    return Array.from({ length: SIDE }, (_, y) => [...row(y)]).flat();
  };
  const enlarged = await sharp(target.data, { raw: { width: target.side, height: target.side, channels: 3 } })
    .resize(SIDE, SIDE, { kernel: 'nearest' })
    .raw()
    .toBuffer();
  for (const screen of screens) assert.equal(half(screen, 0), [...enlarged]);
  const face = await sharp(png).resize(SIDE, SIDE, { kernel: 'cubic' }).removeAlpha().raw().toBuffer();
  const far = (screen: { pixels: Uint8Array }) =>
    half(screen, SIDE).reduce((sum, value, i) => sum + Math.abs(value - face[i]), 0) / face.length;
  const [first, last] = [far(screens[0]), far(screens.at(-1)!)];
  assert.ok(last < NEAR && last < first / 2, `the first frame is ${first} from the face, the last ${last}`);
}
