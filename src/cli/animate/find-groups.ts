// Which animations `facewright animate` was asked for.

import { join } from 'node:path';
import { chooseResults, groupResults, type ResultGroup, savedResults } from '../../index.js';
import { hasIntermediates } from '../../runs/saved-results.js';
import { counted } from '../../words.js';
import type { Console } from '../shared/console.js';
import { UsageError } from '../shared/exit.js';
import type { AnimateRequest } from './animate-request.js';

/**
 * What is to be animated.
 *
 * @throws FacewrightError when that is nothing: it says what to do
 */
export async function findGroups(request: AnimateRequest, console: Console): Promise<ResultGroup[]> {
  const { folder, beside, out, names } = request;
  const results = chooseResults(await savedResults(folder), names, folder);
  const there = await Promise.all(results.map(hasIntermediates));
  const animated = results.filter((_, i) => there[i]);
  const without = results.length - animated.length;
  if (without > 0 && names.length > 0) {
    const missing = results.find((result) => !animated.includes(result))!;
    throw new UsageError(`${missing.name}: its steps were not saved; ${HOW_TO_SAVE}`);
  }
  if (animated.length === 0) throw new UsageError(`${folder}: no result in it has its steps saved; ${HOW_TO_SAVE}`);
  if (without > 0) console.note(`${counted(without, 'result')} left out, whose steps were not saved`);
  const found = groupResults(animated, beside);
  if (found.length === 0) {
    const what = { size: 'sizes', set: 'sets', seed: 'seeds', names: 'names' }[beside!];
    throw new UsageError(`--beside ${beside}: none of these results is there in several ${what}; leave it out`);
  }
  if (out.file !== undefined && found.length > 1) {
    throw new UsageError(
      `--out ${join(out.folder, out.file)}: is one file, and there are ${found.length} animations; ` +
        'name one result, or give a folder',
    );
  }
  return found;
}

const HOW_TO_SAVE = 'run it again with --save-intermediate, or with --animate webp, which keeps no pictures in between';
