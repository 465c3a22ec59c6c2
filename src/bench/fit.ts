// How long the Gaussian fit of a model that comes without one takes, and what of it is drawing, mapping and summing up.

import type { Engine } from '../engine/engine.js';
import { GaussianFitter } from '../model/gaussian.js';
import { Generator, generatorInfo } from '../model/generator.js';
import { LATENTS_AT_ONCE } from '../model/network-on-engine.js';
import { readStyleGan2 } from '../model/read-stylegan2.js';
import { fitPrior } from '../pulse/fit-prior.js';
import { NormalSource } from '../pulse/ziggurat.js';
import { median } from './kernels/statistics.js';
import { randomStyleGan2, withMapping } from './random-weights.js';
import { aligned } from './report.js';
import { percent } from './units.js';

/** What was measured of a fit. */
export interface FitMeasurement {
  readonly latents: number;
  /** From the first z to the fit, everything side by side; compiled before. */
  readonly seconds: number;
  /** Floating point operations of the dense layers. */
  readonly flop: number;
  /** The machine at its best beside that; absent where the engine cannot tell. */
  readonly peakFlops: number | undefined;
  /** What each part takes alone, for as many latents. */
  readonly drawSeconds: number;
  readonly mapSeconds: number;
  readonly sumSeconds: number;
  /** The most memory that the process held, Node itself included. */
  readonly peakProcessBytes: number;
}

/** Runs of the mapping network in which a part is timed alone. */
const PART_RUNS = 16;
/** How often the machine's best is measured, before the fit and after it. */
const PEAKS = 5;

/**
 * Measures the fit of a random mapping network of eight layers of 512, as all published ones have.
 *
 * @param engine is closed at the end
 * @param latents at least 2
 */
export async function measureFit(engine: Engine, latents: number): Promise<FitMeasurement> {
  const weights = withMapping(randomStyleGan2(8, { fmapBase: 32768, fmapMax: 512 }), 'fc');
  const network = readStyleGan2('fit', weights, {});
  const info = generatorInfo(network, { name: 'fit', sha256: '', licence: '' });
  const generator = new Generator(engine, network, info);
  const peaks: number[] = [];
  const measurePeak = async () => {
    for (let time = 0; engine.peak && time < PEAKS; time++) peaks.push((await engine.peak(false)).flops);
  };
  try {
    // Compiles what the fit will run, two of them at a time.
    await fitPrior(generator, 3 * LATENTS_AT_ONCE);
    await measurePeak();
    const start = performance.now();
    await fitPrior(generator, latents);
    const seconds = (performance.now() - start) / 1000;
    await measurePeak();
    const peakProcessBytes = process.resourceUsage().maxRSS * 1024;
    const parts = await measureParts(generator, latents);
    const flop = latents * 8 * 2 * network.latentSize ** 2;
    return { latents, seconds, flop, peakFlops: engine.peak && median(peaks), ...parts, peakProcessBytes };
  } finally {
    generator.close();
  }
}

/** Each part alone, in seconds for that many latents. */
async function measureParts(generator: Generator, latents: number) {
  const d = generator.info.latentSize;
  const source = new NormalSource(1);
  const fitter = new GaussianFitter(d);
  const z = new Float32Array(LATENTS_AT_ONCE * d);
  let w: Float32Array = z;
  const timed = async (part: () => unknown) => {
    const times: number[] = [];
    for (let run = 0; run < PART_RUNS; run++) {
      const start = performance.now();
      await part();
      times.push((performance.now() - start) / 1000);
    }
    return (median(times) * latents) / LATENTS_AT_ONCE;
  };
  const drawSeconds = await timed(() => source.fill(z));
  const mapSeconds = await timed(async () => {
    w = await generator.map(z);
  });
  const sumSeconds = await timed(() => fitter.add(w));
  return { drawSeconds, mapSeconds, sumSeconds };
}

/** One line of figures. */
export function fitTable(fit: FitMeasurement): string {
  const { latents, seconds, flop, peakFlops, drawSeconds, mapSeconds, sumSeconds, peakProcessBytes } = fit;
  const speed = (time: number) => (flop / 1e9 / time).toFixed(0);
  const share = (time: number) => (peakFlops ? percent(flop / time / peakFlops) : '');
  return aligned(
    [
      ['the Gaussian fit', 's', 'GFLOP/s', 'of peak speed', 'most MB'],
      [
        `of ${latents} latents`,
        seconds.toFixed(2),
        speed(seconds),
        share(seconds),
        (peakProcessBytes / 1e6).toFixed(0),
      ],
      ['drawing alone', drawSeconds.toFixed(2), '', '', ''],
      ['mapping alone', mapSeconds.toFixed(2), speed(mapSeconds), share(mapSeconds), ''],
      ['summing alone', sumSeconds.toFixed(2), '', '', ''],
    ],
    1,
  );
}
