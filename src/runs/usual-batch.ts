import type { Generator } from '../model/generator.js';

/**
 * The batch where nothing is said. A processor is busy with a few pictures; a GPU wants more of small ones, as many as take
 * at most about 3 GB: a step's buffers for one picture are 35 MB at 128 px, 346 at 256 and 679 at 1024 (docs/performance.md).
 */
export function usualBatch({ info: { resolution }, engine }: Pick<Generator, 'info' | 'engine'>): number {
  const { kind, software } = engine.info;
  return batchFor(resolution, kind === 'webgpu' && !software);
}

/** The same for a resolution, on a GPU or a processor. */
export function batchFor(resolution: number, gpu: boolean): number {
  if (resolution < 256) return gpu ? 32 : 4;
  if (resolution < 512) return gpu ? 8 : 4;
  if (resolution < 1024) return gpu ? 6 : 2;
  return gpu ? 4 : 1;
}
