import { elements, type Shape, sameShape, shapeText, type Tensor } from './graph.js';
import type { OpAttributes, OpName } from './ops.js';

type Inputs = readonly (Tensor | undefined)[];
/** From inputs, attributes and the pictures in a batch to the shapes of the outputs. */
type ShapeRules = { [N in OpName]: (inputs: Inputs, attrs: OpAttributes[N], batch: number) => Shape[] };

function need(inputs: Inputs, index: number, what: string): Shape {
  const tensor = inputs[index];
  if (!tensor) throw new Error(`${what}: input ${index} is missing`);
  return tensor.shape;
}

function expectShape(what: string, found: readonly number[], expected: readonly number[]): void {
  if (!sameShape(found, expected)) throw new Error(`${what} is ${shapeText(found)}; expected ${shapeText(expected)}`);
}

function optional(inputs: Inputs, index: number, what: string, expected: Shape): void {
  const tensor = inputs[index];
  if (tensor) expectShape(what, tensor.shape, expected);
}

/** One output of the shape of the first input, which the listed inputs must share. */
function like(inputs: Inputs, op: string, ...others: number[]): Shape[] {
  const shape = need(inputs, 0, op);
  for (const other of others) expectShape(`${op}: input ${other}`, need(inputs, other, op), shape);
  return [shape];
}

/** A map [n, c, h, w] and its style [n, 2, c, 1]. */
function withStyle(inputs: Inputs, op: string): Shape[] {
  const [n, c] = need(inputs, 0, op);
  expectShape(`${op}: style`, need(inputs, 1, op), [n, 2, c, 1]);
  return like(inputs, op);
}

/** The listed inputs must hold one number per picture. */
function scalars(inputs: Inputs, op: string, n: number, ...indices: number[]): void {
  for (const index of indices) expectShape(`${op}: input ${index}`, need(inputs, index, op), [n, 1, 1, 1]);
}

/** The shape rule of every op: output shapes from inputs and attributes, or an error that says which input is wrong. */
export const shapeRules: ShapeRules = {
  conv(inputs, { adjoint }) {
    const [n, c, h, w] = need(inputs, 0, 'conv');
    const [o, i, kh, kw] = need(inputs, 1, 'conv');
    if (kh !== kw || (kh !== 1 && kh !== 3)) throw new Error(`conv: a kernel of ${kh}×${kw}; expected 1×1 or 3×3`);
    if (c !== (adjoint ? o : i)) throw new Error(`conv: ${c} channels meet weights for ${adjoint ? o : i}`);
    if (adjoint && inputs[2]) throw new Error('conv: the adjoint has no bias');
    if (kh === 3 && inputs[2]) throw new Error('conv: only a 1×1 kernel has a bias');
    optional(inputs, 2, 'conv: bias', [o, 1, 1, 1]);
    return [[n, adjoint ? i : o, h, w]];
  },
  conv_up(inputs, { adjoint, margin }) {
    const [n, c, h, w] = need(inputs, 0, 'conv_up');
    const [o, i, ...kernel] = need(inputs, 1, 'conv_up');
    expectShape('conv_up: kernel', kernel, [4, 4]);
    if (c !== (adjoint ? o : i)) throw new Error(`conv_up: ${c} channels meet weights for ${adjoint ? o : i}`);
    if (!adjoint) return [[n, o, 2 * (h + margin), 2 * (w + margin)]];
    if (h % 2 || w % 2) throw new Error(`conv_up: the adjoint halves a map, and ${h}×${w} is odd`);
    const small = [h / 2 - margin, w / 2 - margin] as const;
    if (small[0] < 1 || small[1] < 1) throw new Error(`conv_up: of ${h}×${w} nothing is left within the margin`);
    return [[n, i, ...small]];
  },
  blur(inputs, { adjoint, margin }) {
    const [n, c, h, w] = need(inputs, 0, 'blur');
    const wider = adjoint ? 2 * margin : -2 * margin;
    if (h + wider < 1 || w + wider < 1) throw new Error(`blur: of ${h}×${w} nothing is left within the margin`);
    return [[n, c, h + wider, w + wider]];
  },
  upsample(inputs, { adjoint }) {
    const [n, c, h, w] = need(inputs, 0, 'upsample');
    if (!adjoint) return [[n, c, 2 * h, 2 * w]];
    if (h % 2 || w % 2) throw new Error(`upsample: the adjoint halves a map, and ${h}×${w} is odd`);
    return [[n, c, h / 2, w / 2]];
  },
  repeat(inputs, _attrs, batch) {
    const [one, ...map] = need(inputs, 0, 'repeat');
    expectShape('repeat: input 0', [one, ...map], [1, ...map]);
    return [[batch, ...map]];
  },
  add_noise(inputs) {
    const [n, c, h, w] = need(inputs, 0, 'add_noise');
    expectShape('add_noise: noise', need(inputs, 1, 'add_noise'), [n, 1, h, w]);
    expectShape('add_noise: noise weight', need(inputs, 2, 'add_noise'), [c, 1, 1, 1]);
    return like(inputs, 'add_noise');
  },
  bias_act(inputs) {
    const [, c] = need(inputs, 0, 'bias_act');
    expectShape('bias_act: bias', need(inputs, 1, 'bias_act'), [c, 1, 1, 1]);
    return like(inputs, 'bias_act');
  },
  instance_norm: (inputs) => like(inputs, 'instance_norm'),
  instance_norm_gradient: (inputs) => like(inputs, 'instance_norm_gradient', 1),
  modulate: (inputs) => withStyle(inputs, 'modulate'),
  modulate_gradient: (inputs) => withStyle(inputs, 'modulate_gradient'),
  modulate_sums(inputs) {
    const [n, c] = like(inputs, 'modulate_sums', 1)[0];
    return [[n, 2, c, 1]];
  },
  scale(inputs) {
    const [n, c] = need(inputs, 0, 'scale');
    expectShape('scale: factor', need(inputs, 1, 'scale'), [n, c, 1, 1]);
    return like(inputs, 'scale');
  },
  scale_sums(inputs) {
    const [n, c] = like(inputs, 'scale_sums', 1)[0];
    return [[n, c, 1, 1]];
  },
  demodulate(inputs) {
    const [n, i] = need(inputs, 0, 'demodulate');
    const [o] = need(inputs, 1, 'demodulate');
    expectShape('demodulate: style', need(inputs, 0, 'demodulate'), [n, i, 1, 1]);
    expectShape('demodulate: squares', need(inputs, 1, 'demodulate'), [o, i, 1, 1]);
    return [[n, o, 1, 1]];
  },
  demodulate_gradient(inputs) {
    const [n, o] = like(inputs, 'demodulate_gradient', 1)[0];
    const [, i] = need(inputs, 2, 'demodulate_gradient');
    expectShape('demodulate_gradient: g', need(inputs, 0, 'demodulate_gradient'), [n, o, 1, 1]);
    expectShape('demodulate_gradient: style', need(inputs, 2, 'demodulate_gradient'), [n, i, 1, 1]);
    expectShape('demodulate_gradient: squares', need(inputs, 3, 'demodulate_gradient'), [o, i, 1, 1]);
    return [[n, i, 1, 1]];
  },
  noise_gradient(inputs) {
    const [n, c, h, w] = need(inputs, 0, 'noise_gradient');
    expectShape('noise_gradient: noise weight', need(inputs, 1, 'noise_gradient'), [c, 1, 1, 1]);
    return [[n, 1, h, w]];
  },
  linear(inputs, { adjoint, shape }) {
    const [n, ...rest] = need(inputs, 0, 'linear');
    const [m, k] = need(inputs, 1, 'linear');
    expectShape('linear: weight', need(inputs, 1, 'linear'), [m, k, 1, 1]);
    const [from, to] = adjoint ? [m, k] : [k, m];
    if (elements(rest) !== from) throw new Error(`linear: ${elements(rest)} values meet weights for ${from}`);
    if (elements(shape) !== to) throw new Error(`linear: ${to} results do not fill ${shapeText(shape)}`);
    optional(inputs, 2, 'linear: bias', [to, 1, 1, 1]);
    return [[n, ...shape]];
  },
  lrelu_gradient: (inputs) => like(inputs, 'lrelu_gradient', 1),
  pixel_norm: (inputs) => like(inputs, 'pixel_norm'),
  pixel_norm_gradient: (inputs) => like(inputs, 'pixel_norm_gradient', 1),
  rows(inputs, { count }) {
    const [n, rows, d, one] = need(inputs, 0, 'rows');
    if ((rows !== 1 && rows !== count) || one !== 1) {
      throw new Error(`rows: ${shapeText([n, rows, d, one])} has no ${count} rows`);
    }
    return Array.from({ length: count }, () => [n, 1, d, 1] as const);
  },
  stack(inputs, { depth, size }) {
    const present = inputs.filter((tensor) => tensor !== undefined);
    if (inputs.length !== depth || present.length === 0) throw new Error(`stack: expected ${depth} rows`);
    const n = present[0].shape[0];
    for (const tensor of present) expectShape('stack: a row', tensor.shape, [n, 1, size, 1]);
    return [[n, depth, size, 1]];
  },
  add: (inputs) => like(inputs, 'add', 1),
  affine: (inputs) => like(inputs, 'affine'),
  fill: (_inputs, { shape }, batch) => [[batch, ...shape]],
  latent_to_w(inputs) {
    const [n, rows, d] = need(inputs, 0, 'latent_to_w');
    expectShape('latent_to_w: v', need(inputs, 0, 'latent_to_w'), [n, rows, d, 1]);
    expectShape('latent_to_w: mean', need(inputs, 1, 'latent_to_w'), [d, 1, 1, 1]);
    expectShape('latent_to_w: std', need(inputs, 2, 'latent_to_w'), [d, 1, 1, 1]);
    return like(inputs, 'latent_to_w');
  },
  latent_gradient(inputs) {
    const [n, rows, d] = need(inputs, 0, 'latent_gradient');
    expectShape('latent_gradient: g', need(inputs, 0, 'latent_gradient'), [n, rows, d, 1]);
    expectShape('latent_gradient: std', need(inputs, 2, 'latent_gradient'), [d, 1, 1, 1]);
    return like(inputs, 'latent_gradient', 1);
  },
  bicubic(inputs, { axis, factor, adjoint }) {
    const shape = [...need(inputs, 0, 'bicubic')] as [number, number, number, number];
    if (!Number.isInteger(factor) || factor < 2) throw new Error(`bicubic: a factor of ${factor}`);
    if (!adjoint && shape[axis] % factor) throw new Error(`bicubic: ${factor} does not divide ${shape[axis]}`);
    shape[axis] = adjoint ? shape[axis] * factor : shape[axis] / factor;
    return [shape];
  },
  pixel_loss(inputs) {
    const [n] = like(inputs, 'pixel_loss', 1)[0];
    return [[n, 1, 1, 1]];
  },
  pixel_loss_gradient(inputs) {
    const x = need(inputs, 1, 'pixel_loss_gradient');
    scalars(inputs, 'pixel_loss_gradient', x[0], 0);
    expectShape('pixel_loss_gradient: target', need(inputs, 2, 'pixel_loss_gradient'), x);
    return [x];
  },
  geocross(inputs) {
    const [n, rows, d] = need(inputs, 0, 'geocross');
    expectShape('geocross: w', need(inputs, 0, 'geocross'), [n, rows, d, 1]);
    return [
      [n, 1, 1, 1],
      [n, 2, rows, rows],
    ];
  },
  geocross_gradient(inputs) {
    const [n, rows, d] = need(inputs, 1, 'geocross_gradient');
    expectShape('geocross_gradient: w', need(inputs, 1, 'geocross_gradient'), [n, rows, d, 1]);
    scalars(inputs, 'geocross_gradient', n, 0);
    expectShape('geocross_gradient: pairs', need(inputs, 2, 'geocross_gradient'), [n, 2, rows, rows]);
    return [[n, rows, d, 1]];
  },
  objective(inputs, { weights, floors }) {
    if (inputs.length < 1 || inputs.length > 3) throw new Error('objective: expected one to three terms');
    if (weights.length !== inputs.length || floors.length !== inputs.length) {
      throw new Error('objective: expected a weight and a floor for each term');
    }
    const [n] = need(inputs, 0, 'objective');
    scalars(inputs, 'objective', n, ...inputs.keys());
    return [[n, 1, 1, 1]];
  },
  objective_gradient(inputs) {
    const g = need(inputs, 0, 'objective_gradient');
    scalars(inputs, 'objective_gradient', g[0], 0, 1);
    return [g];
  },
  optimise(inputs, { kind }) {
    like(inputs, 'optimise', 1, ...(kind === 'sgd' ? [] : kind === 'sgdm' ? [2] : [2, 3]));
    return [];
  },
  sphere(inputs) {
    const [n, rows] = need(inputs, 0, 'sphere');
    expectShape('sphere: radius', need(inputs, 1, 'sphere'), [n, rows, 1, 1]);
    return [];
  },
  keep_best(inputs) {
    scalars(inputs, 'keep_best', need(inputs, 0, 'keep_best')[0], 0, 1, 2, 3, 4, 5);
    return [];
  },
  keep_if(inputs) {
    const source = need(inputs, 1, 'keep_if');
    scalars(inputs, 'keep_if', source[0], 0);
    expectShape('keep_if: kept', need(inputs, 2, 'keep_if'), source);
    return [];
  },
};
