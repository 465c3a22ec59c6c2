import type { Generator } from '../model/generator.js';
import type { SearchResult } from '../pulse/search.js';
import type { PictureNotes } from '../results/picture-notes.js';
import { namedOptions, type ResultOptions } from './named-options.js';

/** A search that is no part of a run, and the face that was kept of it. */
export interface LoneSearch extends Omit<ResultOptions, 'precision'> {
  readonly seed: number;
  /** Side of the target in pixels. */
  readonly size: number;
  readonly result: SearchResult;
  /** Of which start the face is, from 0. */
  readonly restart: number;
}

/** The notes of its face, as `notesOf` makes them of a line of run.jsonl. @param madeBy the program that searched */
export function searchNotes(
  madeBy: string,
  { info, engine }: Pick<Generator, 'info' | 'engine'>,
  { seed, size, result, restart, ...options }: LoneSearch,
): PictureNotes {
  const { name, sha256, licence } = info;
  const { kind, adapter, precision } = engine.info;
  const { steps, eps } = options.search;
  return {
    v: 1,
    made_by: madeBy,
    model: { name, sha256, licence },
    ...{ seed, duplicate: 0, restart, options: { ...namedOptions({ ...options, precision }, info), size }, steps },
    ...{ best_step: result.bestStep, losses: result.losses, eps, met: result.met },
    ...{ engine: kind, adapter, precision },
  };
}
