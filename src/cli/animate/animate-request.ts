// What `facewright animate` was asked for: its options, read and checked.

import { basename, dirname, extname } from 'node:path';
import { isVideo } from '../../image/animation/formats.js';
import { type AnimationFormat, animationFormats, type Beside, type FilmOptions, usualFilm } from '../../index.js';
import { besides } from '../../runs/beside.js';
import type { Arguments } from '../shared/arguments.js';
import { UsageError } from '../shared/exit.js';
import { oneOf, realNumber, wholeNumber } from '../shared/values.js';

/** Where the animations go. */
export interface AnimatePlace {
  readonly folder: string;
  /** The name of the one animation; undefined: each after its result. */
  readonly file: string | undefined;
}

export interface AnimateRequest {
  /** A run's output folder, or one that several lie in. */
  readonly folder: string;
  /** The results that are wanted; none: all. */
  readonly names: readonly string[];
  readonly beside: Beside | undefined;
  readonly out: AnimatePlace;
  readonly film: Omit<FilmOptions, 'creatorTool' | 'signal' | 'title'>;
  readonly force: boolean;
  readonly json: boolean;
}

/** Smallest and largest side of a face in an animation, in pixels. */
const SIDES = { least: 16, most: 1024 };

/** Browsers show GIFs slowly that change more often. */
const MOST_FPS = 50;

/** Longest of each part of a film, in seconds. */
const LONGEST = 600;

/** Reads the options of an animation. @throws UsageError for the first that cannot be */
export function readAnimateRequest(words: Arguments): AnimateRequest {
  const [folder, ...names] = words.texts('inputs');
  if (folder === undefined) {
    throw new UsageError('no folder: name the one that a run wrote to, for example facewright animate faces');
  }
  const beside = words.value('beside', (option, text) => oneOf(option, text, besides));
  const place = readPlace(words.text('out') ?? folder, folder);
  const format = readFormat(words, place.file);
  const { file } = place;
  if (beside === 'names' && names.length < 2) {
    throw new UsageError('--beside names puts results beside each other that you name; name two or more');
  }
  if (beside === 'names' && file === undefined) {
    throw new UsageError(`--beside names makes one animation; say which file, for example --out beside.${format}`);
  }
  const loop = words.value('loop', (option, text) => wholeNumber(option, text, 0, 65_535));
  if (loop !== undefined && isVideo(format)) {
    throw new UsageError(`--loop is for webp, gif and apng; with ${format} the player decides`);
  }
  const seconds = (name: string, least: string, holds: (x: number) => boolean) =>
    words.value(name, (option, text) =>
      realNumber(option, text, `${least}, at most ${LONGEST}`, (x) => holds(x) && x <= LONGEST),
    );
  return {
    folder,
    names,
    beside,
    out: place,
    film: {
      format,
      side: words.value('side', (option, text) => wholeNumber(option, text, SIDES.least, SIDES.most)) ?? usualFilm.side,
      target: words.flag('target'),
      curve: words.flag('curve'),
      fps: words.value('fps', (option, text) => wholeNumber(option, text, 1, MOST_FPS)) ?? usualFilm.fps,
      seconds: seconds('seconds', 'greater than 0', (x) => x > 0),
      hold: seconds('hold', 'that is 0 or more', (x) => x >= 0) ?? usualFilm.hold,
      intro: seconds('intro', 'that is 0 or more', (x) => x >= 0) ?? usualFilm.intro,
      loop: loop ?? usualFilm.loop,
    },
    force: words.flag('force'),
    json: words.flag('json'),
  };
}

/** A file where the last part has the ending of an animation; else a folder. */
function readPlace(out: string, folder: string): AnimatePlace {
  if (out === folder) return { folder, file: undefined };
  if (formatOf(out) !== undefined) return { folder: dirname(out), file: basename(out) };
  if (/^\.(png|jpe?g|webm|mov|mkv|avi)$/i.test(extname(out))) {
    throw new UsageError(`--out ${out}: an animation's name ends with .${animationFormats.join(', .')}`);
  }
  return { folder: out, file: undefined };
}

function readFormat(words: Arguments, file: string | undefined): AnimationFormat {
  const said = words.value('format', (option, text) => oneOf(option, text, animationFormats));
  const ending = file === undefined ? undefined : formatOf(file);
  if (said !== undefined && ending !== undefined && said !== ending) {
    throw new UsageError(`--out ${file} ends with another format than --format ${said}; leave one of them out`);
  }
  return said ?? ending ?? 'webp';
}

function formatOf(file: string): AnimationFormat | undefined {
  return animationFormats.find((format) => extname(file).toLowerCase() === `.${format}`);
}
