import type { Core, FusedOp, Read, Write } from '../../graph/fuse/fused-op.js';
import type { Tensor } from '../../graph/graph.js';
import { type Binding, type Dispatch, powerOfTwo, WORKGROUP } from './dispatch.js';
import { lowerConvolution } from './lower-convolution.js';
import { bind, perPixel, sumTiles } from './lowering.js';
import { reductionTiles } from './tiles.js';
import type { KernelDevice } from './variants.js';

type Blur = Extract<Core, { readonly kind: 'blur' }>;
type Form<T extends { readonly form: string }, F extends T['form']> = Extract<T, { readonly form: F }>;

/** An op over maps as kernels, of the forms in `forms.ts`. */
export function lowerFused({ core, read, write }: FusedOp, device: KernelDevice): Dispatch[] {
  if (core.kind === 'none') return lowerPass(read, write);
  if (write.form !== 'plain' || read.form === 'gradient') throw new Error(`no kernel for ${core.kind} of that form`);
  return core.kind === 'blur' ? lowerBlur(core, read.x, write.y) : lowerConvolution(core, read, write.y, device);
}

function lowerBlur({ adjoint, margin }: Blur, x: Tensor, y: Tensor): Dispatch[] {
  const [, c, h, w] = y.shape;
  return [
    {
      kernel: 'blur',
      overrides: { C: c, H: h, W: w, BEFORE: adjoint ? 1 + margin : 1 - margin, WORKGROUP },
      bindings: { x: bind(x), y: bind(y) },
      groups: [Math.ceil((Math.ceil(w / 4) * h) / WORKGROUP), c],
      flop: 0,
    },
  ];
}

/** What only reads or only writes. */
function lowerPass(read: Read, write: Write): Dispatch[] {
  if (read.form === 'plain' && write.form === 'styled') return epilogue(read.x, write);
  if (read.form === 'plain' && write.form === 'summed' && !write.y) return gradientSums(read.x, write);
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
