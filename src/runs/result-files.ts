// Which files a result has. What the inputs are called is in ../image/names.ts.

/** The files of one result, relative to the output folder, with forward slashes. */
export interface ResultFiles {
  /** NAME, or NAME_1 … for duplicates. */
  readonly name: string;
  readonly image: string;
  readonly target: string;
  readonly latents: string;
  readonly npz: string;
  /** The search as an animation. @param format its ending */
  animation(format: string): string;
  /** The picture after one step, full size and scaled down. */
  intermediate(step: number): { readonly high: string; readonly low: string };
}

/**
 * The numbers of a picture's results: from 1, or a single 0 where there is only one. The first face keeps its place when
 * more of them are asked for than before, or fewer: 0, 2, 3, … where it was the only one, and a single 1 where it was the
 * first of several.
 *
 * @param isThere whether the result of a number was found before
 */
export function duplicateNumbers(duplicates: number, isThere: (duplicate: number) => boolean): number[] {
  const [usual, other] = duplicates === 1 ? [0, 1] : [1, 0];
  const first = isThere(other) && !isThere(usual) ? other : usual;
  return Array.from({ length: duplicates }, (_, i) => (i === 0 ? first : i + 1));
}

/** The files of one result. @param duplicate from 1; 0 for the only one, or what was the only one */
export function resultFiles(name: string, duplicate: number, steps: number): ResultFiles {
  const own = duplicate === 0 ? name : `${name}_${duplicate}`;
  const last = own.slice(own.lastIndexOf('/') + 1);
  const digits = Math.max(2, String(steps - 1).length);
  return {
    name: own,
    image: `${own}.png`,
    target: `${name}.target.png`,
    latents: `${own}.latents.safetensors`,
    npz: `${own}.latents.npz`,
    animation: (format) => `${own}.${format}`,
    intermediate: (step) => {
      const file = `${last}_${String(step).padStart(digits, '0')}.png`;
      return { high: `${own}/HR/${file}`, low: `${own}/LR/${file}` };
    },
  };
}
