// Whole searches, as `run` makes them: what a face takes, the processor's own part of it, and what opening takes beforehand.

import { performance } from 'node:perf_hooks';
import type { Engine, EngineInfo } from '../engine/engine.js';
import { Generator, generatorInfo } from '../model/generator.js';
import { defaultSearchOptions, type SearchOptions } from '../pulse/options.js';
import { normals } from '../pulse/random.js';
import { type SearchTarget, search } from '../pulse/search.js';
import { randomStart } from '../pulse/start.js';
import { usualBatch } from '../runs/usual-batch.js';
import type { BenchModel } from './search-step.js';

/** What was measured of searches. */
export interface SearchesResult {
  readonly model: string;
  readonly engine: EngineInfo;
  /** Searched for and timed: whole batches. */
  readonly pictures: number;
  readonly batch: number;
  readonly steps: number;
  readonly targetSize: number;
  /** Reading the weights, opening the engine. */
  readonly openSeconds: number;
  /** A batch of two steps before all others: compiling the kernels, uploading the weights. */
  readonly firstSeconds: number;
  /** Of each batch, from its targets to its faces in memory; nothing is read from or written to files. */
  readonly batchSeconds: readonly number[];
  /** Of that time, 0 to 1, when the thread of JavaScript was busy: encoding, random starts, losses. It computes nothing else. */
  readonly busy: number;
}

export interface SearchesOptions {
  /** At least so many; rounded up to whole batches. */
  readonly pictures?: number;
  /** Pictures searched for together; by default what `run` takes. */
  readonly batch?: number;
  /** By default those of a search. */
  readonly steps?: number;
  /** The side of a target; by default 16 px below 256 px, or else 32. */
  readonly size?: number;
  /** Told when a batch is done. */
  readonly onBatch?: (done: number, batches: number) => void;
}

/** How to open what searches. */
export interface SearchesOpener {
  readonly engine: () => Promise<Engine>;
  /** A generator with a Gaussian fit, on that engine, which it is not to close. */
  readonly generator: (engine: Engine) => Promise<Generator>;
}

/** As many as the demo has. */
const PICTURES = 12;

/**
 * Times searches for random targets: how long one takes does not depend on what is in the picture.
 *
 * @param open what it opens is closed at the end
 */
export async function measureSearches(
  open: SearchesOpener,
  { pictures = PICTURES, onBatch, ...wanted }: SearchesOptions = {},
): Promise<SearchesResult> {
  const before = performance.now();
  const engine = await open.engine();
  try {
    const generator = await open.generator(engine);
    const opened = performance.now();
    const { info } = generator;
    const usual = defaultSearchOptions(info);
    const options: SearchOptions = { ...usual, steps: wanted.steps ?? usual.steps };
    const batch = wanted.batch ?? Math.min(usualBatch(generator), pictures);
    const size = wanted.size ?? Math.min(info.resolution / 2, info.resolution < 256 ? 16 : 32);
    const batches = Math.ceil(pictures / batch);
    const searchFor = async (first: number, steps: number) => {
      const targets = await Promise.all(
        Array.from({ length: batch }, (_, i) => target(info, options, size, first + i)),
      );
      await search(generator, targets, { ...options, steps }).results;
    };
    await searchFor(0, 2);
    const warm = performance.now();
    const batchSeconds: number[] = [];
    const idle = performance.eventLoopUtilization();
    for (let done = 0; done < batches; done++) {
      const begin = performance.now();
      await searchFor((1 + done) * batch, options.steps);
      batchSeconds.push((performance.now() - begin) / 1000);
      onBatch?.(done + 1, batches);
    }
    return {
      model: info.name,
      engine: engine.info,
      pictures: batches * batch,
      batch,
      steps: options.steps,
      targetSize: size,
      openSeconds: (opened - before) / 1000,
      firstSeconds: (warm - opened) / 1000,
      batchSeconds,
      busy: performance.eventLoopUtilization(idle).utilization,
    };
  } finally {
    // Its executables are closed with it.
    engine.close();
  }
}

/** A generator of a network whose weights are random: it has a prior of mean 0 and deviation 1. The engine stays its owner's. */
export function randomGenerator(engine: Engine, { name, network }: BenchModel): Generator {
  const d = network.latentSize;
  const fit = { mean: new Float32Array(d), std: new Float32Array(d).fill(1) };
  const info = generatorInfo(network, { name, sha256: '', licence: 'unknown' });
  return new Generator(engine, network, info, { fit, keepEngine: true });
}

/** A target of grey noise, and the start that goes with it. */
async function target(
  info: Generator['info'],
  options: SearchOptions,
  size: number,
  index: number,
): Promise<SearchTarget> {
  const rgb = Uint8Array.from(normals(1, [index], 3 * size * size), (value) =>
    Math.min(255, Math.max(0, 128 + 48 * value)),
  );
  const start = await randomStart(info, options, { seed: 1, target: rgb, duplicate: 0, restart: 0 });
  return { rgb, size, start };
}
