// facewright gallery: a static site of what a run found.

import { join } from 'node:path';
import type { ArgumentsCamelCase } from 'yargs';
import { buildGallery, type GallerySummary } from '../emoji/gallery/build.js';
import { AbortedError } from '../errors.js';
import { readResults } from '../results/read-results.js';
import { Arguments } from './arguments.js';
import { Console } from './console.js';
import { exitCode, UsageError } from './exit.js';
import { interruptible } from './interrupt.js';
import { inFolder } from './out-folder.js';
import { duration } from './table.js';
import { counted } from './values.js';

interface GalleryRequest {
  readonly folder: string;
  readonly out: string;
  readonly title: string | undefined;
  readonly force: boolean;
}

export async function galleryCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const request = readGalleryRequest(words);
  const lines = await readResults(request.folder);
  const labelled = lines.some(({ emoji }) => emoji !== undefined);
  const began = performance.now();
  const summary = await inFolder(request.out, () =>
    interruptible(
      () => console.note('stopping once the file at hand is written; again: stop at once'),
      ({ signal }) => {
        let begun = false;
        const onProgress = (done: number, total: number, count: string) => {
          if (!begun) console.beginProgress(total);
          begun = true;
          console.progress({ done, count });
        };
        const title = request.title ?? (labelled ? 'Faces from emoji' : 'Faces');
        return buildGallery({ ...request, title, lines, credits: [], signal, onProgress })
          .catch((error: unknown) => {
            if (!(error instanceof AbortedError)) throw error;
            return undefined;
          })
          .finally(() => console.endProgress());
      },
    ),
  );
  if (summary === undefined) {
    console.note('stopped; the same command goes on from here');
    return exitCode.interrupted;
  }
  console.result(summary.index);
  report(summary, request, console, (performance.now() - began) / 1000);
  return summary.problems.length > 0 ? exitCode.someFailed : exitCode.done;
}

function readGalleryRequest(words: Arguments): GalleryRequest {
  const folders = words.texts('inputs');
  if (folders.length !== 1) {
    throw new UsageError(
      `${folders.length === 0 ? 'no folder' : `${folders.length} folders`}: name the one that a run wrote to, ` +
        'for example facewright gallery faces',
    );
  }
  const [folder] = folders;
  return {
    folder,
    out: words.text('out') ?? join(folder, 'gallery'),
    title: words.text('title'),
    force: words.flag('force'),
  };
}

/** Pictures that could not be read and are named one by one. */
const MOST_NAMED = 10;

function report(summary: GallerySummary, { folder }: GalleryRequest, console: Console, seconds: number): void {
  const { results, pages, made, reused, removed, problems } = summary;
  for (const { file, why } of problems.slice(0, MOST_NAMED)) console.error(`${join(folder, file)}: ${why}`);
  if (problems.length > MOST_NAMED) console.error(`and ${problems.length - MOST_NAMED} more`);
  const old = [reused > 0 ? `${reused} were there` : '', removed > 0 ? `${counted(removed, 'old file')} removed` : ''];
  console.note(
    [
      `${counted(results, 'result')} on ${counted(pages, 'page')}`,
      `${counted(made, 'picture')} made`,
      ...old.filter((part) => part !== ''),
      duration(seconds),
    ].join(', '),
  );
  if (problems.length > 0) console.note(`${counted(problems.length, 'picture')} could not be read and are left out`);
}
