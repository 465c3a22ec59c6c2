/** What truncation draws faces towards: the mean of w that the file holds, or the centre of the prior (gaussian.ts). */
export type TruncationCentre = 'mean of w' | 'prior';

/**
 * Truncation towards a mean of w: mean + ψ·(w − mean), in all rows (Karras et al. 2019, appendix B).
 *
 * @param w any number of rows of d numbers
 * @param mean [d]
 * @param psi 1 leaves w as it is, 0 gives the mean
 */
export function truncateTowards(w: Float32Array, mean: Float32Array, psi: number): Float32Array {
  if (psi === 1) return w;
  const d = mean.length;
  return w.map((value, index) => mean[index % d] + psi * (value - mean[index % d]));
}
