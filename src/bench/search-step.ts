import type { Precision } from '../engine/engine.js';
import { FacewrightError } from '../errors.js';
import type { Graph } from '../graph/graph.js';
import { readNetwork } from '../model/dialects/table.js';
import type { Network, NetworkKind } from '../model/network.js';
import { readStyleGan1 } from '../model/read-stylegan1.js';
import { readStyleGan2 } from '../model/read-stylegan2.js';
import { defaultStep } from '../pulse/default-step.js';
import { readWeights } from '../read-weights.js';
import { describeStyleGan1, describeStyleGan2 } from './random-weights.js';

/** A network whose search step is measured. */
export interface BenchShape {
  readonly name: string;
  readonly kind: NetworkKind;
  readonly resolution: number;
  readonly fmapBase: number;
  readonly fmapMax: number;
  readonly targetSize: number;
}

/**
 * The shapes of the bench: of StyleGAN1 the demo generator's, FFHQ's widths at 256 px, and the full FFHQ network; of StyleGAN2 the
 * widths of configuration F at 256 and 1024 px.
 */
export const benchShapes: readonly BenchShape[] = [
  { name: 'demo', kind: 'stylegan1', resolution: 128, fmapBase: 2048, fmapMax: 128, targetSize: 16 },
  { name: '256', kind: 'stylegan1', resolution: 256, fmapBase: 8192, fmapMax: 512, targetSize: 32 },
  { name: '1024', kind: 'stylegan1', resolution: 1024, fmapBase: 8192, fmapMax: 512, targetSize: 32 },
  { name: 'sg2-256', kind: 'stylegan2', resolution: 256, fmapBase: 32768, fmapMax: 512, targetSize: 32 },
  { name: 'sg2-1024', kind: 'stylegan2', resolution: 1024, fmapBase: 32768, fmapMax: 512, targetSize: 32 },
];

/** A network to bench, and the side of the targets that it is searched with. */
export interface BenchModel {
  readonly name: string;
  readonly network: Network;
  readonly targetSize: number;
}

/** A network of that shape with random weights. */
export function shapedModel(shape: BenchShape): BenchModel {
  const { name, kind, resolution, targetSize } = shape;
  const network =
    kind === 'stylegan2'
      ? readStyleGan2(name, describeStyleGan2(resolution, shape), {})
      : readStyleGan1(name, describeStyleGan1(resolution, shape), 1e-5);
  return { name, network, targetSize };
}

/**
 * The network that `--model` names: one of `benchShapes` with random weights, or a weight file.
 *
 * @throws FacewrightError when it is neither, or the file is no network
 */
export async function benchModel(model: string): Promise<BenchModel> {
  const shape = benchShapes.find(({ name }) => name === model);
  if (shape) return shapedModel(shape);
  if (!/[./\\]/.test(model)) {
    const names = benchShapes.map(({ name }) => name).join(', ');
    throw new FacewrightError(`--model ${model}: choose from ${names}, or name a weight file`);
  }
  const network = readNetwork(model, await readWeights(model));
  return { name: model, network, targetSize: Math.min(network.resolution / 2, network.resolution < 256 ? 16 : 32) };
}

/** The default search step of a network (`defaultStep`) as a graph for `batch` pictures. */
export function searchStep({ name, network, targetSize }: BenchModel, batch: number, precision?: Precision): Graph {
  return defaultStep(name, network, targetSize, batch, precision);
}
