import type { Core, FusedOp, Read, Write } from '../../graph/fuse/fused-op.js';
import type { Tensor } from '../../graph/graph.js';
import { type Binding, type Dispatch, powerOfTwo, WORKGROUP } from './dispatch.js';
import { convolutionShape, lowerConvolution, type MapSource, type MapTarget } from './lower-convolution.js';
import { epilogueOf, lowerScaledGradient, lowerUnactivated } from './lower-modulated.js';
import { bind, perPixel, size, sumTiles } from './lowering.js';
import { reductionTiles } from './tiles.js';
import type { KernelDevice } from './variants.js';

type Blur = Extract<Core, { readonly kind: 'blur' }>;
type Form<T extends { readonly form: string }, F extends T['form']> = Extract<T, { readonly form: F }>;

/** An op over maps as kernels, of the forms in `forms.ts`. */
export function lowerFused({ core, read, write }: FusedOp, device: KernelDevice): Dispatch[] {
  if (core.kind === 'none') return lowerPass(read, write);
  const source = sourceOf(read);
  const target = targetOf(write);
  const kernels =
    core.kind === 'blur' ? lowerBlur(core, source, target) : lowerConvolution(core, source, target, device);
  return [...source.before, ...kernels, ...target.behind];
}

/** The convolution in an op over maps, as its kernels see it; undefined where there is none. */
export function convolutionIn({ core, read, write }: FusedOp): ReturnType<typeof convolutionShape> | undefined {
  if (core.kind === 'none' || core.kind === 'blur') return undefined;
  return convolutionShape(core, sourceOf(read), targetOf(write));
}

/** A map of the shape and type of `tensor`, passed on within an op. Kernels that write one read the other. */
function passedOn(tensor: Tensor, place: 0 | 1): Binding {
  return { kind: 'scratch', size: size(tensor), place, dtype: tensor.dtype };
}

/** What a convolution or a blur reads. The gradient of an activation is made by a kernel before it. */
function sourceOf(read: Read): MapSource & { readonly before: readonly Dispatch[] } {
  const { form, x } = read;
  if (form === 'gradient') throw new Error('no kernel reads a gradient through a style');
  if (form !== 'unactivated') {
    const coefficients = form === 'styled' ? read.coefficients : form === 'scaled' ? read.factor : undefined;
    return { map: bind(x), shape: x.shape, form, coefficients, before: [] };
  }
  if (read.source.kind !== 'stored') throw new Error('no kernel makes a gradient again where it is read');
  const map = passedOn(x, 0);
  return { map, shape: x.shape, form: 'plain', before: lowerUnactivated(read.source.g, read, map) };
}

/** Where a convolution or a blur writes. What is wanted beside the gradient of a scaled map is made by a kernel behind it. */
function targetOf(write: Write): MapTarget & { readonly behind: readonly Dispatch[] } {
  switch (write.form) {
    case 'plain':
      return { map: bind(write.y), shape: write.y.shape, behind: [] };
    case 'activated':
      return { map: bind(write.y), shape: write.y.shape, activated: write, behind: [] };
    case 'scaled': {
      const map = passedOn(write.x, 1);
      return { map, shape: write.x.shape, behind: lowerScaledGradient(map, write) };
    }
    default:
      throw new Error(`no kernel beside an epilogue's own writes ${write.form}`);
  }
}

function lowerBlur({ adjoint, margin }: Blur, source: MapSource, target: MapTarget): Dispatch[] {
  if (source.form !== 'plain') throw new Error(`no blur reads ${source.form}`);
  const [, c, h, w] = target.shape;
  const epilogue = epilogueOf(target.activated);
  return [
    {
      kernel: 'blur',
      overrides: { C: c, H: h, W: w, BEFORE: adjoint ? 1 + margin : 1 - margin, ...epilogue.overrides, WORKGROUP },
      bindings: { x: source.map, y: target.map, ...epilogue.bindings },
      groups: [Math.ceil((Math.ceil(w / 4) * h) / WORKGROUP), c],
      flop: 0,
    },
  ];
}

/** What only reads or only writes. */
function lowerPass(read: Read, write: Write): Dispatch[] {
  if (read.form === 'plain' && write.form === 'styled') return epilogue(read.x, write);
  if (read.form === 'plain' && write.form === 'summed' && !write.y) return gradientSums(read.x, write);
  if (read.form === 'plain' && write.form === 'scaled') return lowerScaledGradient(bind(read.x), write);
  if (read.form === 'styled' && write.form === 'plain') return styledMap(read, write.y);
  if (read.form === 'gradient' && write.form === 'plain') return styledGradient(read, write.y);
  throw new Error(`no kernel reads ${read.form} and writes ${write.form}`);
}

/** Noise, bias and activation with the moments of each tile; then the tiles merged and the coefficients made. */
function epilogue(y: Tensor, write: Form<Write, 'styled'>): Dispatch[] {
  const { noise, bias, style, slope, epsilon, x, coefficients, moments } = write;
  const [, c, h, w] = x.shape;
  const { workgroup, tile, tiles } = reductionTiles(h * w);
  const cut = { C: c, PIXELS: h * w, TILES: tiles, TILE: tile };
  const partial: Binding = { kind: 'scratch', size: 2 * c * tiles };
  return [
    {
      kernel: 'styled',
      overrides: {
        ...cut,
        SHARED: Number(y.kind === 'constant'),
        NOISE: Number(noise !== undefined),
        SLOPE: slope,
        WORKGROUP: workgroup,
      },
      bindings: {
        y: bind(y),
        noise: bind(noise?.map),
        noise_weight: bind(noise?.weight),
        bias: bind(bias),
        x: bind(x),
        tiles: partial,
      },
      groups: [tiles, c],
      flop: 0,
    },
    {
      kernel: 'styled_coefficients',
      overrides: { ...cut, EPSILON: epsilon, WORKGROUP: powerOfTwo(tiles, 8, 64) },
      bindings: { tiles: partial, style: bind(style), coefficients: bind(coefficients), moments: bind(moments) },
      groups: [c, 1],
      flop: 0,
    },
  ];
}

function gradientSums(g: Tensor, { x, moments, sums }: Form<Write, 'summed'>): Dispatch[] {
  const [, c, h, w] = x.shape;
  const { workgroup, tile, tiles } = reductionTiles(h * w);
  const partial: Binding = { kind: 'scratch', size: 2 * c * tiles };
  return [
    {
      kernel: 'styled_sums',
      overrides: { C: c, PIXELS: h * w, TILES: tiles, TILE: tile, WORKGROUP: workgroup },
      bindings: { g: bind(g), x: bind(x), moments: bind(moments), tiles: partial },
      groups: [tiles, c],
      flop: 0,
    },
    sumTiles(2 * c, tiles, 1, partial, sums),
  ];
}

function styledMap({ x, coefficients }: Form<Read, 'styled'>, y: Tensor): Dispatch[] {
  return [perPixel('styled_map', y, {}, { x: bind(x), coefficients: bind(coefficients), y: bind(y) })];
}

function styledGradient(read: Form<Read, 'gradient'>, y: Tensor): Dispatch[] {
  const { source, x, coefficients, moments, sums, slope } = read;
  if (source.kind !== 'stored') throw new Error('no kernel makes a gradient again where it is read');
  const bindings = {
    g: bind(source.g),
    x: bind(x),
    coefficients: bind(coefficients),
    moments: bind(moments),
    sums: bind(sums),
    result: bind(y),
  };
  return [perPixel('styled_gradient', y, { SLOPE: slope }, bindings)];
}
