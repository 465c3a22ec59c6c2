// How a face came about, as an animated PNG: browsers encode PNG all alike and without loss, and what puts films of it together is here
// anyway. (WebM would take a few hundred kilobytes for one or two megabytes, and a library or the time that the film takes.)

import { notesIn, type Pixels, withNotes } from 'facewright/browser';
import { type ApngFrame, joinApng } from '../../src/image/animation/join-apng.js';
import { schedule, stepsShown, usualFilm } from '../../src/image/animation/schedule.js';
import { xmpPacket } from '../../src/image/xmp.js';
import type { ToldResult, ToldStep } from '../backend.js';
import { type Film, type FilmFrame, frameAt, thin } from '../state/film.js';

/** Sides of a face in a film, in pixels: what is smaller is enlarged, what is larger reduced. */
const SIDES = { least: 128, most: usualFilm.side };

/** PNGs of one search that are kept, its restarts together, of some 30 to 130 kB each. No restart has more steps that are seen. */
const MOST_FRAMES = 128;

interface Reel {
  readonly frames: FilmFrame<Promise<Blob>>[];
  /** The first step that is seen and was not told yet. */
  next: number;
  last?: Pixels;
}

/** Keeps of a search what its film shows, restart by restart. */
export class FilmRecorder {
  readonly #shown: readonly number[];
  readonly #reels: Reel[] = [];

  /** @param steps of each restart */
  constructor(private readonly steps: number) {
    this.#shown = [...stepsShown(steps, usualFilm)];
  }

  /** Takes a step. Where a backend tells fewer faces than steps, the next one that comes has to do. */
  take({ restart, step: told, face }: Pick<ToldStep, 'restart' | 'step' | 'face'>): void {
    const reel = this.#reel(restart);
    const step = told - 1;
    if (!face || step < reel.next) return;
    reel.next = this.#shown.find((shown) => shown > step) ?? Number.POSITIVE_INFINITY;
    this.#add(reel, step, face);
  }

  /** The film of the restart that was kept. */
  film({ restart, face }: Pick<ToldResult, 'restart' | 'face'>): Film {
    const { steps } = this;
    const reel = this.#reel(restart);
    this.#add(reel, steps - 1, face);
    return { frames: reel.frames, steps, side: sideOf(face) };
  }

  #reel(restart: number): Reel {
    for (let i = this.#reels.length; i <= restart; i++) this.#reels.push({ frames: [], next: 0 });
    return this.#reels[restart];
  }

  #add(reel: Reel, step: number, face: Pixels): void {
    if (reel.frames.length > 0 && reel.last && sameFace(reel.last, face)) return;
    reel.last = face;
    const png = encode(face, sideOf(face));
    // Whoever saves the film is told.
    png.catch(() => undefined);
    reel.frames.push({ step, face: png });
    thin(
      this.#reels.map(({ frames }) => frames),
      MOST_FRAMES,
    );
  }
}

/**
 * The file of a film: the target, and beside it the face, step by step, for as long as `facewright animate` shows each.
 *
 * @param face the PNG that was saved of it, whose notes go along
 */
export async function filmFile(
  { frames, steps, side }: Film,
  target: Pixels,
  face: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const seen = new Map<FilmFrame<Promise<Blob>>, number>();
  for (const { step, ticks } of schedule(steps, usualFilm)) {
    const frame = frameAt(frames, step);
    seen.set(frame, (seen.get(frame) ?? 0) + ticks);
  }
  const parts: ApngFrame[] = [];
  for (const [frame, ticks] of seen) {
    const png = await frame.face;
    const isFirst = parts.length === 0;
    const bytes = await (isFirst ? await besideTarget(target, png, side) : png).arrayBuffer();
    parts.push({ png: new Uint8Array(bytes), x: isFirst ? 0 : side, y: 0, ticks });
  }
  const file = joinApng(parts, { ...usualFilm, xmp: xmpPacket('facewright web') });
  const notes = notesIn(face);
  return notes === undefined ? file : withNotes(file, JSON.parse(notes));
}

function sideOf({ width }: Pixels): number {
  return Math.min(Math.max(width, SIDES.least), SIDES.most);
}

function sameFace(a: Pixels, b: Pixels): boolean {
  return a.data.length === b.data.length && a.data.every((value, i) => value === b.data[i]);
}

/** Opaque, so that the PNGs of all frames have the same kind of pixels. */
function drawOn(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const context = new OffscreenCanvas(width, height).getContext('2d', { alpha: false })!;
  context.imageSmoothingQuality = 'high';
  return context;
}

function encode(pixels: Pixels, side: number): Promise<Blob> {
  const context = drawOn(side, side);
  context.drawImage(canvasOf(pixels), 0, 0, side, side);
  return context.canvas.convertToBlob({ type: 'image/png' });
}

/** The whole of a frame: the target with its pixels to be seen at the left, the face at the right. */
async function besideTarget(target: Pixels, face: Blob, side: number): Promise<Blob> {
  const context = drawOn(2 * side, side);
  context.drawImage(await createImageBitmap(face), side, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvasOf(target), 0, 0, side, side);
  return context.canvas.convertToBlob({ type: 'image/png' });
}

function canvasOf({ width, height, data }: Pixels): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const image = new ImageData(data as Uint8ClampedArray<ArrayBuffer>, width, height);
  canvas.getContext('2d')!.putImageData(image, 0, 0);
  return canvas;
}
