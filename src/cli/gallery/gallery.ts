// facewright gallery: a static site of what a run found, with its report.

import { join } from 'node:path';
import type { ArgumentsCamelCase } from 'yargs';
import { buildGallery, type GallerySummary } from '../../emoji/gallery/build.js';
import { reportCsv } from '../../emoji/report/files.js';
import { measureResults } from '../../emoji/report/measure.js';
import { makeReport } from '../../emoji/report/report.js';
import { creditOf } from '../../emoji/sets.js';
import { AbortedError, type JournalLine, readResults } from '../../index.js';
import { inFolder } from '../../runs/out-folder.js';
import { counted } from '../../words.js';
import { Arguments, onlyFolder } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { duration } from '../shared/table.js';

export async function galleryCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const request = readRequest(words);
  const lines = await readResults(request.folder);
  const began = performance.now();
  const summary = await inFolder(request.out, () => build(request, lines, console));
  if (summary === undefined) {
    console.note('stopped; the same command goes on from here');
    return exitCode.interrupted;
  }
  console.result(words.flag('json') ? JSON.stringify(summary) : summary.index);
  tell(summary, request, console, (performance.now() - began) / 1000);
  return summary.problems.length > 0 ? exitCode.someFailed : exitCode.done;
}

function readRequest(words: Arguments): Request {
  const folder = onlyFolder(words, 'gallery');
  const out = words.text('out') ?? join(folder, 'gallery');
  return { folder, out, title: words.text('title'), force: words.flag('force') };
}

/** Pictures that could not be read and are named one by one. */
const MOST_NAMED = 10;

function tell(summary: GallerySummary, { folder }: Request, console: Console, seconds: number): void {
  const { results, pages, made, reused, removed, problems } = summary;
  for (const { file, why } of problems.slice(0, MOST_NAMED)) console.error(`${join(folder, file)}: ${why}`);
  if (problems.length > MOST_NAMED) console.error(`and ${problems.length - MOST_NAMED} more`);
  const told = [`${counted(results, 'result')} on ${counted(pages, 'page')}`, `${counted(made, 'picture')} made`];
  if (reused > 0) told.push(`${reused} were there`);
  if (removed > 0) told.push(`${counted(removed, 'old file')} removed`);
  console.note([...told, duration(seconds)].join(', '));
  if (problems.length > 0) console.note(`${counted(problems.length, 'picture')} could not be read and are left out`);
}

interface Request {
  readonly folder: string;
  readonly out: string;
  readonly title: string | undefined;
  readonly force: boolean;
}

/** Measures the results, and builds the site. @returns undefined after Ctrl-C */
async function build(
  request: Request,
  lines: readonly JournalLine[],
  console: Console,
): Promise<GallerySummary | undefined> {
  const { folder, out, force } = request;
  return interruptible(
    () => console.note('stopping once the file at hand is written; again: stop at once'),
    async ({ signal }) => {
      const done = lines.filter(({ status }) => status === 'done').length;
      console.beginProgress(done);
      const measured = await measureResults(folder, lines, {
        onProgress: (count) => console.progress({ done: count, count: `${count} of ${done} measured` }),
        // What cannot be read is told once, by whoever makes its thumbnail.
        onWarning: () => {},
      }).finally(() => console.endProgress());
      const report = makeReport(folder, lines, measured);
      const emoji = lines.some((line) => line.emoji !== undefined);
      let units = 0;
      return buildGallery({
        folder,
        out,
        lines,
        force,
        signal,
        measured,
        report,
        title: request.title ?? (emoji ? 'Faces from emoji' : 'Faces'),
        credits: creditsOf(lines),
        csv: reportCsv(report, lines, measured),
        onProgress: (at, total, what) => {
          if (units === 0) console.beginProgress(total);
          units = total;
          console.progress({ done: at, count: what });
        },
      })
        .catch((error: unknown) => {
          if (!(error instanceof AbortedError)) throw error;
          return undefined;
        })
        .finally(() => console.endProgress());
    },
  );
}

/** The credits of the sets that occur. */
function creditsOf(lines: readonly JournalLine[]) {
  const sets = [...new Set(lines.flatMap(({ emoji }) => emoji?.set ?? []))].sort((a, b) => a.localeCompare(b, 'en'));
  return sets.flatMap((set) => {
    const credit = creditOf(set);
    return credit === undefined ? [] : [{ set, text: `Emoji: ${credit.text}`, url: credit.url }];
  });
}
