// What an alignment writes into its journal, and what it tells while it goes on.

import type { Face } from '../align/detector.js';
import type { Landmarks, Point } from '../align/landmarks.js';
import type { JournalEntry } from '../results/journal.js';
import type { Picture } from './pictures.js';

/** A face in align.jsonl. Lengths are in pixels of the upright picture, the first pixel's centre being (0, 0). */
export interface AlignedFace {
  /** The crops, by their size. */
  readonly files: Readonly<Record<string, string>>;
  /** 0 to 1; 1 where the landmarks were given. */
  readonly score: number;
  readonly by: Face['by'];
  /** Left, top, width, height. */
  readonly box: readonly [number, number, number, number];
  readonly landmarks: Landmarks;
  /** Top left, bottom left, bottom right, top right. */
  readonly quad: readonly Point[];
  /** Length of the quad's side. */
  readonly size: number;
  /** How far it is turned clockwise, in degrees. */
  readonly rotation: number;
}

/** A line of align.jsonl: a picture. */
export interface AlignLine extends JournalEntry {
  readonly width: number;
  readonly height: number;
  /** The largest first. */
  readonly faces: readonly AlignedFace[];
  /** Why there is no face. */
  readonly reason?: string;
  readonly overlay?: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly seconds: number;
}

/** How an alignment ended. */
export interface AlignSummary {
  /** A line for every picture that is done, in the order of the pictures. */
  readonly lines: readonly AlignLine[];
  /** How many of them were done before. */
  readonly earlier: number;
  readonly failed: number;
  /** Pictures without a face. */
  readonly without: number;
  readonly wanted: number;
  readonly interrupted: boolean;
}

/** No file is in the way, and the work begins. */
export interface AlignStarted {
  readonly type: 'started';
  /** How many pictures there are. */
  readonly wanted: number;
}

/** A picture is looked at from now on. */
export interface AlignBegun {
  readonly type: 'begun';
  readonly picture: Picture;
}

/** What became of a picture. */
export interface AlignedPicture {
  /**
   * `found`: it was looked at, and its crops are written, if it has a face; `skipped`: that was so before; `failed`: it
   * cannot be read, or its crops cannot be written.
   */
  readonly type: 'found' | 'skipped' | 'failed';
  readonly picture: Picture;
  readonly line: AlignLine;
}

/** An event of an alignment: `started` first, then for every picture `begun`, and what became of it. */
export type AlignEvent = AlignStarted | AlignBegun | AlignedPicture;
