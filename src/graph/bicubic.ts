/** Keys' cubic with a = −0.5 (Keys 1981, equation 15). */
export function cubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return 1.5 * t ** 3 - 2.5 * t ** 2 + 1;
  if (t < 2) return -0.5 * t ** 3 + 2.5 * t ** 2 - 4 * t + 2;
  return 0;
}

/** The taps of PULSE's bicubic reduction by an integer factor: 4·factor of them, centred, summing to 1. */
export function bicubicTaps(factor: number): Float64Array {
  const taps = Float64Array.from({ length: 4 * factor }, (_, t) => cubic((t + 0.5) / factor - 2));
  const sum = taps.reduce((a, b) => a + b, 0);
  return taps.map((tap) => tap / sum);
}

/** How many reflected samples stand before the first: tap t of output j reads sample j·factor + t − reflectBefore. */
export function reflectBefore(factor: number): number {
  return Math.floor((3 * factor) / 2);
}
