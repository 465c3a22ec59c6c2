/** Wording that the readers of weights share. */

export { quoted } from '../words.js';

/** The end of every refusal: what would do instead. */
export const OPENS =
  "facewright opens StyleGAN1 and StyleGAN2: NVIDIA's pickles, the files of PULSE, lernapparat, genforce and rosinality, and its own safetensors";

/** How a damaged or shortened file ends its message. */
export const FETCH_AGAIN = 'download or copy it again';

/** For sorting names: the same order on every machine, whatever its language. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
