import { randomStyleGan1 } from '../dist/bench/random-weights.js';
import type { Engine } from '../dist/engine/engine.js';
import { Generator, generatorInfo } from '../dist/model/generator.js';
import { readStyleGan1 } from '../dist/model/read-stylegan1.js';

/** A generator of 16 px with few channels and random weights, on the given engine: a search step takes milliseconds. */
export function tinyGenerator(engine: Engine, name = 'tiny', keepEngine = false): Generator {
  const network = readStyleGan1('tiny', randomStyleGan1(16, { fmapBase: 40, fmapMax: 7, latentSize: 24 }), 1e-5);
  const info = generatorInfo(network, { name, sha256: '0'.repeat(64), licence: 'CC0-1.0' });
  const fit = { mean: new Float32Array(24).fill(-0.2), std: new Float32Array(24).fill(0.5) };
  return new Generator(engine, network, info, { fit, keepEngine });
}
