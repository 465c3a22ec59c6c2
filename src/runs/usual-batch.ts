import type { DeviceMemory } from '../engine/engine.js';
import type { Generator, GeneratorInfo } from '../model/generator.js';
import { defaultStep } from '../pulse/default-step.js';
import { usualSize } from '../pulse/options.js';

/** What a search may take of a GPU whose memory is not known. */
const MEMORY_UNKNOWN = 3e9;
/** What it may take of one whose memory is known. The rest is for others, and for what drivers keep. */
const SHARE = 1 / 2;

/** What of a generator decides. */
interface Searched extends Pick<Generator, 'engine' | 'network'> {
  readonly info: Pick<GeneratorInfo, 'name' | 'resolution'>;
}

/**
 * The batch where nothing is said. A processor is busy with a few pictures; a GPU wants more, as many as there is memory for.
 *
 * @throws FacewrightError when not even one picture fits the GPU
 */
export function usualBatch({ info, engine, network }: Searched): number {
  const { resolution } = info;
  const { kind, software, memory } = engine.info;
  if (kind !== 'webgpu' || software || !engine.countMemory) return processorBatch(resolution);
  const count = engine.countMemory(defaultStep(info.name, network, usualSize(resolution), 1, engine.info.precision));
  return gpuBatch(resolution, count, memory);
}

function processorBatch(resolution: number): number {
  if (resolution < 512) return 4;
  return resolution < 1024 ? 2 : 1;
}

/**
 * The batch for a GPU.
 *
 * @param count what a search for so many pictures takes
 * @param memory what the GPU has, where that is known
 */
export function gpuBatch(
  resolution: number,
  count: (batch: number) => Pick<DeviceMemory, 'bytes'>,
  memory?: number,
): number {
  const budget = memory === undefined ? MEMORY_UNKNOWN : memory * SHARE;
  let batch = resolution < 256 ? 32 : 16;
  while (batch > 1 && count(batch).bytes > budget) batch--;
  return batch;
}
