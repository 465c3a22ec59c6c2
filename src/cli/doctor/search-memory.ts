// facewright doctor --model: what a search with a generator takes of memory.

import { compileStep } from '../../bench/compiled-step.js';
import { type BenchModel, benchShapes, searchStep, shapedModel } from '../../bench/search-step.js';
import type { DeviceMemory } from '../../engine/engine.js';
import { type Engine, type EngineName, type OpenOptions, openEngine, readWeights } from '../../index.js';
import { readNetwork } from '../../model/dialects/table.js';
import { usualSize } from '../../pulse/options.js';
import { usualBatch } from '../../runs/usual-batch.js';
import { counted } from '../../words.js';
import type { Console } from '../shared/console.js';
import { locateModel } from '../shared/locate-model.js';

/** What a default search takes. */
export interface SearchMemory {
  readonly model: string;
  readonly kind: string;
  readonly resolution: number;
  readonly engine: 'webgpu' | 'native';
  /** The adapter or processor. */
  readonly adapter: string;
  readonly precision: string;
  /** Bytes that the GPU has, where the system tells. */
  readonly memory?: number;
  /** For one picture. */
  readonly one: Batch;
  /** For as many as are searched for at once where nothing is said. */
  readonly usual: Batch;
}

interface Batch extends Partial<DeviceMemory> {
  readonly pictures: number;
  readonly bytes: number;
}

/**
 * @param model what `--model` takes, or one of `benchShapes`, with random weights
 * @throws FacewrightError when the model cannot be read, or there is no engine for it
 */
export async function searchMemory(model: string, options: OpenOptions, console: Console): Promise<SearchMemory> {
  const opened = await open(model, options, console);
  const { network } = opened;
  const engine = await openEngine({ ...options, engine: options.engine as EngineName | undefined });
  try {
    const { kind, adapter, precision, memory } = engine.info;
    const info = { name: opened.name, resolution: network.resolution };
    return {
      ...{ model: opened.name, kind: network.kind, resolution: network.resolution },
      ...{ engine: kind, adapter, precision, ...(memory !== undefined && { memory }) },
      one: await batchOf(engine, opened, 1),
      usual: await batchOf(engine, opened, usualBatch({ info, engine, network })),
    };
  } finally {
    engine.close();
  }
}

async function open(model: string, { class: drawn }: OpenOptions, console: Console): Promise<BenchModel> {
  const shape = benchShapes.find(({ name }) => name === model);
  if (shape) return shapedModel(shape);
  const { model: path } = await locateModel(model, console, {});
  const network = readNetwork(path, await readWeights(path), { class: drawn });
  return { name: path, network, targetSize: usualSize(network.resolution) };
}

async function batchOf(engine: Engine, model: BenchModel, pictures: number): Promise<Batch> {
  if (engine.countMemory) return { pictures, ...engine.countMemory(searchStep(model, 1))(pictures) };
  // The native engine packs weights to know how large they are.
  const executable = await compileStep(engine, model, pictures);
  try {
    return { pictures, bytes: executable.bytes };
  } finally {
    executable.close();
  }
}

/** Megabytes, as they are in the documentation. */
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

export function memoryText({ one, usual, ...about }: SearchMemory): string {
  const { model, kind, resolution, adapter, precision, memory } = about;
  const parts =
    one.weights === undefined
      ? ''
      : `: weights ${megabytes(one.weights)}, what a step computes ${megabytes(one.temporaries!)}, what is kept ${megabytes(one.kept!)}`;
  const has = memory === undefined ? '' : `; the GPU has ${(memory / 1e9).toFixed(1)} GB`;
  return [
    `A search with ${model} (${kind}, ${resolution} px, ${precision}) on ${adapter} takes`,
    `    ${megabytes(one.bytes)} for one picture${parts}`,
    `    ${megabytes(usual.bytes)} for ${counted(usual.pictures, 'picture')} at once, as it is without --batch${has}`,
  ].join('\n');
}
