import type { Executable } from '../engine/engine.js';
import type { Lease } from '../engine/executable-pool.js';
import { AbortedError, FacewrightError } from '../errors.js';
import { elements } from '../graph/graph.js';
import { ADAM } from '../graph/optimisers.js';
import { degaussianise } from '../model/gaussian.js';
import type { Generator } from '../model/generator.js';
import { Flight, LEAST_IN_FLIGHT } from './flight.js';
import { checkSearchOptions, type LossTermName, parseLoss, type SearchOptions } from './options.js';
import { scheduleFactor } from './schedule.js';
import { type NoiseRole, noiseRoles, type SearchStart } from './start.js';
import { buildStep, computedTerms, momentsOf, parameterNames, type StepPlan } from './step.js';

/** A picture to be matched. */
export interface SearchTarget {
  /** size·size·3 values: RGB, interleaved, row by row; bytes, or floats in [0, 1]. */
  readonly rgb: Uint8Array | Float32Array;
  /** The side in pixels. All targets of one search have the same. */
  readonly size: number;
  readonly start: SearchStart;
}

/** Losses of one picture. L1 and GEOCROSS only where the loss names them. */
export interface SearchLosses {
  L2: number;
  L1?: number;
  GEOCROSS?: number;
  TOTAL: number;
}

/** One finished step. */
export interface SearchProgress {
  /** Steps finished, from 1 to `steps`. */
  readonly step: number;
  readonly steps: number;
  /** Of each picture in this step, as optimised: L2 and L1 clamped at eps. */
  readonly losses: readonly SearchLosses[];
  /** The learning rate of this step. */
  readonly lr: number;
  /** With `intermediate`: the best image so far of each picture, [3, r, r], nominally in [0, 1], not clamped. */
  readonly images?: readonly Float32Array[];
}

/**
 * What was found for one picture: its best step, which need not be the last. It is the one of least TOTAL among those that came
 * within eps (L2 ≤ eps as float32), or of all where none did; the earliest on ties.
 */
export interface SearchResult {
  /** [3, r, r], nominally in [0, 1], not clamped. */
  readonly image: Float32Array;
  /** The search variable [L or 1, d]. */
  readonly v: Float32Array;
  /** [L, d] */
  readonly w: Float32Array;
  /** For each noise map [1, s, s]; null where it is zero. */
  readonly noise: readonly (Float32Array | null)[];
  /** Counted from 0; −1 where no step had a finite loss: the image is black then, and the losses are NaN. */
  readonly bestStep: number;
  /** Of that step, not clamped; TOTAL as optimised. */
  readonly losses: SearchLosses;
  /** Whether L2 ≤ eps, as float32: whether any step came within eps. */
  readonly met: boolean;
  /** Losses as optimised and learning rate, step by step. */
  readonly trace: readonly (SearchLosses & { lr: number })[];
}

/** Whether a result is better than another of the same picture, by the order in which the best step is chosen. NaN never is. */
export function isBetter(result: SearchResult, than: SearchResult): boolean {
  if (result.met !== than.met) return result.met;
  return result.losses.TOTAL < than.losses.TOTAL || (Number.isNaN(than.losses.TOTAL) && result.bestStep >= 0);
}

/** How to watch and stop a search. */
export interface SearchExtra {
  /** Stops the search: at once on the native engine, within the steps in flight on a GPU. It then throws AbortedError. */
  readonly signal?: AbortSignal;
  /** Read the best image after every step. */
  readonly intermediate?: boolean;
}

/** What no loss reaches: the first step is always the best so far. */
const WORST = 3.4028234663852886e38;

/**
 * Searches for faces that look like the targets when scaled down (PULSE: Menon et al., CVPR 2020). All pictures of a batch
 * are searched together, each as if it were alone.
 *
 * @throws FacewrightError at once for options that cannot be, targets of several sizes, or starts of the wrong shape
 *
 * @example
 * const running = search(generator, [{ rgb, size: 32, start }], defaultSearchOptions(generator.info));
 * for await (const { step, losses } of running) console.log(step, losses[0].L2);
 * const [face] = await running.results;
 */
export function search(
  generator: Generator,
  targets: readonly SearchTarget[],
  options: SearchOptions,
  extra: SearchExtra = {},
): Search {
  return new Search(generator, targets, options, extra);
}

/**
 * A search. Iterate over it to watch (and drive) it, or await `results`, which drives it to its end; or both, in this order.
 */
export class Search implements AsyncIterable<SearchProgress> {
  readonly #steps: AsyncGenerator<SearchProgress, SearchResult[]>;
  #results: Promise<SearchResult[]>;
  #settle!: { resolve: (results: SearchResult[]) => void; reject: (error: unknown) => void };
  #iterated = false;

  constructor(generator: Generator, targets: readonly SearchTarget[], options: SearchOptions, extra: SearchExtra) {
    checkTargets(generator, targets, options);
    this.#steps = runSearch(generator, targets, options, extra);
    this.#results = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever only iterates gets the error from the loop.
    this.#results.catch(() => undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SearchProgress> {
    if (this.#iterated) throw new FacewrightError('a search can be iterated over only once');
    this.#iterated = true;
    try {
      let next = await this.#steps.next();
      while (!next.done) {
        yield next.value;
        next = await this.#steps.next();
      }
      this.#settle.resolve(next.value);
    } catch (error) {
      this.#settle.reject(error);
      throw error;
    } finally {
      // Left early: the search ends, and its results never come.
      this.#settle.reject(new AbortedError('the search was left before its end'));
      await this.#steps.return([]);
    }
  }

  /** One result per target, in their order. */
  get results(): Promise<SearchResult[]> {
    if (!this.#iterated) {
      (async () => {
        for await (const _ of this);
      })().catch(() => undefined);
    }
    return this.#results;
  }
}

function checkTargets(generator: Generator, targets: readonly SearchTarget[], options: SearchOptions): void {
  const { info } = generator;
  if (targets.length === 0) throw new FacewrightError('a search needs at least one target');
  const { size } = targets[0];
  checkSearchOptions(options, info, size);
  const roles = noiseRoles(info.noiseSides.length, options);
  const rows = options.tile ? 1 : info.layers;
  targets.forEach((target, index) => {
    if (target.size !== size) {
      throw new FacewrightError(`target ${index} is ${target.size} px and target 0 ${size} px: search them apart`);
    }
    if (target.rgb.length !== size * size * 3) {
      throw new FacewrightError(`target ${index}: ${target.rgb.length} values; expected ${size}·${size}·3`);
    }
    checkLength(`target ${index}: v`, target.start.v, rows * info.latentSize);
    roles.forEach((role, layer) => {
      const map = target.start.noise[layer];
      if (role !== 'zero') checkLength(`target ${index}: noise ${layer}`, map, info.noiseSides[layer] ** 2);
    });
  });
}

function checkLength(what: string, values: Float32Array | null | undefined, expected: number): void {
  if (values?.length !== expected) {
    throw new FacewrightError(`${what}: ${values?.length ?? 'no'} numbers in the start; expected ${expected}`);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new FacewrightError(`${what}: the start holds ${values[bad]} at position ${bad}`);
}

/** The loop: a generator of progress that returns the results. */
async function* runSearch(
  generator: Generator,
  targets: readonly SearchTarget[],
  options: SearchOptions,
  { signal, intermediate }: SearchExtra,
): AsyncGenerator<SearchProgress, SearchResult[]> {
  throwIfAborted(signal);
  const run = await BatchRun.open(generator, targets, options);
  const names = [...run.terms, 'TOTAL', ...(intermediate ? ['best.image'] : [])];
  const raw: Record<string, Float32Array>[] = [];
  const pending: Promise<Record<string, Float32Array>>[] = [];
  const traces: (SearchLosses & { lr: number })[][] = targets.map(() => []);
  const cancel = () => run.executable.cancel();
  // Images that are read take memory for every step in flight.
  const flight = new Flight(intermediate ? LEAST_IN_FLIGHT : undefined);
  signal?.addEventListener('abort', cancel);
  try {
    for (let queued = 0, step = 0; step < options.steps; step++) {
      for (; queued < options.steps && queued < step + flight.steps && !signal?.aborted; queued++) {
        run.step(queued);
        const read = run.executable.read(names);
        read.catch(() => undefined); // awaited below, unless the search ends before
        pending.push(read);
      }
      throwIfAborted(signal);
      const values = await pending.shift()!;
      flight.arrived();
      throwIfAborted(signal);
      const { 'best.image': bestImages, ...scalars } = values;
      raw.push(scalars);
      const lr = run.learningRate(step);
      const losses = targets.map((_, picture) => run.clamped(values, picture));
      losses.forEach((picture, index) => {
        traces[index].push({ ...picture, lr });
      });
      const images = bestImages ? split(bestImages, targets.length) : undefined;
      yield { step: step + 1, steps: options.steps, losses, lr, images };
    }
    return await run.results(raw, traces);
  } finally {
    signal?.removeEventListener('abort', cancel);
    // Left early: what is in flight need not be finished.
    if (pending.length > 0) cancel();
    await Promise.allSettled(pending);
    run.close();
  }
}

/** One batch on the device. */
class BatchRun {
  private constructor(
    private readonly generator: Generator,
    private readonly targets: readonly SearchTarget[],
    private readonly options: SearchOptions,
    private readonly roles: readonly NoiseRole[],
    private readonly parameters: readonly string[],
    readonly terms: readonly LossTermName[],
    private readonly lease: Lease,
  ) {}

  get executable(): Executable {
    return this.lease.executable;
  }

  /** Lets others use the executable. */
  close(): void {
    this.lease.release();
  }

  static async open(generator: Generator, targets: readonly SearchTarget[], options: SearchOptions): Promise<BatchRun> {
    const terms = parseLoss(options.loss);
    const roles = noiseRoles(generator.info.noiseSides.length, options);
    const plan: StepPlan = {
      network: generator.network,
      terms,
      eps: options.eps,
      tile: options.tile,
      roles,
      optimizer: options.optimizer,
      targetSize: targets[0].size,
      precision: generator.engine.info.precision,
    };
    const { network: _, ...named } = plan;
    const lease = await generator.lease(
      `search ${generator.prior.version} ${targets.length} ${JSON.stringify(named)}`,
      targets.length,
      (graph) => buildStep(graph, plan),
      generator.prior.constants(),
    );
    const computed = computedTerms(terms, options.tile);
    const run = new BatchRun(generator, targets, options, roles, parameterNames(plan), computed, lease);
    try {
      run.#write();
    } catch (error) {
      lease.release();
      throw error;
    }
    return run;
  }

  /** Writes targets, starts, radii, and moments and bests of nothing. */
  #write(): void {
    const { executable, targets, options, roles } = this;
    const n = targets.length;
    executable.write('target', concatenate(targets.map(planar)));
    executable.write('v', concatenate(targets.map(({ start }) => start.v)));
    roles.forEach((role, layer) => {
      if (role !== 'zero') {
        executable.write(`noise${layer}`, concatenate(targets.map(({ start }) => start.noise[layer]!)));
      }
    });
    const startsOf = new Map([['v', targets.map(({ start }) => start.v)]]);
    roles.forEach((_, map) => {
      startsOf.set(
        `noise${map}`,
        targets.map(({ start }) => start.noise[map]!),
      );
    });
    for (const name of this.parameters) {
      const starts = startsOf.get(name)!;
      const rows = name === 'v' && !options.tile ? this.generator.info.layers : 1;
      executable.write(`${name}.radius`, concatenate(starts.map((values) => radii(values, rows))));
      for (const moment of momentsOf[options.optimizer]) {
        executable.write(`${name}.${moment}`, new Float32Array(n * starts[0].length));
      }
    }
    executable.write('best', new Float32Array(n).fill(WORST));
    executable.write('best.within', new Float32Array(n));
    executable.write('best.image', new Float32Array(n * 3 * this.generator.info.resolution ** 2));
    executable.write('best.step', new Float32Array(n).fill(-1));
  }

  /** Whether the loss names a term. */
  #names(term: LossTermName): boolean {
    return parseLoss(this.options.loss).some((one) => one.term === term);
  }

  learningRate(step: number): number {
    const { learningRate, schedule, steps } = this.options;
    return learningRate * scheduleFactor(schedule, step, steps);
  }

  /** Queues step `step` (from 0), with Adam's bias corrections (Kingma & Ba 2015, algorithm 1) in float64. */
  step(step: number): void {
    const adaptive = this.options.optimizer === 'adam' || this.options.optimizer === 'adamax';
    const rate = this.learningRate(step);
    this.executable.run({
      rate: adaptive ? rate / (1 - ADAM.beta1 ** (step + 1)) : rate,
      rootCorrection: Math.sqrt(1 - ADAM.beta2 ** (step + 1)),
      step,
    });
  }

  /** The losses of a picture as optimised. */
  clamped(values: Record<string, Float32Array>, picture: number): SearchLosses {
    const eps = Math.fround(this.options.eps);
    const losses = this.unclamped(values, picture);
    losses.L2 = Math.max(losses.L2, eps);
    if (losses.L1 !== undefined) losses.L1 = Math.max(losses.L1, eps);
    return losses;
  }

  unclamped(values: Record<string, Float32Array>, picture: number): SearchLosses {
    const losses: SearchLosses = { L2: values.L2[picture], TOTAL: values.TOTAL[picture] };
    if (values.L1) losses.L1 = values.L1[picture];
    if (values.GEOCROSS) losses.GEOCROSS = values.GEOCROSS[picture];
    // The rows of a tiled latent are equal: no distance between them.
    else if (this.#names('GEOCROSS')) losses.GEOCROSS = 0;
    return losses;
  }

  async results(
    raw: readonly Record<string, Float32Array>[],
    traces: readonly (SearchLosses & { lr: number })[][],
  ): Promise<SearchResult[]> {
    const { executable, targets, roles, options } = this;
    const n = targets.length;
    const names = this.parameters;
    const values = await executable.read(['best.step', 'best.image', ...names.map((name) => `best.${name}`)]);
    const images = split(values['best.image'], n);
    const best = new Map(names.map((name) => [name, split(values[`best.${name}`], n)]));
    return targets.map(({ start }, picture) => {
      const bestStep = values['best.step'][picture];
      const v = best.get('v')![picture];
      const losses = bestStep < 0 ? { L2: Number.NaN, TOTAL: Number.NaN } : this.unclamped(raw[bestStep], picture);
      return {
        image: images[picture],
        v,
        w: this.#latent(v),
        noise: roles.map((role, layer) => {
          if (role === 'zero') return null;
          return best.get(`noise${layer}`)?.[picture] ?? start.noise[layer];
        }),
        bestStep,
        losses,
        met: losses.L2 <= Math.fround(options.eps),
        trace: traces[picture],
      };
    });
  }

  /** w [L, d] of a search variable, as the graph computes it, in float64. */
  #latent(v: Float32Array): Float32Array {
    const { mean, std } = this.generator.requireFit();
    const { layers, latentSize: d } = this.generator.info;
    return Float32Array.from({ length: layers * d }, (_, i) => {
      const value = v[v.length === d ? i % d : i];
      return degaussianise(value * std[i % d] + mean[i % d]);
    });
  }
}

/** √(Σ x² + 1e-9) of each of `rows` rows: the radius of its sphere. */
function radii(values: Float32Array, rows: number): Float32Array {
  const size = values.length / rows;
  return Float32Array.from({ length: rows }, (_, row) => {
    let sum = 1e-9;
    for (let i = row * size; i < (row + 1) * size; i++) sum += values[i] * values[i];
    return Math.sqrt(sum);
  });
}

/** [3, s, s] in [0, 1] of a target. */
function planar({ rgb, size }: SearchTarget): Float32Array {
  const pixels = size * size;
  const most = rgb instanceof Uint8Array ? 255 : 1;
  return Float32Array.from({ length: 3 * pixels }, (_, i) => rgb[(i % pixels) * 3 + Math.floor(i / pixels)] / most);
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(elements([parts.reduce((sum, part) => sum + part.length, 0)]));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function split(values: Float32Array, pictures: number): Float32Array[] {
  const size = values.length / pictures;
  return Array.from({ length: pictures }, (_, picture) => values.slice(picture * size, (picture + 1) * size));
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortedError('the search was stopped');
}
