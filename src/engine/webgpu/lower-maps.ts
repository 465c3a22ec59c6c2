import type { Core, FusedOp, Read, Write } from '../../graph/fuse/fused-op.js';
import type { Tensor } from '../../graph/graph.js';
import { type Binding, type Dispatch, WORKGROUP } from './dispatch.js';
import { WHOLE_CHANNEL } from './forms.js';
import {
  type Convolution,
  convolutionShape,
  lowerConvolution,
  type MapSource,
  type MapTarget,
  sumParts,
  takesPasses,
} from './lower-convolution.js';
import { epilogueOf, lowerScaledGradient, lowerUnactivated } from './lower-modulated.js';
import {
  lowerEpilogue,
  lowerGoneBack,
  lowerGradient,
  lowerPointwiseSums,
  lowerSums,
  ratesIn,
  type Unfinished,
} from './lower-styled.js';
import { bind, clampOverride, perPixel, size, sizes } from './lowering.js';
import { conv1x1Blocks, packedWeight } from './pack.js';
import { stripRows } from './tiles.js';
import type { KernelDevice } from './variants.js';

type Blur = Extract<Core, { readonly kind: 'blur' }>;

/** An op over maps as kernels, of the forms in `forms.ts`. */
export function lowerFused({ core, read, write }: FusedOp, device: KernelDevice): Dispatch[] {
  if (core.kind === 'none') return lowerPass(read, write, device);
  if (core.kind === 'blur') return lowerBlurOp(core, read, write, device);
  if (core.kind === 'conv1x1' && core.adjoint && write.form === 'summed' && !write.y && !write.back) {
    return lowerPointwiseSums(read.x, packedWeight(core.weight, conv1x1Blocks, true), write);
  }
  const source = sourceWithin(read) ?? sourceOf(read, device);
  const target = targetWithin(core, write) ?? targetOf(core, read, write);
  const passes = takesPasses(core, source, target, device);
  const { before, ...from } = passes ? source : sourceOf(read, device);
  const to = passes ? target : targetOf(core, read, write);
  return [...before, ...lowerConvolution(core, from, to, device)];
}

type Source = MapSource & { readonly before: readonly Dispatch[] };

/** A gradient that a convolution brings back where it reads it. */
function sourceWithin(read: Read): Source | undefined {
  if (read.form !== 'gradient') return undefined;
  const { source, x } = read;
  const from = source.kind === 'stored' ? source.g : source.x;
  return { map: bind(from), shape: x.shape, form: 'gradient', gradient: read, before: [] };
}

/** Where a convolution writes that takes along moments or sums; a channel that one workgroup can finish is left to that. */
function targetWithin(core: Convolution, write: Write): MapTarget | undefined {
  if ((write.form !== 'styled' && write.form !== 'summed') || isWhole(write.x)) return undefined;
  if (core.kind === 'conv_up' && !core.adjoint) return undefined;
  const { shape } = write.x;
  if (write.form === 'styled') return { map: bind(write.x), shape, styled: write };
  return write.y && { map: bind(write.y), shape, summed: write };
}

function isWhole({ shape: [, , h, w] }: Tensor): boolean {
  return h * w <= WHOLE_CHANNEL;
}

/** The convolution in an op over maps, as its kernels see it; undefined where there is none. */
export function convolutionIn({ core, read, write }: FusedOp): ReturnType<typeof convolutionShape> | undefined {
  if (core.kind === 'none' || core.kind === 'blur') return undefined;
  const form = read.form === 'gradient' || read.form === 'unactivated' ? 'plain' : read.form;
  return convolutionShape(core, { shape: read.x.shape, form }, targetOf(core, read, write));
}

/** A map of the shape and type of `tensor`, passed on within an op. Kernels that write one read the other. */
function passedOn(tensor: Pick<Tensor, 'shape' | 'dtype'>, place: 0 | 1): Binding {
  return { kind: 'scratch', size: size(tensor), place, dtype: tensor.dtype };
}

/** What a convolution reads. A gradient that goes back through a layer is made by a kernel before it. */
function sourceOf(read: Read, device: KernelDevice): Source {
  const { form, x } = read;
  if (form === 'plain') return { map: bind(x), shape: x.shape, form, before: [] };
  if (form === 'styled') return { map: bind(x), shape: x.shape, form, coefficients: read.coefficients, before: [] };
  if (form === 'scaled') return { map: bind(x), shape: x.shape, form, coefficients: read.factor, before: [] };
  const map = passedOn(x, 0);
  const [g, made] = gradientOf(read, device);
  const before = form === 'gradient' ? lowerGradient(g, read, map) : lowerUnactivated(g, read, map);
  return { map, shape: x.shape, form: 'plain', before: [...made, ...before] };
}

/** A gradient that is stored, or that of few channels which is made by a kernel of its own. */
function gradientOf(
  { source, x }: Extract<Read, { readonly source: unknown }>,
  device: KernelDevice,
): [Binding, readonly Dispatch[]] {
  if (source.kind === 'stored') return [bind(source.g), []];
  if (source.factor) throw new Error(`no kernel scales the gradient of ${x.name} where it is made again`);
  const map = passedOn(x, 1);
  const core = { kind: 'conv1x1', adjoint: true, weight: source.weight } as const;
  const from = { map: bind(source.x), shape: source.x.shape, form: 'plain' } as const;
  return [map, lowerConvolution(core, from, { map, shape: x.shape }, device)];
}

/** Where a convolution writes. What it cannot do itself is done by kernels behind it. */
function targetOf(core: Convolution, read: Read, write: Write): MapTarget {
  if (core.kind === 'conv_up' && core.blurred) return blurredTarget(core, read, write);
  switch (write.form) {
    case 'plain':
      return { map: bind(write.y), shape: write.y.shape };
    case 'activated':
      return { map: bind(write.y), shape: write.y.shape, activated: write };
    case 'styled': {
      const map = passedOn(write.x, 1);
      return { map, shape: write.x.shape, finish: (made) => lowerEpilogue(made, write) };
    }
    case 'summed': {
      const map = write.y ? bind(write.y) : passedOn(write.x, 1);
      const { shape } = write.x;
      if (write.back && !write.y) return { map, shape, finish: (made, device) => lowerGoneBack(made, write, device) };
      return {
        map,
        shape,
        finish: (made, device) => [
          ...(made.parts > 1 ? [sumParts(made, { map, shape })] : []),
          ...(write.back ? lowerGoneBack({ map, parts: 1 }, write, device) : lowerSums(map, write)),
        ],
      };
    }
    case 'scaled': {
      const map = passedOn(write.x, 1);
      return { map, shape: write.x.shape, finish: (made) => lowerScaledGradient(made.map, write, made.parts) };
    }
  }
}

/** Where an upsampling convolution writes that a blur is behind of. */
function blurredTarget(
  { weight, margin }: Extract<Core, { readonly kind: 'conv_up' }>,
  { x }: Read,
  write: Write,
): MapTarget {
  const [n, , h, w] = x.shape;
  const shape = [n, weight.shape[0], 2 * (h + margin), 2 * (w + margin)] as const;
  const map = passedOn({ shape, dtype: weight.dtype }, 1);
  return { map, shape, finish: (made) => lowerBlur({ ...made, blur: margin ? 0 : 1 }, write) };
}

function lowerBlurOp({ adjoint, margin }: Blur, read: Read, write: Write, device: KernelDevice): Dispatch[] {
  if (read.form === 'plain' && !adjoint) {
    return lowerBlur({ map: bind(read.x), parts: 1, blur: margin ? 0 : 1 }, write);
  }
  if (write.form !== 'plain' || read.form === 'styled' || read.form === 'scaled') {
    throw new Error(`no blur reads ${read.form} and writes ${write.form}`);
  }
  const before = adjoint ? 1 + margin : 1;
  if (read.form === 'plain') return [blur({ map: bind(read.x), parts: 1 }, before, write)];
  const [g, made] = gradientOf(read, device);
  return [...made, blur({ map: g, parts: 1 }, before, write, read)];
}

/** A map that is blurred, and then written in some form. */
function lowerBlur(from: Unfinished & { readonly blur: 0 | 1 }, write: Write): Dispatch[] {
  if (write.form === 'styled') return lowerEpilogue(from, write);
  if (write.form === 'plain' || write.form === 'activated') return [blur(from, from.blur, write)];
  throw new Error(`no blur writes ${write.form}`);
}

function blur(
  { map, parts }: Unfinished,
  before: number,
  write: Extract<Write, { readonly form: 'plain' | 'activated' }>,
  read?: Extract<Read, { readonly source: unknown }>,
): Dispatch {
  const [, c, h, w] = write.y.shape;
  const epilogue = epilogueOf(write.form === 'activated' ? write : undefined);
  const rows = stripRows(h, w);
  const coefficients = read?.form === 'gradient' ? ratesIn(read.rates) : read?.factor;
  return {
    kernel: 'blur',
    overrides: {
      ...epilogue.overrides,
      ...(read && { SLOPE: read.slope, CLAMP: clampOverride(read.form === 'gradient' ? Infinity : read.clamp) }),
      READ: read ? BLUR_READ[read.form] : 0,
      READ_FACTOR: Number(read?.form === 'unactivated' && read.factor !== undefined),
      WORKGROUP,
    },
    bindings: {
      x: map,
      activation: bind(read?.x),
      coefficients: bind(coefficients),
      y: bind(write.y),
      ...epilogue.bindings,
      shape: sizes(c, h, w, before, parts, rows),
    },
    groups: [Math.ceil((Math.ceil(w / 4) * Math.ceil(h / rows)) / WORKGROUP), c],
    flop: 0,
  };
}

/** As shaders/blur.wgsl numbers them. */
const BLUR_READ = { gradient: 3, unactivated: 4 } as const;

/** What only reads or only writes. */
function lowerPass(read: Read, write: Write, device: KernelDevice): Dispatch[] {
  if (read.form === 'plain') {
    const map = bind(read.x);
    if (write.form === 'styled') return lowerEpilogue({ map, parts: 1, shared: read.x.kind === 'constant' }, write);
    if (write.form === 'summed' && write.back) return lowerGoneBack({ map, parts: 1 }, write, device);
    if (write.form === 'summed' && !write.y) return lowerSums(map, write);
    if (write.form === 'scaled') return lowerScaledGradient(map, write);
  }
  if (write.form === 'plain' && read.form === 'styled') {
    const bindings = { x: bind(read.x), coefficients: bind(read.coefficients), y: bind(write.y) };
    return [perPixel('styled_map', write.y, {}, bindings)];
  }
  if (write.form === 'plain' && read.form === 'gradient') {
    const [g, made] = gradientOf(read, device);
    return [...made, ...lowerGradient(g, read, bind(write.y))];
  }
  throw new Error(`no kernel reads ${read.form} and writes ${write.form}`);
}
