import type { Core, Read, Write } from '../../graph/fuse/fused-op.js';
import { elements, type Shape, type Tensor } from '../../graph/graph.js';
import {
  type ConvolutionName,
  type ConvolutionShape,
  type ConvolutionVariant,
  chooseVariant,
  convolutionVariants,
  isPass,
} from './convolution-variants.js';
import { type Binding, type Dispatch, grid, PARTS_PLACE, WORKGROUP } from './dispatch.js';
import { epilogueOf } from './lower-modulated.js';
import { coefficientsOf, ratesIn, ratesOf, type Unfinished } from './lower-styled.js';
import { bind } from './lowering.js';
import { conv1x1Blocks, packedWeight } from './pack.js';
import type { KernelDevice } from './variants.js';

/** Floating point operations for a pixel (of the smaller map) and a pair of channels: two for each weight. */
const FLOP: Readonly<Record<ConvolutionName, number>> = { conv1x1: 2, conv3x3: 18, conv_up: 32, conv_down: 32 };

/** The cores that are convolutions. */
export type Convolution = Exclude<Core, { readonly kind: 'none' | 'blur' }>;

type Form<T extends { readonly form: string }, F extends T['form']> = Extract<T, { readonly form: F }>;

/** What a kernel is told beside map and weights. */
type Told = ReturnType<typeof epilogueOf>;

/** What a convolution reads: a map, and how. */
export interface MapSource {
  readonly map: Binding;
  readonly shape: Shape;
  readonly form: ConvolutionShape['read'];
  /** Where the form is `styled` or `scaled`. */
  readonly coefficients?: Tensor;
  /** Where it is `gradient`. */
  readonly gradient?: Form<Read, 'gradient'>;
}

/** Where a convolution writes: a map, and what is done before it is stored, or taken along. */
export interface MapTarget {
  readonly map: Binding;
  readonly shape: Shape;
  readonly activated?: Form<Write, 'activated'>;
  readonly styled?: Form<Write, 'styled'>;
  readonly summed?: Form<Write, 'summed'>;
  /** The kernels that make of what was stored what is wanted, and add up its parts; absent where it is the target itself. */
  readonly finish?: (made: Unfinished, device: KernelDevice) => readonly Dispatch[];
}

/** Which convolution it is for its kernels, and at which shape. */
export function convolutionShape(
  core: Convolution,
  x: Pick<MapSource, 'shape' | 'form' | 'gradient'>,
  y: Pick<MapTarget, 'shape' | 'styled' | 'summed'>,
): { readonly name: ConvolutionName; readonly shape: ConvolutionShape } {
  const name = core.kind === 'conv_up' && core.adjoint ? 'conv_down' : core.kind;
  const [, into] = x.shape;
  const [, out] = y.shape;
  const [, , h, w] = (name === 'conv_up' ? x : y).shape;
  const margin = core.kind === 'conv_up' ? core.margin : 0;
  const bias = core.kind === 'conv1x1' && core.bias !== undefined;
  const source = x.gradient?.source;
  const pointwise = source?.kind === 'conv1x1' ? { pointwise: source.x.shape[1] } : {};
  const takes = y.styled ? ({ takes: 'moments' } as const) : y.summed ? ({ takes: 'sums' } as const) : {};
  const half = core.weight.dtype === 'f16' ? ({ stored: 'f16' } as const) : {};
  return { name, shape: { into, out, h, w, margin, read: x.form, bias, ...pointwise, ...takes, ...half } };
}

/**
 * Whether a convolution reads a gradient itself, and takes along moments or sums: the kernel that the device takes for it alone has to be
 * one of those that do, or go with one.
 */
export function takesPasses(core: Convolution, x: MapSource, y: MapTarget, device: KernelDevice): boolean {
  const { name, shape } = convolutionShape(core, x, y);
  if (!isPass(shape)) return false;
  const { takes: _takes, pointwise: _pointwise, read, ...alone } = shape;
  const plainly = { ...alone, read: read === 'gradient' ? ('plain' as const) : read };
  const { variant, measured } = chooseVariant(name, plainly, device);
  // One that is only preferred, and not known to be faster, is not worth another pass over the map.
  const isPreference = !measured && variant.isPreferred?.(device, plainly);
  const isPassing = variant.passes === true || isPreference === true;
  return isPassing && convolutionVariants[name].some(({ supports }) => supports(device, shape));
}

/** A device whose subgroup matrices are left out where weights are not in half, as their factors are; those that are emulated take any. */
function withoutMatrices({ dtype }: Tensor, device: KernelDevice): KernelDevice {
  const suits = dtype === 'f16' || device.matrices?.emulated;
  return suits ? device : { ...device, matrices: undefined };
}

/** Adds up the parts of a map, in their order, with StyleGAN2's epilogue where that is wanted. */
export function sumParts({ map, parts }: Unfinished, y: Pick<MapTarget, 'map' | 'shape' | 'activated'>): Dispatch {
  const [, c, h, w] = y.shape;
  const epilogue = epilogueOf(y.activated);
  return {
    kernel: 'sum_parts',
    overrides: { PARTS: parts, C: c, PIXELS: h * w, ...epilogue.overrides, WORKGROUP },
    bindings: { parts: map, y: y.map, ...epilogue.bindings },
    groups: grid(c * Math.ceil((h * w) / 4), WORKGROUP),
    flop: 0,
  };
}

/**
 * Convolutions, forward and adjoint: the same few kernels with weights packed one way or the other. Where a kernel makes its result in
 * parts, those are added up by what finishes the target, or else by a kernel of their own.
 */
export function lowerConvolution(core: Convolution, x: MapSource, y: MapTarget, device: KernelDevice): Dispatch[] {
  const { name, shape } = convolutionShape(core, x, y);
  const { variant, tiling, measured } = chooseVariant(name, shape, withoutMatrices(core.weight, device));
  const { kernel } = variant;
  const { overrides, groups, tables, parts = 1 } = variant.dispatch(shape, tiling);
  const made = madeBy(parts, y);
  const reading = readingOf(name, x);
  const writing = writingOf(name, variant, parts > 1 ? { ...y, activated: undefined } : y);
  const [tiles, behind] = takenAlong(y, groups[0]);
  const dispatch: Dispatch = {
    kernel,
    overrides: { ...overrides, ...reading.overrides, ...writing.overrides },
    bindings: {
      x: x.map,
      weights: { kind: 'weight', weight: packedWeight(core.weight, variant.pack, core.adjoint) },
      y: made.map,
      ...(name === 'conv1x1' && { bias: bind(core.kind === 'conv1x1' ? core.bias : undefined) }),
      ...tables,
      ...reading.bindings,
      ...writing.bindings,
      ...(variant.passes && { tiles }),
    },
    groups,
    flop: FLOP[name] * shape.into * shape.out * shape.h * shape.w,
    choice: { op: name, shape, kernel, tiling, measured },
  };
  if (y.finish) return [dispatch, ...behind, ...y.finish(made, device)];
  return [dispatch, ...behind, ...(parts > 1 ? [sumParts(made, y)] : [])];
}

/** What a convolution stores: its target, or parts [n, parts, c, h, w] of it that workgroups have made which share the input channels. */
function madeBy(parts: number, { map, shape }: MapTarget): Unfinished {
  if (parts === 1) return { map, parts };
  return { map: { kind: 'scratch', size: parts * elements(shape.slice(1)), place: PARTS_PLACE }, parts };
}

/** What a kernel is told of how it reads, beside its map. */
function readingOf(name: ConvolutionName, { gradient, coefficients }: MapSource): Told {
  if (name === 'conv_down') return { overrides: {}, bindings: {} };
  if (!gradient) return { overrides: {}, bindings: { coefficients: bind(coefficients) } };
  const { source, rates, x, slope } = gradient;
  // As to-RGB packs it: of each channel that is read, the weights of all that are made, which are few, side by side.
  const pointwise = source.kind === 'conv1x1' && packedWeight(source.weight, conv1x1Blocks, false);
  return {
    overrides: { SLOPE: slope },
    bindings: {
      coefficients: bind(ratesIn(rates)),
      activation: bind(x),
      pointwise: pointwise ? { kind: 'weight', weight: pointwise } : { kind: 'none' },
    },
  };
}

/** What it is told of what becomes of its result. */
function writingOf(
  name: ConvolutionName,
  { writesBack }: ConvolutionVariant,
  { activated, styled, summed }: MapTarget,
): Told {
  if (!writesBack && name === 'conv3x3') {
    // StyleGAN1's epilogue is StyleGAN2's without factor and clamp.
    return epilogueOf(activated ?? (styled && { ...styled, form: 'activated', clamp: Infinity, y: styled.x }));
  }
  if (activated || styled) throw new Error(`no kernel of ${name} has an epilogue`);
  return { overrides: {}, bindings: writesBack ? { map: bind(summed?.x), moments: bind(summed?.moments) } : {} };
}

/** What is taken along of each tile, and the kernels that make of it what is wanted. */
function takenAlong({ styled, summed }: MapTarget, tiles: number): [Binding, readonly Dispatch[]] {
  const write = styled ?? summed;
  if (!write) return [{ kind: 'none' }, []];
  const [, c] = write.x.shape;
  const partial: Binding = { kind: 'scratch', size: (styled ? 3 : 2) * c * tiles };
  return [partial, [styled ? coefficientsOf(partial, tiles, styled) : ratesOf(partial, tiles, summed!)]];
}
