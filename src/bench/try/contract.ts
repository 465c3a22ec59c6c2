// What a kernel has to keep to stand for one of the engine's: its bindings, its overrides, and what they hold.

import type { ShaderTexts } from '../../engine/webgpu/assemble.js';
import {
  blocks,
  type ConvolutionName,
  type ConvolutionShape,
  convolutionVariants,
  isPass,
} from '../../engine/webgpu/convolution-variants.js';
import type { Declarations } from '../../engine/webgpu/declarations.js';
import type { Binding, Dispatch, Overrides } from '../../engine/webgpu/dispatch.js';
import { Kernels } from '../../engine/webgpu/kernels.js';
import { convolutionIn } from '../../engine/webgpu/lower-maps.js';
import { MATRIX_KERNELS } from '../../engine/webgpu/matrix-variants.js';
import {
  conv1x1Blocks,
  conv3x3Blocks,
  convDownBlocks,
  convUpBlocks,
  packedWeight,
  type WeightLayout,
} from '../../engine/webgpu/pack.js';
import { FacewrightError } from '../../errors.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { nearest } from '../../nearest.js';

/** A kernel that an author's may take the place of. */
export interface Contract {
  /** A convolution, whichever of its variants a device takes, or a kernel: a file of shaders/, without extension. */
  readonly name: string;
  /** Text that keeps it: a convolution's skeleton, or the engine's own kernel. */
  readonly text: string;
  /** What that text declares: all bindings, and the overrides that a launch is given, are the contract's. */
  readonly declarations: Declarations;
  /** Whose shapes it is checked at: a convolution's, where it is one or one of its variants. */
  readonly convolution?: ConvolutionName;
  /** Overrides that a kernel may do without. */
  readonly optional: readonly string[];
  /** Whether a kernel has to say its workgroups itself; else those of the engine's kernel are launched. */
  readonly saysGroups: boolean;
  /** The kernels that have to be chosen for the contract's own to be launched at all. */
  readonly kernels: readonly string[];
  /**
   * What a launch of the engine gives under this contract; undefined where it is of another kernel.
   *
   * @param dispatch one of the launches that serve `op`
   */
  readonly launch: (op: ProgramOp, dispatch: Dispatch) => Dispatch | undefined;
}

/** How the skeletons want their weights. */
const LAYOUTS: Readonly<Record<ConvolutionName, WeightLayout>> = {
  conv1x1: conv1x1Blocks,
  conv3x3: conv3x3Blocks,
  conv_up: convUpBlocks,
  conv_down: convDownBlocks,
};

/**
 * All that `--as` and `bench contract` may name: the convolutions, then the kernels; but none on subgroup matrices, which run in f16
 * alone, and a kernel is tried in float32.
 */
export function contractNames(shaders: ShaderTexts): string[] {
  const convolutions = Object.keys(LAYOUTS);
  const others = [...convolutions, ...MATRIX_KERNELS];
  const kernels = Object.keys(shaders).filter((name) => !name.includes('/') && !others.includes(name));
  return [...convolutions, ...kernels.sort((a, b) => a.localeCompare(b, 'en'))];
}

/** @throws FacewrightError when there is no kernel of that name, naming the nearest or all */
export function contractOf(name: string, shaders: ShaderTexts): Contract {
  if (isConvolution(name)) return convolutionContract(name, shaders);
  const names = contractNames(shaders);
  if (!names.includes(name)) {
    const meant = nearest(name, names);
    throw new FacewrightError(
      `there is no kernel ${name}; ${meant === undefined ? `there are ${names.join(', ')}` : `did you mean ${meant}?`}`,
    );
  }
  return {
    name,
    text: shaders[name],
    convolution: convolutionOf(name),
    declarations: new Kernels(shaders).get(name).declarations,
    optional: [],
    saysGroups: false,
    kernels: [name],
    launch: (_, dispatch) => (dispatch.kernel === name ? dispatch : undefined),
  };
}

function isConvolution(name: string): name is ConvolutionName {
  return Object.hasOwn(LAYOUTS, name);
}

/** The convolution of which a kernel is a variant. */
function convolutionOf(kernel: string): ConvolutionName | undefined {
  const all = Object.entries(convolutionVariants) as [ConvolutionName, (typeof convolutionVariants)[ConvolutionName]][];
  return all.find(([, variants]) => variants.some((variant) => variant.kernel === kernel))?.[0];
}

function convolutionContract(name: ConvolutionName, shaders: ShaderTexts): Contract {
  const skeleton = `skeletons/${name}`;
  const { declarations } = new Kernels(shaders).get(skeleton);
  const variants = convolutionVariants[name].map(({ kernel }) => kernel);
  return {
    name,
    text: shaders[skeleton],
    convolution: name,
    declarations,
    optional: SIZES,
    saysGroups: true,
    kernels: [],
    launch: (op, dispatch) =>
      variants.includes(dispatch.kernel) ? convolutionLaunch(name, declarations, op, dispatch) : undefined,
  };
}

/** Sizes that a convolution's launch has: not every kernel needs all of them. */
const SIZES = ['IN', 'OUT', 'H', 'W', 'PIXELS'];

/** A convolution's launch without what one variant or another has beside: with all sizes, in the layout of the skeleton. */
function convolutionLaunch(
  name: ConvolutionName,
  { overrides: wanted, bindings: declared }: Declarations,
  op: ProgramOp,
  dispatch: Dispatch,
): Dispatch | undefined {
  const found = op.op === 'fused' ? convolutionIn(op) : undefined;
  if (op.op !== 'fused' || found?.name !== name || !('weight' in op.core)) return undefined;
  // An author's kernel does not do the work of passes: the device's own are measured without it too.
  if (dispatch.choice && isPass(dispatch.choice.shape as ConvolutionShape)) return undefined;
  const { core } = op;
  const { into, out, h, w } = name === 'conv_up' ? blocks(found.shape) : found.shape;
  const sizes: Overrides = { IN: into, OUT: out, H: h, W: w, PIXELS: h * w };
  const forms = wanted.filter((override) => !SIZES.includes(override));
  const weights: Binding = { kind: 'weight', weight: packedWeight(core.weight, LAYOUTS[name], core.adjoint) };
  const bindings: readonly (readonly [string, Binding])[] = Object.entries({ ...dispatch.bindings, weights });
  return {
    ...dispatch,
    overrides: { ...sizes, ...Object.fromEntries(forms.map((form) => [form, dispatch.overrides[form]])) },
    bindings: Object.fromEntries(bindings.filter(([given]) => declared.some((one) => one.name === given))),
  };
}
