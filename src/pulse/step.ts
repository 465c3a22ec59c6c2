import type { Precision } from '../engine/engine.js';
import { backward } from '../graph/backward.js';
import { apply, apply1 } from '../graph/build.js';
import type { Graph, Tensor } from '../graph/graph.js';
import { LATENT_SLOPE } from '../model/gaussian.js';
import type { Network } from '../model/network.js';
import type { LossTerm, LossTermName, SearchOptions } from './options.js';
import type { NoiseRole } from './start.js';

/** What the graph of a search step is made of. */
export interface StepPlan {
  readonly network: Network;
  readonly terms: readonly LossTerm[];
  readonly eps: number;
  readonly tile: boolean;
  readonly roles: readonly NoiseRole[];
  readonly optimizer: SearchOptions['optimizer'];
  readonly targetSize: number;
  /** Whether the gradients can be read; a search has no use for them. */
  readonly gradients?: boolean;
  /** What the engine stores in (`Engine.info`): in `f16` small gradients would be lost, and are scaled. By default `f32`. */
  readonly precision?: Precision;
}

/** By how much a term of the loss changes with a pixel of the scaled-down image, times the number of them, at most. */
const STEEPEST: Readonly<Record<LossTermName, number>> = { L2: 2, L1: 10, GEOCROSS: 0 };

/** What the steepest loss is brought to: docs/kernels.md has the gradients that it is chosen by. */
const SCALED_STEEPNESS = 2 ** 17;

/**
 * What the loss is multiplied with before it is differentiated, and its gradients divided by at the end, so that the gradients of
 * maps lie where halves do (Micikevicius et al., ICLR 2018, section 3.2): a power of two, so that float32 loses nothing. It follows
 * from the weights of the terms that depend on the image: from one network or resolution to another the gradients differ by less
 * than the format spans.
 */
export function lossScale({ terms, precision }: Pick<StepPlan, 'terms' | 'precision'>): number {
  const steepness = terms.reduce((sum, { term, weight }) => sum + Math.abs(weight) * STEEPEST[term], 0);
  if (precision !== 'f16' || steepness === 0) return 1;
  return 2 ** Math.floor(Math.log2(SCALED_STEEPNESS / steepness));
}

/** The moments that an optimiser keeps for each parameter. */
export const momentsOf: Readonly<Record<SearchOptions['optimizer'], readonly ('first' | 'second')[]>> = {
  sgd: [],
  sgdm: ['first'],
  adam: ['first', 'second'],
  adamax: ['first', 'second'],
};

/**
 * The parameters that a step changes: `v`, and the trainable noise maps if a term of the loss depends on the image.
 */
export function parameterNames({ roles, terms }: Pick<StepPlan, 'roles' | 'terms'>): string[] {
  const maps = roles.flatMap((role, layer) => (role === 'trainable' ? [`noise${layer}`] : []));
  return ['v', ...(terms.some(({ term }) => term !== 'GEOCROSS') ? maps : [])];
}

/** Terms that are computed: those of the loss and, for the report, always L2. A tiled latent has no GEOCROSS. */
export function computedTerms(terms: readonly LossTerm[], tile: boolean): LossTermName[] {
  const named = new Set<LossTermName>(['L2', ...terms.map(({ term }) => term)]);
  if (tile) named.delete('GEOCROSS');
  return [...named];
}

/**
 * Appends one step of the search (Menon et al. 2020, section 3): from the search variable v to the image, its losses, their
 * gradients, the best so far, the optimiser and the retraction to the sphere.
 *
 * - inputs: `target` [n, 3, s, s]; `PARAM.radius` for each parameter; `noiseI` where it is fixed
 * - states: `v` [n, L or 1, d, 1], `noiseI` where it is trainable; `PARAM.first`, `PARAM.second`; `best`, `best.within`,
 *   `best.step`, `improved` [n, 1, 1, 1]; `best.image` [n, 3, r, r], `best.PARAM`
 * - outputs: the terms that are computed, unclamped, and `TOTAL` [n, 1, 1, 1]; where asked for, `gradient.PARAM`
 */
export function buildStep(graph: Graph, plan: StepPlan): void {
  const { network, roles, tile, targetSize } = plan;
  const { latentSize: d } = network;
  const rows = tile ? 1 : network.rows;

  const v = graph.state('v', [rows, d, 1]);
  const noise = roles.map((role, layer) => {
    const side = network.noiseSides[layer];
    if (role === 'zero') return undefined;
    return role === 'fixed'
      ? graph.input(`noise${layer}`, [1, side, side])
      : graph.state(`noise${layer}`, [1, side, side]);
  });
  const fit = (name: string) => graph.constant(`fit.${name}`, [d, 1, 1, 1]);
  const w = apply1(graph, 'latent_to_w', [v, fit('mean'), fit('std')], { slope: LATENT_SLOPE });
  const signed = network.synthesis(graph, w, noise);
  const image = apply1(graph, 'affine', [signed], { scale: 0.5, shift: 0.5 });

  const terms = lossTerms(graph, plan, image, w, graph.input('target', [3, targetSize, targetSize]));
  const total = objective(graph, plan, terms);
  for (const [name, term] of terms) graph.output(name, term);
  graph.output('TOTAL', total);

  const scale = lossScale(plan);
  const seed = apply1(graph, 'fill', [], { value: scale, shape: [1, 1, 1] });
  const names = parameterNames(plan);
  const parameters = names.map((name) => graph.find(name)!);
  // Kept before the way back, so that the image is no longer in the way; and the loss belongs to the parameters as they are before
  // the optimiser moves them.
  const kept = new Map([['image', image], ...names.map((name, i) => [name, parameters[i]] as const)]);
  keepBest(graph, total, terms.get('L2')!, plan.eps, kept);

  const gradients = backward(graph, [{ output: total, seed }], parameters).map((gradient) =>
    scale === 1 ? gradient! : apply1(graph, 'affine', [gradient!], { scale: 1 / scale, shift: 0 }),
  );

  names.forEach((name, index) => {
    const gradient = gradients[index];
    if (plan.gradients) graph.output(`gradient.${name}`, gradient);
    optimise(graph, plan.optimizer, name, parameters[index], gradient);
  });
}

function lossTerms(
  graph: Graph,
  { terms, tile, network, targetSize }: StepPlan,
  image: Tensor,
  w: Tensor,
  target: Tensor,
): Map<LossTermName, Tensor> {
  const factor = network.resolution / targetSize;
  const rows = apply1(graph, 'bicubic', [image], { axis: 2, factor, adjoint: false });
  const small = apply1(graph, 'bicubic', [rows], { axis: 3, factor, adjoint: false });
  return new Map(
    computedTerms(terms, tile).map((term) => [
      term,
      term === 'GEOCROSS'
        ? apply(graph, 'geocross', [w], {})[0]
        : apply1(graph, 'pixel_loss', [small, target], { term }),
    ]),
  );
}

function objective(graph: Graph, plan: StepPlan, computed: ReadonlyMap<LossTermName, Tensor>): Tensor {
  const terms = plan.terms.filter(({ term }) => computed.has(term));
  return apply1(
    graph,
    'objective',
    terms.map(({ term }) => computed.get(term)),
    {
      weights: terms.map(({ weight }) => weight),
      floors: terms.map(({ term }) => (term === 'GEOCROSS' ? Number.NEGATIVE_INFINITY : Math.fround(plan.eps))),
    },
  );
}

function keepBest(graph: Graph, total: Tensor, L2: Tensor, eps: number, kept: ReadonlyMap<string, Tensor>): void {
  const states = ['best', 'best.within', 'best.step', 'improved'].map((name) => graph.state(name, [1, 1, 1]));
  const [, , , improved] = states;
  apply(graph, 'keep_best', [total, L2, ...states], { eps: Math.fround(eps) });
  for (const [name, tensor] of kept) {
    const [, c, h, w] = tensor.shape;
    apply(graph, 'keep_if', [improved, tensor, graph.state(`best.${name}`, [c, h, w])], {});
  }
}

/**
 * Appends an optimiser step and the retraction of a parameter: states `NAME.first`, `NAME.second` as the optimiser wants
 * them, and an input `NAME.radius` [n, rows, 1, 1].
 *
 * @param parameter a state [n, rows, h, w]; each row has a sphere of its own
 */
export function optimise(
  graph: Graph,
  kind: SearchOptions['optimizer'],
  name: string,
  parameter: Tensor,
  gradient: Tensor,
): void {
  const [, rows, h, w] = parameter.shape;
  const moments = momentsOf[kind].map((moment) => graph.state(`${name}.${moment}`, [rows, h, w]));
  apply(graph, 'optimise', [parameter, gradient, ...moments], { kind });
  apply(graph, 'sphere', [parameter, graph.input(`${name}.radius`, [rows, 1, 1])], {});
}
