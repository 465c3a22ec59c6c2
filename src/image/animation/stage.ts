// How the frames of a film look: faces beside each other, or each with its target and its loss curve in a row of its own.

import { type Box, Canvas } from '../canvas.js';
import type { Rgb8Image } from '../rgb.js';
import { fitText, type TextStyle, textPath, textWidth } from '../text.js';
import { commonRange, drawCurve, type Losses, type Range } from './curve.js';
import { INTRO } from './schedule.js';

/** A search that is shown. */
export interface Track {
  /** What stands below it: the emoji's name, or `16 px` beside others of it. */
  readonly label: string;
  /** How many steps it has, at least 1. */
  readonly steps: number;
  readonly target: Rgb8Image;
  readonly losses: Losses;
  /** The best picture after a step, from 0; square. */
  picture(step: number): Promise<Rgb8Image>;
}

export interface Look {
  /** Side of a face in pixels. */
  readonly side: number;
  /** Whether the target is shown beside the face. */
  readonly target: boolean;
  /** Whether the loss curve is. */
  readonly curve: boolean;
  /** What stands above all of it. */
  readonly title?: string | undefined;
}

/** As on sheets: a light neutral grey, which neither tints faces nor hides the edges of pictures on white. */
const PAPER = 0xf3;
const INK = '#18181b';
const SOFT = '#6b6b70';

/** Lengths in pixels where a face has a side of 256. */
const MARGIN = 16;
const GAP = 8;
const CAPTION = 34;
const BASELINE = 22;
const TITLE = 36;
const RADIUS = 6;

/** Lengths grow with the faces, but text stays readable beside small ones and modest beside large ones. */
const UNIT = { per: 256, least: 0.75, most: 3 };

/** The pictures of a film, one after the other. */
export class Stage {
  /** Sides of a frame, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly #tracks: readonly Track[];
  readonly #look: Look;
  /** A single face alone: no paper, no words. */
  readonly #bare: boolean;
  /** Cells of a search: its target, its face, its curve. */
  readonly #cells: number;
  /** Whether searches stand beside each other, as those of a single cell do, or below each other. */
  readonly #across: boolean;
  readonly #unit: number;
  /** Between cells: wider where each has a caption of its own. */
  readonly #gap: number;
  readonly #range: Range;

  /** @param tracks at least one */
  constructor(tracks: readonly Track[], look: Look) {
    const { side, target, curve, title } = look;
    this.#tracks = tracks;
    this.#look = look;
    this.#cells = 1 + Number(target) + Number(curve);
    this.#bare = tracks.length === 1 && this.#cells === 1 && title === undefined;
    this.#across = this.#cells === 1;
    this.#unit = Math.min(Math.max(side / UNIT.per, UNIT.least), UNIT.most);
    this.#range = commonRange(tracks.map(({ losses }) => losses));
    const columns = this.#across ? tracks.length : this.#cells;
    const rows = this.#across ? 1 : tracks.length;
    const heading = title === undefined ? 0 : this.#length(TITLE);
    // The last caption is margin enough.
    this.#gap = this.#length(this.#across ? MARGIN : GAP);
    this.width = this.#bare ? side : 2 * this.#length(MARGIN) + columns * side + (columns - 1) * this.#gap;
    this.height = this.#bare ? side : this.#length(MARGIN) + heading + rows * (side + this.#length(CAPTION));
  }

  /** Steps of the longest search; shorter ones stand still at their end. */
  get steps(): number {
    return Math.max(...this.#tracks.map(({ steps }) => steps));
  }

  /** The frame of a step, from 0, or of {@link INTRO}, in which every face's place shows the target. */
  async frame(step: number): Promise<Rgb8Image> {
    const { side, title } = this.#look;
    const canvas = new Canvas(this.width, this.height, PAPER);
    if (this.#bare) {
      await this.#placeFace(canvas, this.#tracks[0], step, { x: 0, y: 0, width: side, height: side }, 0);
      return canvas.toRgb8();
    }
    const margin = this.#length(MARGIN);
    let top = margin;
    if (title !== undefined) {
      const style: TextStyle = { size: 18 * this.#unit, colour: INK, bold: true };
      canvas.draw(textPath(fitText(title, this.width - 2 * margin, style), margin, top + this.#length(16), style));
      top += this.#length(TITLE);
    }
    for (const [i, track] of this.#tracks.entries()) {
      const x = margin + (this.#across ? i * (side + this.#gap) : 0);
      const y = top + (this.#across ? 0 : i * (side + this.#length(CAPTION)));
      await this.#drawTrack(canvas, track, step, x, y);
    }
    return canvas.toRgb8();
  }

  async #drawTrack(canvas: Canvas, track: Track, step: number, left: number, y: number): Promise<void> {
    const { side, target, curve } = this.#look;
    const radius = RADIUS * this.#unit;
    let x = left;
    const nextBox = (): Box => {
      const box = { x, y, width: side, height: side };
      x += side + this.#gap;
      return box;
    };
    if (target) await canvas.place(track.target, nextBox(), true, radius);
    await this.#placeFace(canvas, track, step, nextBox(), radius);
    if (curve) canvas.draw(drawCurve(track.losses, nextBox(), this.#range, step, this.steps, this.#unit));
    this.#drawCaption(canvas, track, step, left, y + side + this.#length(BASELINE), x - left - this.#gap);
  }

  async #placeFace(canvas: Canvas, track: Track, step: number, box: Box, radius: number): Promise<void> {
    const image = step === INTRO ? track.target : await track.picture(Math.min(step, track.steps - 1));
    await canvas.place(image, box, step === INTRO, radius);
  }

  /** The label at the left, the step and its loss at the right, as far as there is room. */
  #drawCaption(canvas: Canvas, track: Track, step: number, x: number, y: number, width: number): void {
    const label: TextStyle = { size: 15 * this.#unit, colour: INK };
    const detail: TextStyle = { ...label, colour: SOFT };
    const at = Math.min(step, track.steps - 1);
    const loss = `L2 ${shortLoss(track.losses.best[at])}`;
    const said = step === INTRO ? ['target'] : [`step ${at + 1} of ${track.steps}, ${loss}`, loss];
    // The label matters more than the step's number.
    const room = width - textWidth(track.label, label) - 16 * this.#unit;
    const fitting = said.find((text) => textWidth(text, detail) <= room) ?? '';
    canvas.draw(textPath(fitText(track.label, width, label), x, y, label));
    canvas.draw(textPath(fitting, x + width, y, { ...detail, anchor: 'end' }));
  }

  #length(pixels: number): number {
    return Math.round(pixels * this.#unit);
  }
}

/** Figures stay in their places while they count down. */
function shortLoss(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(4);
}
