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

/** What the transpose of a reduction along an axis reads for each sample: `span` results from `first` on, and their weights. */
export interface AdjointTaps {
  readonly span: number;
  /** For each sample. */
  readonly first: readonly number[];
  /** `span` for each sample. */
  readonly weights: Float64Array;
}

/** The transpose of the reduction to `results` samples, reflected edges included, sample by sample. */
export function adjointTaps(factor: number, results: number): AdjointTaps {
  const taps = bicubicTaps(factor);
  const before = reflectBefore(factor);
  const samples = results * factor;
  const read = Array.from({ length: samples }, () => new Map<number, number>());
  for (let j = 0; j < results; j++) {
    taps.forEach((tap, t) => {
      const weights = read[reflected(j * factor + t - before, samples)];
      weights.set(j, (weights.get(j) ?? 0) + tap);
    });
  }
  const spans = read.map((weights) => Math.max(...weights.keys()) - Math.min(...weights.keys()) + 1);
  const span = Math.max(...spans);
  const first = read.map((weights) => Math.min(Math.min(...weights.keys()), results - span));
  const weights = new Float64Array(samples * span);
  read.forEach((own, i) => {
    for (const [j, weight] of own) weights[i * span + j - first[i]] = weight;
  });
  return { span, first, weights };
}

/** The sample at a position that may lie outside, the edges being mirrors that are not repeated. */
function reflected(position: number, samples: number): number {
  if (samples === 1) return 0;
  const period = 2 * (samples - 1);
  const wrapped = ((position % period) + period) % period;
  return Math.min(wrapped, period - wrapped);
}
