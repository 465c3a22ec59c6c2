// What lies in the output folder of a run, all its shards together: what the gallery and the report are made from.

import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { FacewrightError } from '../errors.js';
import { inTime, type JournalLine, journalsAmong, parseJournal } from './journal.js';

/**
 * The latest line about every result of a folder, in Unicode's order where emoji are labelled, then by name.
 *
 * A result that was found stays found when a later run failed at it: its files are still there. Not so when a later run
 * found that there is no face, or no such picture.
 *
 * @param folder the output folder of `run`, `demo` or `emoji`
 * @throws FacewrightError when the folder cannot be read, holds no journal, or one that names files outside of it
 */
export async function readResults(folder: string): Promise<JournalLine[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new FacewrightError(`${folder}: cannot be read (${error.code}); name the folder that a run wrote to`);
  });
  const all: JournalLine[] = [];
  for (const file of journalsAmong(files)) {
    const path = join(folder, file);
    // A shard that is at work may be writing its last line just now: what is torn is left out.
    all.push(...parseJournal(await readFile(path, 'utf8'), path).lines);
  }
  const latest = new Map<string, JournalLine>();
  for (const line of inTime(all)) {
    for (const file of [line.output, line.target, line.emoji?.drawing]) if (file != null) refuseOutside(folder, file);
    const stays = line.status === 'failed' && line.failure === undefined && latest.get(line.output)?.status === 'done';
    if (!stays) latest.set(line.output, line);
  }
  if (latest.size === 0) {
    throw new FacewrightError(`${folder}: no results in it; name a folder that facewright run, demo or emoji wrote to`);
  }
  return [...latest.values()].sort(inOrder);
}

function inOrder(a: JournalLine, b: JournalLine): number {
  const [left, right] = [a.emoji?.order ?? 0, b.emoji?.order ?? 0];
  return left - right || nameOf(a).localeCompare(nameOf(b), 'en', { numeric: true });
}

/** Without its ending, so that `smile` comes before `smile_2`. */
function nameOf({ output }: JournalLine): string {
  return output.replace(/\.png$/, '');
}

/** Journals are passed around, and what they name is read here and written beside. */
function refuseOutside(folder: string, file: string): void {
  const inside = relative(resolve(folder), resolve(folder, file));
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) || isAbsolute(file)) {
    throw new FacewrightError(
      `${folder}: its journal names ${file}, which lies outside; it is not one of facewright's`,
    );
  }
}
