import type { FusedOp, Read, Write } from '../../graph/fuse/fused-op.js';
import type { Tensor } from '../../graph/graph.js';
import type { Half, ProgramBuilder, StepParts } from './builder.js';
import { type KernelChoice, usesWinograd, usesWinogradUp } from './kernel-choice.js';
import type { KernelName } from './table.js';

/** native/kernels.h: Geometry, Reading and Writing. */
const GEOMETRY = { same: 0, down: 1, up: 2 } as const;
const READING = { plain: 0, styled: 1, gradient: 2 } as const;
const WRITING = { plain: 0, styled: 1, summed: 2 } as const;

/** An op over maps as one step: what it computes, how it reads and how it writes. */
export function lowerFused(op: FusedOp, to: ProgramBuilder, choice: KernelChoice): void {
  const { core, read, write } = op;
  const [, channels, height, width] = read.x.shape;
  switch (core.kind) {
    case 'none':
    case 'blur': {
      const sizes = { blur: Number(core.kind === 'blur'), channels, height, width };
      to.step('pass', op, { sizes }, reading(read, to), writing(write, to));
      return;
    }
    case 'conv1x1':
      lowerConv1x1(op, core.weight, core.bias, core.adjoint, to);
      return;
    case 'conv3x3': {
      const [kernel, parts] = conv3x3(core.weight, core.adjoint, height, width, to, choice);
      to.step(kernel, op, parts, reading(read, to), writing(write, to));
      return;
    }
    case 'conv_up': {
      const [h, w] = core.adjoint ? [height / 2, width / 2] : [height, width];
      const [kernel, parts] = convUp(core.weight, core.adjoint, h, w, to, choice);
      to.step(kernel, op, parts, reading(read, to), writing(write, to));
    }
  }
}

type KernelParts = readonly [kernel: KernelName, parts: StepParts];

function conv3x3(
  weight: Tensor,
  adjoint: boolean,
  height: number,
  width: number,
  to: ProgramBuilder,
  choice: KernelChoice,
): KernelParts {
  const [o, i] = weight.shape;
  const flop = 2 * o * i * 9 * height * width;
  const sizes = { in: adjoint ? o : i, out: adjoint ? i : o, height, width };
  const layout = (form: string) => ({ weights: to.constant(weight, `${form}${adjoint ? '-adjoint' : ''}`, [o, i]) });
  if (!usesWinograd(choice, [o, i], height * width)) {
    const parts = { buffers: layout('same'), sizes: { ...sizes, geometry: GEOMETRY.same }, flop, executed: flop };
    return ['convolution', parts];
  }
  // 16 products for a tile of 2×2 pixels, of which there may be half a row too many.
  const executed = 2 * 16 * o * i * Math.ceil(height / 2) * Math.ceil(width / 2);
  return ['winograd', { buffers: layout('winograd'), sizes, flop, executed }];
}

/** @param height, width of the small side */
function convUp(
  weight: Tensor,
  adjoint: boolean,
  height: number,
  width: number,
  to: ProgramBuilder,
  choice: KernelChoice,
): KernelParts {
  const [o, i] = weight.shape;
  const winograd = usesWinogradUp(choice, [o, i], height * width);
  const direction = adjoint ? 'down' : 'up';
  const products = (places: number, pixels: number) => 2 * places * o * i * pixels;
  const parts: StepParts = {
    buffers: { weights: to.constant(weight, `${winograd ? 'winograd-' : ''}${direction}`, [o, i]) },
    sizes: { geometry: GEOMETRY[direction], in: adjoint ? o : i, out: adjoint ? i : o, height, width },
    flop: products(16, height * width),
    // 36 products for a tile of 2×2 pixels of the small side.
    executed: winograd ? products(36, Math.ceil(height / 2) * Math.ceil(width / 2)) : products(16, height * width),
  };
  return [winograd ? 'winograd_up' : 'convolution', parts];
}

/** Forward to planar channels, its adjoint from them: an image's three. */
function lowerConv1x1(
  op: FusedOp,
  weight: Tensor,
  bias: Tensor | undefined,
  adjoint: boolean,
  to: ProgramBuilder,
): void {
  const { read, write } = op;
  const [o, i] = weight.shape;
  const [, , height, width] = read.x.shape;
  const weights = to.constant(weight, 'pointwise', [o, i]);
  const sizes = { in: i, out: o, height, width };
  const flop = 2 * o * i * height * width;
  if (adjoint) {
    const buffers = { weights, planar: to.planar(read.x) };
    to.step('pointwise_adjoint', op, { buffers, sizes, flop }, writing(write, to));
    return;
  }
  if (write.form !== 'plain') throw new Error('a 1×1 convolution writes plainly');
  const half = reading(read, to);
  const buffers = { weights, bias: bias && to.planar(bias), planar: to.makePlanar(write.y) };
  to.step('pointwise', op, { buffers, sizes, flop }, half);
}

function reading(read: Read, to: ProgramBuilder): Half {
  const sizes = { reading: READING[read.form] };
  if (read.form === 'plain') return { buffers: { x: to.blocked(read.x) }, sizes, values: {} };
  if (read.form === 'styled') {
    return { buffers: { x: to.blocked(read.x), coefficients: to.planar(read.coefficients) }, sizes, values: {} };
  }
  const { source, x, coefficients, moments, sums, slope } = read;
  const remade = source.kind === 'conv1x1';
  const from = remade
    ? {
        planarG: to.planar(source.x),
        planarWeights: to.constant(source.weight, 'pointwise', source.weight.shape.slice(0, 2)),
      }
    : { g: to.blocked(source.g) };
  return {
    buffers: {
      ...from,
      x: to.blocked(x),
      coefficients: to.planar(coefficients),
      moments: to.planar(moments),
      sums: to.planar(sums),
    },
    sizes: remade ? { ...sizes, planarChannels: source.x.shape[1] } : sizes,
    values: { slope },
  };
}

function writing(write: Write, to: ProgramBuilder): Half {
  const sizes = { writing: WRITING[write.form] };
  if (write.form === 'plain') return { buffers: { y: to.makeBlocked(write.y) }, sizes, values: {} };
  if (write.form === 'summed') {
    return {
      buffers: {
        stored: to.blocked(write.x),
        storedMoments: to.planar(write.moments),
        y: write.y && to.makeBlocked(write.y),
        madeSums: to.makePlanar(write.sums),
      },
      sizes,
      values: {},
    };
  }
  const { noise, bias, style, x, coefficients, moments, slope, epsilon } = write;
  return {
    buffers: {
      noise: noise && to.planar(noise.map),
      noiseWeight: noise && to.planar(noise.weight),
      bias: to.planar(bias),
      style: to.planar(style),
      y: to.makeBlocked(x),
      madeCoefficients: to.makePlanar(coefficients),
      madeMoments: to.makePlanar(moments),
    },
    sizes,
    values: { activation: slope, epsilon },
  };
}
