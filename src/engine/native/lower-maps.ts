import type {
  Core,
  FusedOp,
  GradientSource,
  Read as MapRead,
  Write as MapWrite,
  Noise,
  ProgramOp,
} from '../../graph/fuse/fused-op.js';
import type { Tensor } from '../../graph/graph.js';
import type { ProgramBuilder } from './builder.js';
import type { KernelChoice } from './kernel-choice.js';
import { type CoreOf, conv3x3, convUp } from './lower-convolution.js';
import type { PlannedBuffer } from './program.js';
import type { Read, SourceBuffers, SourceSizes, Write } from './step.js';

/** An op over maps as one step: what it computes, how it reads and how it writes. */
export function lowerFused(op: FusedOp, to: ProgramBuilder, choice: KernelChoice): void {
  const { core, read, write } = op;
  switch (core.kind) {
    case 'none':
    case 'blur':
      lowerPass(op, op, to);
      return;
    case 'conv1x1':
      lowerConv1x1(op, core, to);
      return;
    case 'conv3x3':
    case 'conv_up': {
      const [kernel, parts] = core.kind === 'conv3x3' ? conv3x3(op, core, to, choice) : convUp(op, core, to, choice);
      to.step(kernel, op, { ...parts, read: reading(read, to), write: writing(write, to) });
    }
  }
}

/** What a pass over a map does; `op` is what it is in reports. */
export function lowerPass(
  op: ProgramOp,
  { core, read, write }: { readonly core: Core; readonly read: MapRead; readonly write: MapWrite },
  to: ProgramBuilder,
): void {
  if (core.kind !== 'none' && core.kind !== 'blur') throw new Error(`a pass does not compute ${core.kind}`);
  const [, channels, height, width] = read.x.shape;
  const sizes = { blur: Number(core.kind === 'blur'), shift: shiftOf(core), channels, height, width };
  to.step('pass', op, { sizes, read: reading(read, to), write: writing(write, to) });
}

/** How far to the right and below the middle lies of what a pixel is made of. */
function shiftOf(core: CoreOf<'none' | 'blur'>): number {
  if (core.kind === 'none') return 0;
  return core.adjoint ? -core.margin : core.margin;
}

/** A convolution of side 1, to few channels or from them: those lie in planes. */
function lowerConv1x1(op: FusedOp, { weight, adjoint, bias }: CoreOf<'conv1x1'>, to: ProgramBuilder): void {
  const { read, write } = op;
  const [, , height, width] = read.x.shape;
  const [o, i] = weight.shape;
  const weights = to.constant(weight, { form: 'pointwise' });
  const sizes = { in: i, out: o, height, width };
  const flop = 2 * o * i * height * width;
  if (adjoint) {
    const buffers = { weights, g: to.planar(read.x) };
    to.step('pointwise_adjoint', op, { buffers, sizes, write: writing(write, to), flop });
    return;
  }
  if (write.form !== 'plain') throw new Error('a 1×1 convolution writes plainly');
  const buffers = { weights, bias: bias && to.planar(bias), y: to.makePlanar(write.y) };
  to.step('pointwise', op, { buffers, sizes, read: reading(read, to), flop });
}

/** A way to read, its tensors as buffers in the layouts that the kernels want. */
function reading(read: MapRead, to: ProgramBuilder): Read<PlannedBuffer> {
  switch (read.form) {
    case 'plain':
      return { form: 'plain', buffers: { x: to.blocked(read.x) } };
    case 'styled':
      return { form: 'styled', buffers: { x: to.blocked(read.x), coefficients: to.planar(read.coefficients) } };
    case 'scaled':
      return { form: 'scaled', buffers: { x: to.blocked(read.x), factor: to.planar(read.factor) } };
    case 'unactivated': {
      const { source, x, factor, slope, clamp } = read;
      const { buffers, sizes } = gradientSource(source, to);
      const others = { x: to.blocked(x), factor: factor && to.planar(factor) };
      return { form: 'unactivated', buffers: { ...buffers, ...others }, sizes, values: { slope, clamp } };
    }
    case 'gradient': {
      const { source, x, coefficients, moments, sums, slope } = read;
      const { buffers, sizes } = gradientSource(source, to);
      const others = {
        x: to.blocked(x),
        coefficients: to.planar(coefficients),
        moments: to.planar(moments),
        sums: to.planar(sums),
      };
      return { form: 'gradient', buffers: { ...buffers, ...others }, sizes, values: { slope } };
    }
  }
}

function gradientSource(
  source: GradientSource,
  to: ProgramBuilder,
): { readonly buffers: SourceBuffers<PlannedBuffer>; readonly sizes?: SourceSizes } {
  if (source.kind === 'stored') return { buffers: { g: to.blocked(source.g) } };
  const { x, weight, factor } = source;
  return {
    buffers: {
      planar: to.planar(x),
      weights: to.constant(weight, { form: 'pointwise' }),
      planarFactor: factor && to.planar(factor),
    },
    sizes: { planarChannels: x.shape[1] },
  };
}

/** The same of a way to write. */
function writing(write: MapWrite, to: ProgramBuilder): Write<PlannedBuffer> {
  switch (write.form) {
    case 'plain':
      return { form: 'plain', buffers: { y: to.makeBlocked(write.y) } };
    case 'summed': {
      const { x, moments, y, sums } = write;
      return {
        form: 'summed',
        buffers: {
          x: to.blocked(x),
          moments: to.planar(moments),
          y: y && to.makeBlocked(y),
          sums: to.makePlanar(sums),
        },
      };
    }
    case 'activated': {
      const { factor, y, slope, clamp } = write;
      return {
        form: 'activated',
        buffers: { ...beforeActivation(write, to), factor: factor && to.planar(factor), y: to.makeBlocked(y) },
        values: { slope, clamp },
      };
    }
    case 'scaled':
      return scaled(write, to);
    case 'styled': {
      const { style, x, coefficients, moments, slope, epsilon } = write;
      return {
        form: 'styled',
        buffers: {
          ...beforeActivation(write, to),
          style: to.planar(style),
          y: to.makeBlocked(x),
          coefficients: to.makePlanar(coefficients),
          moments: to.makePlanar(moments),
        },
        values: { slope, epsilon },
      };
    }
  }
}

function scaled(write: Extract<MapWrite, { readonly form: 'scaled' }>, to: ProgramBuilder): Write<PlannedBuffer> {
  const { factor, plus, y, x, sums, demodulation, back } = write;
  const buffers = {
    factor: factor && to.planar(factor),
    plus: plus && to.blocked(plus),
    x: to.blocked(x),
    // Every value of x is read before y has one in its place.
    y: y && to.makeBlocked(y, x),
    sums: sums && to.makePlanar(sums),
    ...(demodulation && {
      demodulation: to.planar(demodulation.factor),
      demodulationSums: to.makePlanar(demodulation.sums),
      ...beforeActivation(demodulation, to),
    }),
    backFactor: back?.factor && to.planar(back.factor),
  };
  const activation = demodulation ?? back;
  const values = activation && { slope: activation.slope, clamp: activation.clamp };
  return { form: 'scaled', buffers, sizes: { unactivates: Number(back !== undefined) }, values };
}

/** What is added before an activation. */
function beforeActivation({ noise, bias }: { readonly noise?: Noise; readonly bias: Tensor }, to: ProgramBuilder) {
  return {
    noise: noise && to.planar(noise.map),
    noiseWeight: noise && to.planar(noise.weight),
    bias: to.planar(bias),
  };
}
