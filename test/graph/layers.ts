/** Pieces of graphs that several tests build: a layer of StyleGAN1, and small networks at random. */

import { apply1 } from '../../dist/graph/build.js';
import type { Graph, Shape, Tensor } from '../../dist/graph/graph.js';
import { randomSource } from '../random.js';

/** What a layer is built with: a graph, or what gives its tensors values as well. */
export interface Builder {
  readonly graph?: Graph;
  input(name: string, shape: readonly [number, number, number]): Tensor;
  constant(name: string, shape: Shape): Tensor;
}

function graphOf(r: Builder): Graph {
  return r.graph ?? (r as Graph);
}

export interface Layer {
  /** The activated map, the normalised one, and the layer's result. */
  readonly x: Tensor;
  readonly normalised: Tensor;
  readonly styled: Tensor;
  /** Inputs that were made for it: noise and style. */
  readonly inputs: readonly Tensor[];
}

/**
 * The end of a layer of StyleGAN1: noise?, bias and activation, instance norm, style.
 *
 * @param suffix of the names of its tensors
 */
export function styledLayer(
  r: Builder,
  suffix: string,
  y: Tensor,
  {
    noise = false,
    style,
    epsilon = 1e-5,
    slope = 0.2,
  }: { noise?: boolean; style?: Tensor; epsilon?: number; slope?: number },
): Layer {
  const graph = graphOf(r);
  const [, c, h, w] = y.shape;
  const inputs: Tensor[] = [];
  const input = (name: string, shape: readonly [number, number, number]) => {
    const made = r.input(`${name}${suffix}`, shape);
    inputs.push(made);
    return made;
  };
  const noisy = noise
    ? apply1(graph, 'add_noise', [y, input('noise', [1, h, w]), r.constant(`noise weight${suffix}`, [c, 1, 1, 1])], {})
    : y;
  const x = apply1(graph, 'bias_act', [noisy, r.constant(`bias${suffix}`, [c, 1, 1, 1])], { slope, clamp: Infinity });
  const normalised = apply1(graph, 'instance_norm', [x], { epsilon });
  const styled = apply1(graph, 'modulate', [normalised, style ?? input('style', [2, c, 1])], {});
  return { x, normalised, styled, inputs };
}

/**
 * A layer of StyleGAN2: the style scales what is convolved, demodulation what comes out, then noise, bias, activation.
 *
 * @param suffix of the names of its tensors
 * @returns its result, and the inputs that were made for it: style and, where it is noisy, noise
 */
export function modulatedLayer(
  r: Builder,
  suffix: string,
  x: Tensor,
  {
    channels,
    up = false,
    demodulated = true,
    noisy = true,
    clamp = Infinity,
    slope = 0.2,
  }: { channels: number; up?: boolean; demodulated?: boolean; noisy?: boolean; clamp?: number; slope?: number },
): { y: Tensor; inputs: readonly Tensor[] } {
  const graph = graphOf(r);
  const [, c, h, w] = x.shape;
  const style = r.input(`style${suffix}`, [c, 1, 1]);
  const scaled = apply1(graph, 'scale', [x, style], {});
  const side = up ? 4 : 3;
  const weight = r.constant(`weight${suffix}`, [channels, c, side, side]);
  let y = up
    ? apply1(graph, 'conv_up', [scaled, weight], { adjoint: false, margin: 1 })
    : apply1(graph, 'conv', [scaled, weight], { adjoint: false });
  if (up) y = apply1(graph, 'blur', [y], { adjoint: false, margin: 1 });
  if (demodulated) {
    const squares = r.constant(`squares${suffix}`, [channels, c, 1, 1]);
    // The squares of a test are of either sign: epsilon keeps their sum positive.
    y = apply1(graph, 'scale', [y, apply1(graph, 'demodulate', [style, squares], { epsilon: 100 })], {});
  }
  const inputs = [style];
  if (noisy) {
    const noise = r.input(`noise${suffix}`, up ? [1, 2 * h, 2 * w] : [1, h, w]);
    y = apply1(graph, 'add_noise', [y, noise, r.constant(`noise weight${suffix}`, [channels, 1, 1, 1])], {});
    inputs.push(noise);
  }
  y = apply1(graph, 'bias_act', [y, r.constant(`bias${suffix}`, [channels, 1, 1, 1])], { slope, clamp });
  return { y, inputs };
}

/**
 * StyleGAN2's way to RGB, which is not demodulated, added to what the block before made: an input, where nothing is said.
 *
 * @param suffix of the names of its tensors
 */
export function modulatedRgb(
  r: Builder,
  x: Tensor,
  { suffix = '', before: earlier }: { suffix?: string; before?: Tensor } = {},
): { y: Tensor; inputs: readonly Tensor[] } {
  const graph = graphOf(r);
  const [, c, h, w] = x.shape;
  const style = r.input(`rgb style${suffix}`, [c, 1, 1]);
  const scaled = apply1(graph, 'scale', [x, style], {});
  const raw = apply1(graph, 'conv', [scaled, r.constant(`rgb${suffix}`, [3, c, 1, 1])], { adjoint: false });
  const biased = apply1(graph, 'bias_act', [raw, r.constant(`rgb bias${suffix}`, [3, 1, 1, 1])], {
    slope: 1,
    clamp: 4,
  });
  if (h % 2 || w % 2) return { y: biased, inputs: [style] };
  const before = earlier ?? r.input(`rgb before${suffix}`, [3, h / 2, w / 2]);
  const larger = apply1(graph, 'upsample', [before], { adjoint: false });
  return { y: apply1(graph, 'add', [larger, biased], {}), inputs: earlier ? [style] : [style, before] };
}

/**
 * A few ops over maps of two channels at random, each reading what any earlier one made: many tensors have several readers,
 * and layers stand beside pieces of layers. The result depends on all that `wrt` names.
 */
export function randomMaps(r: Builder, key: string): { y: Tensor; wrt: Tensor[] } {
  const random = randomSource(key);
  const below = (bound: number) => Math.floor(random() * bound);
  const graph = graphOf(r);
  const side = [1 + below(3), 1 + below(3)] as const;
  const x = r.input('x', [2, ...side]);
  const style = r.input('shared style', [2, 2, 1]);
  const known = [x];
  const wrt = new Set([x]);
  // The latest now and then, so that there are chains as well.
  const pick = () => (random() < 0.5 ? known[known.length - 1] : known[below(known.length)]);
  const count = 2 + below(6);
  for (let i = 0; i < count; i++) {
    const from = pick();
    const name = ` ${i}`;
    switch (below(12)) {
      case 0:
      case 1: {
        const shared = random() < 0.5;
        const layer = styledLayer(r, name, from, { noise: random() < 0.5, style: shared ? style : undefined });
        if (shared) wrt.add(style);
        for (const input of layer.inputs) wrt.add(input);
        known.push(layer.styled);
        // Now and then something reads what a fused layer would not store.
        if (random() < 0.3) known.push([layer.x, layer.normalised][below(2)]);
        break;
      }
      case 2:
      case 3: {
        const kernel = random() < 0.5 ? 3 : 1;
        const adjoint = random() < 0.5;
        known.push(apply1(graph, 'conv', [from, r.constant(`conv${name}`, [2, 2, kernel, kernel])], { adjoint }));
        break;
      }
      case 4: {
        const up = r.constant(`up${name}`, [2, 2, 4, 4]);
        const large = apply1(graph, 'conv_up', [from, up], { adjoint: false, margin: 0 });
        const layer = styledLayer(r, name, apply1(graph, 'blur', [large], { adjoint: false, margin: 0 }), {});
        for (const input of layer.inputs) wrt.add(input);
        known.push(apply1(graph, 'conv_up', [layer.styled, up], { adjoint: true, margin: 0 }));
        break;
      }
      case 5:
        known.push(apply1(graph, 'blur', [from], { adjoint: false, margin: 0 }));
        break;
      case 6:
        known.push(apply1(graph, 'add', [from, pick()], {}));
        break;
      case 7:
      case 8:
      case 9: {
        const clamp = random() < 0.5 ? Infinity : 1;
        const options = { channels: 2, up: random() < 0.4, demodulated: random() < 0.7, clamp };
        const layer = modulatedLayer(r, name, from, options);
        for (const input of layer.inputs) wrt.add(input);
        const narrow = r.constant(`narrow${name}`, [2, 2, 4, 4]);
        known.push(options.up ? apply1(graph, 'conv_up', [layer.y, narrow], { adjoint: true, margin: 0 }) : layer.y);
        break;
      }
      case 10: {
        const factor = r.input(`factor${name}`, [2, 1, 1]);
        wrt.add(factor);
        known.push(apply1(graph, 'scale', [from, factor], {}));
        break;
      }
      default:
        known.push(apply1(graph, 'instance_norm', [from], { epsilon: 1e-2 }));
    }
  }
  // All that nobody reads counts, with a weight of its own.
  const read = new Set(graph.ops.flatMap(({ inputs }) => inputs));
  const ends = known.filter((map) => !read.has(map) && map !== x);
  const scaled = ends.map((map, i) => apply1(graph, 'affine', [map], { scale: 0.5 + i / 8, shift: 0 }));
  return { y: scaled.reduce((a, b) => apply1(graph, 'add', [a, b], {})), wrt: [...wrt] };
}
