import type { Precision } from '../engine/engine.js';
import { Graph } from '../graph/graph.js';
import type { Network } from '../model/network.js';
import { defaultSearchOptions, parseLoss } from './options.js';
import { noiseRoles } from './start.js';
import { buildStep } from './step.js';

/**
 * The default search step of a network (PULSE's: Adam, five trainable noise maps), as a graph for `batch` pictures.
 *
 * @param precision that of the engine: in f16 the loss is scaled
 */
export function defaultStep(
  name: string,
  network: Network,
  targetSize: number,
  batch: number,
  precision?: Precision,
): Graph {
  const { resolution, noiseSides, badNoise } = network;
  const options = defaultSearchOptions({ name, resolution, noiseSides, badNoise });
  const graph = new Graph(batch);
  buildStep(graph, {
    network,
    terms: parseLoss(options.loss),
    eps: options.eps,
    tile: options.tile,
    roles: noiseRoles(noiseSides.length, options),
    optimizer: options.optimizer,
    targetSize,
    precision,
  });
  return graph;
}
