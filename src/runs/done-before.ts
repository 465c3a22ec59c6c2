// What need not be searched for again.

import { join } from 'node:path';
import { identifierOf } from '../image/write.js';
import type { Journal, JournalLine } from '../results/journal.js';
import type { Job } from './batch.js';
import type { RunSetting } from './options.js';
import { allThere } from './out-folder.js';
import type { ResultFiles } from './result-files.js';
import type { Written } from './result-writer.js';

/** The line of a job's result if it is there with all its files, those included that are asked for only now. */
export async function doneInFolder(
  { files, key }: Pick<Job, 'files' | 'key'>,
  setting: Written & Pick<RunSetting, 'out' | 'again'>,
  journal: Pick<Journal, 'latest'>,
  steps: number,
): Promise<JournalLine | undefined> {
  const { out, again, trace } = setting;
  const line = journal.latest(files.image);
  if (again || line?.key !== key || (trace && line.trace === undefined)) return undefined;
  // A run that was killed after it wrote the picture, and before its line, left a picture that is not of this line.
  if (((await identifierOf(join(out, files.image))) ?? key) !== key) return undefined;
  for (const [name, file] of Object.entries(extraFiles(files, setting))) {
    if (line[name as keyof ReturnType<typeof extraFiles>] !== file) return undefined;
  }
  const last = setting.saveIntermediate ? Object.values(files.intermediate(steps - 1)) : [];
  const needed = [files.image, files.target, ...Object.values(extraFiles(files, setting)), ...last];
  return (await allThere(out, needed)) ? line : undefined;
}

/** The files of a result beside its picture and its target that its line names, by what the line calls them. */
export function extraFiles(
  files: ResultFiles,
  { saveLatents, saveNpz, animate }: Written,
): Partial<Record<'latents' | 'npz' | 'animation', string>> {
  return {
    ...(saveLatents ? { latents: files.latents } : {}),
    ...(saveNpz ? { npz: files.npz } : {}),
    ...(animate ? { animation: files.animation(animate.format) } : {}),
  };
}
