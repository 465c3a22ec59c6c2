import { FacewrightError } from '../../errors.js';
import { quoted } from '../../words.js';

/**
 * The epsilon of the instance norm: what the file's metadata say under `norm_epsilon`, or what its dialect's do by default.
 *
 * @param source what errors call the file
 * @throws FacewrightError when the metadata say something else than a small number
 */
export function normEpsilon(source: string, metadata: Readonly<Record<string, string>>, usual: number): number {
  if (metadata.norm_epsilon === undefined) return usual;
  const epsilon = Number(metadata.norm_epsilon);
  if (epsilon > 0 && epsilon < 1) return epsilon;
  throw new FacewrightError(
    `${source}: its norm_epsilon is "${quoted(metadata.norm_epsilon)}"; expected a small number`,
  );
}
