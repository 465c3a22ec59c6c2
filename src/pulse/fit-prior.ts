import { type GaussianFit, GaussianFitter } from '../model/gaussian.js';
import type { Generator } from '../model/generator.js';
import { LATENTS_AT_ONCE } from '../model/network-on-engine.js';
import { NormalSource } from './ziggurat.js';

/**
 * Fits the Gaussian of the search's prior (gaussian.ts) to latents of the generator. The next latents are drawn, and the
 * last ones counted, while the engine computes.
 *
 * @param latents how many, at least 2
 * @param onMapped told how many are done
 * @returns the same on every run: the random numbers are always these
 * @throws FacewrightError when the weights have no mapping network; AbortedError when the signal is raised
 */
export async function fitPrior(
  generator: Pick<Generator, 'map' | 'info'>,
  latents: number,
  signal?: AbortSignal,
  onMapped: (done: number) => void = () => undefined,
): Promise<GaussianFit> {
  const d = generator.info.latentSize;
  const source = new NormalSource(0);
  const fitter = new GaussianFitter(d);
  // While one is mapped the other is filled.
  const [now, next] = [0, 1].map(() => new Float32Array(Math.min(LATENTS_AT_ONCE, latents) * d));
  let last: Promise<Float32Array> | undefined;
  for (let first = 0; first < latents; first += LATENTS_AT_ONCE) {
    const z = (first / LATENTS_AT_ONCE) % 2 === 0 ? now : next;
    const mapped = generator.map(source.fill(z.subarray(0, (latents - first) * d)), signal);
    // Where the one before it fails, nobody waits for this one.
    mapped.catch(() => undefined);
    if (last) fitter.add(await last);
    last = mapped;
    onMapped(first);
  }
  if (last) fitter.add(await last);
  return fitter.result();
}
