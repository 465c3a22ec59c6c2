// The results of a run as the gallery shows them: what each is of, how it ended and why, and on which page it is.

import { groupBy } from '../../results/group-by.js';
import { canonical, type JournalLine } from '../../results/journal.js';
import type { Measured } from '../report/report-data.js';
import { isAboutDrawing, withoutRepetitions } from '../report/subject.js';
import { oddReasons } from './odd.js';
import { fileName, shortHash } from './paths.js';
import { lossText, type Outcome, setTitle, toneTitle } from './titles.js';

/** A picture of the gallery. */
export interface Picture {
  /** Relative to the gallery. */
  readonly path: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

/** The pictures of a result; those are missing that could not be made or read. */
export interface Pictures {
  /** The emoji's drawing, or the picture that was given. */
  readonly drawing?: Picture;
  readonly target?: Picture;
  /** The face as large as it is. */
  readonly face?: Picture;
  /** The face as it is shown on cards. */
  readonly thumbnail?: Picture;
  /** The face scaled down to the target's size. */
  readonly scaled?: Picture;
}

/** A result; or a drawing that there is no result of, in whatever size and with whatever seed. */
export interface Entry {
  /** Hexadecimal, and different for every result and every picture that may become of it. */
  readonly id: string;
  readonly line: JournalLine;
  /** `person: beard, medium skin tone`, or the name of the picture's file. */
  readonly name: string;
  /** Side of the target in pixels, where there is one and that is known. */
  readonly size: number | undefined;
  readonly outcome: Outcome;
  /** How it ended, in a sentence. */
  readonly reason: string;
  /** Why it stands out from the others, in sentences. */
  readonly odd: readonly string[];
  readonly subject: Subject;
  readonly pictures: Pictures;
}

/** What a page is about: an emoji in all skin tones, sets and sizes; or a picture. */
export interface Subject {
  /** Its name without skin tones. */
  readonly title: string;
  /** The path of its page. */
  readonly page: string;
  readonly entries: Entry[];
}

/** An entry while it is made. */
export type DraftEntry = { -readonly [Key in keyof Entry]: Entry[Key] };

/**
 * Makes entries of lines, in their order; pictures come later.
 *
 * @param measured what the report measured, by output
 */
export function makeEntries(lines: readonly JournalLine[], measured?: ReadonlyMap<string, Measured>): DraftEntry[] {
  const odd = oddReasons(
    lines
      .filter((line) => line.status === 'done' && line.losses !== null)
      .map((line) => ({ output: line.output, size: sizeOf(line), L2: line.losses!.L2 })),
    measured,
  );
  const entries: DraftEntry[] = [];
  for (const [key, together] of groupBy(withoutRepetitions(lines), subjectKey)) {
    const subject: Subject = { title: subjectTitle(together[0]), page: subjectPage(together[0], key), entries: [] };
    for (const line of together) {
      const outcome = outcomeOf(line);
      const entry: DraftEntry = {
        id: entryId(line),
        line,
        name: line.emoji?.name ?? (isAboutDrawing(line) ? subject.title : resultName(line)),
        size: isAboutDrawing(line) ? undefined : sizeOf(line),
        outcome,
        reason: reasonOf(line, outcome),
        odd: odd.get(line.output) ?? [],
        subject,
        pictures: {},
      };
      subject.entries.push(entry);
      entries.push(entry);
    }
  }
  return entries;
}

/** All that a result's pictures follow from: its key, and what another engine or driver may have made otherwise. */
function entryId({ key, output, status, adapter, best_step, losses }: JournalLine): string {
  return shortHash(canonical({ key, output, status, adapter, best_step, losses }));
}

function sizeOf({ options }: JournalLine): number | undefined {
  return typeof options?.size === 'number' ? options.size : undefined;
}

/** The name of the picture that was given, without the number of a duplicate. */
function subjectKey(line: JournalLine): string {
  if (line.emoji !== undefined) return `emoji ${line.emoji.base}`;
  const name = resultName(line);
  return `picture ${line.duplicate > 0 ? name.replace(/_\d+$/, '') : name}`;
}

function subjectTitle(line: JournalLine): string {
  if (line.emoji !== undefined) return line.emoji.baseName;
  return subjectKey(line).slice('picture '.length);
}

function subjectPage(line: JournalLine, key: string): string {
  if (line.emoji !== undefined) return `emoji/${fileName(line.emoji.base)}.html`;
  return `pictures/${fileName(key.slice('picture '.length))}.html`;
}

function resultName({ output }: JournalLine): string {
  return output.replace(/\.png$/, '');
}

function outcomeOf(line: JournalLine): Outcome {
  if (line.status === 'done') return line.met ? 'within' : 'missed';
  return line.failure ?? 'failed';
}

function reasonOf(line: JournalLine, outcome: Outcome): string {
  const of = line.emoji === undefined ? 'the picture' : `${setTitle(line.emoji.set)}'s drawing`;
  const within = `eps ${line.eps}`;
  const L2 = line.losses?.L2;
  switch (outcome) {
    case 'within':
      return L2 === undefined ? `It came within ${within}.` : `Its L2 of ${lossText(L2)} is within ${within}.`;
    case 'missed':
      return L2 === undefined
        ? `It came no closer than ${within}.`
        : `Its L2 of ${lossText(L2)}, the best of ${line.steps} steps, misses ${within} by ${lossText(L2 - line.eps)}.`;
    case 'no-face':
      return `No face was found in ${of}, so there was nothing to search for.`;
    case 'missing':
      return line.emoji === undefined ? 'There is no such picture.' : `${setTitle(line.emoji.set)} has no such emoji.`;
    case 'failed':
      return `It failed: ${line.error ?? 'the reason was not noted'}.`;
  }
}

/** Where a result comes from, in a few words: `OpenMoji, medium skin, 16 px, face 2`. */
export function originOf({ line, size }: Pick<Entry, 'line' | 'size'>): string {
  const { emoji, duplicate } = line;
  return [
    emoji && setTitle(emoji.set),
    emoji && emoji.tone !== 'none' && toneTitle(emoji.tone),
    size && `${size} px`,
    duplicate > 0 && !isAboutDrawing(line) && `face ${duplicate}`,
  ]
    .filter((part) => typeof part === 'string')
    .join(', ');
}
