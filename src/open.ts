import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine, Precision } from './engine/engine.js';
import { errorText, FacewrightError } from './errors.js';
import { hostTensor } from './graph/host-tensor.js';
import type { TensorSources } from './graph/stored-tensor.js';
import type { GaussianFit } from './model/gaussian.js';
import { Generator, type GeneratorInfo } from './model/generator.js';
import { type EngineName, openEngine } from './node/engines.js';
import { cachePath, demoModelPath } from './node/paths.js';
import { fitPrior } from './pulse/fit-prior.js';
import { fitTensors, isFit, readModel } from './read-model.js';
import { type OpenWeightFile, openWeights } from './read-weights.js';
import { OFFERS } from './weights/offers.js';
import { readSafetensors, writeSafetensors } from './weights/safetensors-file.js';

/** How to open a generator. */
export interface OpenOptions {
  /**
   * A weight file, or a folder as `readWeights` takes it; by default the demo generator. For a name of the catalogue or an address:
   * what `locateWeights` gives.
   */
  readonly model?: string;
  /** The class that a conditional generator draws, counted from 0: it has to be said there, and cannot be elsewhere. */
  readonly class?: number;
  /**
   * `webgpu` runs on a GPU, `native` on the processor; `auto` (the default) is webgpu where there is a GPU, or else native. Or
   * an engine that is there already, of `createWebGpuEngine` or `openNative`: it stays open when the generator is closed,
   * and `adapter`, `threads`, `precision` and `tuned` are its own.
   */
  readonly engine?: EngineName | Engine;
  /** webgpu: part of the adapter's name, as `facewright doctor` prints it. */
  readonly adapter?: string;
  /** native: threads that compute; by default as many as this process has processors, and fewer while these are busy. No result depends on it. */
  readonly threads?: number;
  /**
   * By default `f32`. Less exact: `bf16`, native, is faster, on processors that have AVX512-BF16; `f16`, webgpu, takes nearly half the
   * memory, on adapters that have `shader-f16`.
   */
  readonly precision?: Precision;
  /**
   * webgpu: false leaves what `facewright tune` has found on this adapter alone; by default those kernels and tilings run. Either way
   * the order of sums may differ, and with it a result's last digits.
   */
  readonly tuned?: boolean;
  /** What the generator is called, in results and their notes; by default as its file is, or the folder where everybody's files are called the same. */
  readonly name?: string;
  /** What the owner of the weights says of their licence, where the file does not. */
  readonly licence?: string;
  /**
   * What it is opened for. A search (the default) needs the Gaussian fit, which is made once for a model that comes without; to draw,
   * it is made only where truncation is towards it, the model having no mean of w.
   */
  readonly purpose?: 'search' | 'draw';
  /** Where the Gaussian fit of a model that comes without is kept; by default the user's cache folder. */
  readonly cache?: string;
  /** Told what takes long, and which network was taken where a file has several. */
  readonly onMessage?: (text: string) => void;
  /** Stops what takes long. */
  readonly signal?: AbortSignal;
}

/** How often it is said how far the fit is. */
const PROGRESS_MS = 10_000;
/** Latents to which the Gaussian is fitted where a model comes without: the original's number, but where a GPU is played. */
const FIT_LATENTS = { hardware: 1_000_000, software: 20_000 };

/**
 * Opens a generator on an engine. Close it when done: it holds the device (but an engine that was given stays its owner's).
 *
 * @throws FacewrightError when the model cannot be read, does not fit, or there is no adapter
 *
 * @example
 * const generator = await openGenerator({ model: 'pulse-weights' });
 *
 * @example
 * // By name: fetched once, with the licence that its owner gives.
 * const { path, offer } = await locateWeights('ada-ffhq-256');
 * const generator = await openGenerator({ model: path, licence: offer?.licence });
 *
 * @example
 * // Any GPUDevice will do:
 * const engine = await createWebGpuEngine(device, { shaders: await readShaders() });
 * const generator = await openGenerator({ engine });
 */
export async function openGenerator(options: OpenOptions = {}): Promise<Generator> {
  refuseUnfetched(options.model);
  const weights = await openWeights(options.model ?? demoModelPath);
  const generator = await onEngine(weights, options).catch((error) => {
    weights.close();
    throw error;
  });
  try {
    const { fit, info, network } = generator;
    const isWanted = options.purpose !== 'draw' || info.truncationCentre === 'prior';
    if (!fit && isWanted && network.hasMapping) generator.fit = await makeFit(generator, options);
    return generator;
  } catch (error) {
    generator.close();
    throw error;
  }
}

/** What is known of a generator without an engine. */
export interface DescribedGenerator {
  readonly info: GeneratorInfo;
  /** Whether it can be searched: there is a Gaussian fit, or the mapping network, from which it can be made. */
  readonly searchable: boolean;
  /** The files that it is read from: that of the generator first. */
  readonly files: readonly string[];
}

/** Reads what a generator is, and opens no engine. @throws FacewrightError as `openGenerator` does of the model */
export async function describeGenerator(
  options: Pick<OpenOptions, 'model' | 'class' | 'name' | 'licence'>,
): Promise<DescribedGenerator> {
  refuseUnfetched(options.model);
  const weights = await openWeights(options.model ?? demoModelPath);
  try {
    const { info, network, fit } = readModel(weights, { ...options, source: options.model });
    return { info, searchable: fit !== undefined || network.hasMapping, files: weights.files };
  } finally {
    weights.close();
  }
}

/** Nothing is fetched here: a name of the catalogue is told from a missing file. */
function refuseUnfetched(model: string | undefined): void {
  if (model === undefined || existsSync(model) || !OFFERS.some(({ name }) => name === model)) return;
  throw new FacewrightError(
    `${model}: no such file or folder; for the generator of that name in the catalogue give (await locateWeights('${model}')).path`,
  );
}

/** The generator of weights, which it closes, on the engine that is wanted. */
async function onEngine(weights: OpenWeightFile, options: OpenOptions): Promise<Generator> {
  const { network, info, fit } = readModel(weights, { ...options, source: options.model });
  for (const note of weights.notes) options.onMessage?.(`${info.name}: ${note}`);
  const { engine: wanted, adapter, threads, precision, tuned, onMessage } = options;
  const given = typeof wanted === 'object' ? wanted : undefined;
  const request = { engine: wanted as EngineName | undefined, adapter, threads, precision, tuned, onMessage };
  const engine = given ?? (await openEngine(request));
  return new Generator(engine, network, info, { fit, weights, keepEngine: given !== undefined });
}

/** Fits the Gaussian, once for each model: the result is kept in the cache. */
async function makeFit(generator: Generator, { cache, onMessage, signal }: OpenOptions): Promise<GaussianFit> {
  const { engine, info } = generator;
  const { kind, software } = engine.info;
  const latents = kind === 'webgpu' && software ? FIT_LATENTS.software : FIT_LATENTS.hardware;
  const of = `${info.sha256.slice(0, 16)}${info.class === undefined ? '' : `-class-${info.class}`}`;
  const path = () => join(cache ?? cachePath(), `gaussian-fit-${of}-${latents}.safetensors`);
  const kept = await keptFit(path, info.latentSize);
  if (kept) return kept;
  onMessage?.(`${info.name} comes without a Gaussian fit: making one of ${latents.toLocaleString('en')} latents, once`);
  const d = info.latentSize;
  let said = performance.now();
  const fit = await fitPrior(generator, latents, signal, (done) => {
    if (performance.now() - said < PROGRESS_MS) return;
    said = performance.now();
    onMessage?.(`the Gaussian fit: ${Math.floor((100 * done) / latents)} %`);
  });
  const tensors = new Map([
    ['mean', hostTensor([d], fit.mean)],
    ['std', hostTensor([d], fit.std)],
  ]);
  try {
    await writeSafetensors(path(), tensors, { latents: String(latents) });
  } catch (error) {
    onMessage?.(`the fit could not be kept and will be made again next time (${errorText(error)})`);
  }
  return fit;
}

async function readFit(path: () => string): Promise<TensorSources> {
  return (await readSafetensors(path())).tensors;
}

/** The fit that an earlier run kept; undefined where there is none, or none that can be used. */
async function keptFit(path: () => string, latentSize: number): Promise<GaussianFit | undefined> {
  const tensors = await readFit(path).catch(() => undefined);
  const [mean, std] = tensors ? fitTensors(tensors, '') : [];
  return mean?.length === latentSize && std?.length === latentSize && isFit(mean, std) ? { mean, std } : undefined;
}
