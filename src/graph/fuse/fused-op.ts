import type { Op, Tensor } from '../graph.js';
import type { Margin, OpName } from '../ops.js';
import type { JoinedOp } from './joined-op.js';

/**
 * What a kernel over maps computes between reading its map and writing its result: nothing, or one of the ops `blur`, `conv`
 * and `conv_up` (`ops.ts`), either way round.
 */
export type Core =
  | { readonly kind: 'none' }
  /** Without a margin it is its own adjoint, and `adjoint` is false. */
  | { readonly kind: 'blur'; readonly adjoint: boolean; readonly margin: Margin }
  | { readonly kind: 'conv1x1'; readonly adjoint: boolean; readonly weight: Tensor; readonly bias?: Tensor }
  | { readonly kind: 'conv3x3'; readonly adjoint: boolean; readonly weight: Tensor }
  | {
      readonly kind: 'conv_up';
      readonly adjoint: boolean;
      readonly margin: Margin;
      readonly weight: Tensor;
      /** Whether a `blur` of the same margin is behind it, before the result is written. Never of the adjoint. */
      readonly blurred?: boolean;
    };

/** The gradient that a map is made of where it is read: stored, or made there by the adjoint of a 1×1 convolution. */
export type GradientSource =
  | { readonly kind: 'stored'; readonly g: Tensor }
  /** x [n, o, h, w] of few channels, weight [o, c, 1, 1]; what they make may be scaled by a factor [n, c, 1, 1]. */
  | { readonly kind: 'conv1x1'; readonly x: Tensor; readonly weight: Tensor; readonly factor?: Tensor };

/** Noise that is added to every channel, times a weight of its own. */
export interface Noise {
  readonly map: Tensor;
  readonly weight: Tensor;
}

/**
 * The gradient by factors d [n, c, 1, 1], of which a map y₀ was made into x = clamp(lrelu(d·y₀ + noiseWeight·noise + bias)):
 * sums [n, c, 1, 1] = Σ g'·y₀, g' = g·slope(x) where |x| < clamp and else 0. y₀ itself is not stored: where g' is not 0,
 * d·y₀ = lrelu⁻¹(x) − noiseWeight·noise − bias.
 */
export interface Demodulation {
  readonly factor: Tensor;
  readonly noise?: Noise;
  readonly bias: Tensor;
  /** Above 0. */
  readonly slope: number;
  readonly clamp: number;
  readonly sums: Tensor;
}

/** How a kernel reads its map [n, c, h, w]. */
export type Read =
  /** As it is. A constant [1, c, h, w] is the same map for all pictures. */
  | { readonly form: 'plain'; readonly x: Tensor }
  /**
   * The styled map a·(x − mean) + b, with coefficients [n, 3, c, 1] = mean, a, b: `instance_norm` and `modulate` of the
   * stored x. Padding is padding of that map, and stays zero. (One multiply-add with b − mean·a would do, but mean/σ
   * reaches 3.6 and the cancellation is felt: it flips signs of activations near zero.)
   */
  | { readonly form: 'styled'; readonly x: Tensor; readonly coefficients: Tensor }
  /**
   * The gradient g of the styled map, brought back through `modulate`, `instance_norm` and `bias_act`:
   * a·(g − Σg/N − x̂·Σ(g·x̂)/N)·slope(x), N = h·w, x̂ = (x − mean)/σ; moments [n, 2, c, 1] = mean, 1/σ; sums [n, 2, c, 1] =
   * Σ g·x̂, Σ g. Where rates [n, c, 4, 1] = mean, a, a·Σg/N, a·Σ(g·x̂)/(N·σ) are there, they say the same as the three:
   * (rate₁·g − rate₂ − rate₃·(x − mean))·slope(x).
   */
  | {
      readonly form: 'gradient';
      readonly source: GradientSource;
      readonly x: Tensor;
      readonly coefficients: Tensor;
      readonly moments: Tensor;
      readonly sums: Tensor;
      readonly rates?: Tensor;
      readonly slope: number;
    }
  /** factor·x, factor [n, c, 1, 1]. */
  | { readonly form: 'scaled'; readonly x: Tensor; readonly factor: Tensor }
  /** A gradient g brought back through the `bias_act` whose result is x: factor·g·slope(x) where |x| < clamp, elsewhere 0. */
  | {
      readonly form: 'unactivated';
      readonly source: GradientSource;
      readonly x: Tensor;
      /** [n, c, 1, 1]; 1 where it is absent. */
      readonly factor?: Tensor;
      readonly slope: number;
      readonly clamp: number;
    };

/** A gradient that was brought back through a styled layer: where it is stored, and where what a blur without margin makes of it. */
export interface GoneBack {
  readonly coefficients: Tensor;
  readonly slope: number;
  readonly y?: Tensor;
  readonly blurred?: Tensor;
}

/** What becomes of a kernel's result. */
export type Write =
  | { readonly form: 'plain'; readonly y: Tensor }
  /**
   * StyleGAN1's epilogue (`add_noise`, `bias_act`, and what `instance_norm` and `modulate` need): stores
   * x = lrelu(result + noiseWeight·noise + bias), its coefficients and its moments (see `Read`).
   */
  | {
      readonly form: 'styled';
      readonly noise?: Noise;
      readonly bias: Tensor;
      readonly style: Tensor;
      readonly slope: number;
      readonly epsilon: number;
      readonly x: Tensor;
      readonly coefficients: Tensor;
      readonly moments: Tensor;
    }
  /**
   * The result is a gradient g of the styled map of x: stored as y where that is there, with its sums (see `Read`) taken
   * along, and the rates that follow from them. With `back` it is brought back as the read form `gradient` would be, for which the
   * engine has to have the whole channel at hand, and stored so, or blurred, or both.
   */
  | {
      readonly form: 'summed';
      readonly y?: Tensor;
      readonly x: Tensor;
      readonly moments: Tensor;
      readonly sums: Tensor;
      readonly rates?: { readonly coefficients: Tensor; readonly made: Tensor };
      readonly back?: GoneBack;
    }
  /** StyleGAN2's epilogue: y = clamp(lrelu(factor·result + noiseWeight·noise + bias)); factor [n, c, 1, 1], or 1. */
  | {
      readonly form: 'activated';
      readonly factor?: Tensor;
      readonly noise?: Noise;
      readonly bias: Tensor;
      readonly slope: number;
      readonly clamp: number;
      readonly y: Tensor;
    }
  /**
   * The result is the gradient of factor·x, x having been scaled before it was read: stored as y = factor·result + plus
   * where that is there, with sums [n, c, 1, 1] = Σ result·x, the gradient by the factor, where they are; and with the
   * gradient by what demodulated x, of which y (stored or not) is g. With `back` what is stored is brought back through the
   * activation that made x, as the read form `unactivated` of y would be.
   */
  | {
      readonly form: 'scaled';
      readonly factor?: Tensor;
      readonly plus?: Tensor;
      readonly y?: Tensor;
      readonly x: Tensor;
      readonly sums?: Tensor;
      readonly demodulation?: Demodulation;
      /** Slope and clamp are the demodulation's, where both are there. */
      readonly back?: { readonly factor?: Tensor; readonly slope: number; readonly clamp: number };
    };

/** One kernel over maps: it reads, computes and writes. Each part is one of a few forms, which combine freely. */
export interface FusedOp {
  readonly op: 'fused';
  readonly core: Core;
  readonly read: Read;
  readonly write: Write;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly writes: readonly [];
}

/** Ops that an engine meets as they are; the others are cores of a `FusedOp`. */
export type PlainOpName = Exclude<OpName, 'conv' | 'conv_up' | 'blur'>;

/** What an engine is given to run. */
export type ProgramOp = Op<PlainOpName> | FusedOp | JoinedOp;

/** Makes a `FusedOp`; inputs and outputs follow from its parts. */
export function fusedOp(core: Core, read: Read, write: Write): FusedOp {
  const inputs = [...readBy(core), ...readBy(read), ...neededBy(write)];
  return { op: 'fused', core, read, write, inputs, outputs: madeBy(write), writes: [] };
}

/** `conv3x3`, `conv_up adjoint`, `blur`, `none`: what the table of an engine's forms is indexed by. */
export function coreName(core: Core): CoreName {
  if (core.kind === 'conv_up' && core.blurred) return 'conv_up blurred';
  return 'adjoint' in core && core.adjoint ? `${core.kind} adjoint` : core.kind;
}

export type CoreName = Core['kind'] | `${'blur' | 'conv1x1' | 'conv3x3' | 'conv_up'} adjoint` | 'conv_up blurred';

function readBy(part: Core | Read): Tensor[] {
  if ('kind' in part) {
    if (part.kind === 'none' || part.kind === 'blur') return [];
    return 'bias' in part && part.bias ? [part.weight, part.bias] : [part.weight];
  }
  switch (part.form) {
    case 'plain':
      return [part.x];
    case 'styled':
      return [part.x, part.coefficients];
    case 'scaled':
      return [part.x, part.factor];
    case 'unactivated':
      return present(...fromSource(part.source), part.x, part.factor);
    case 'gradient':
      return present(...fromSource(part.source), part.x, part.coefficients, part.moments, part.sums, part.rates);
  }
}

function fromSource(source: GradientSource): Tensor[] {
  return source.kind === 'stored' ? [source.g] : present(source.x, source.weight, source.factor);
}

function neededBy(write: Write): Tensor[] {
  switch (write.form) {
    case 'plain':
      return [];
    case 'styled':
      return present(write.noise?.map, write.noise?.weight, write.bias, write.style);
    case 'summed':
      return present(write.x, write.moments, write.rates?.coefficients ?? write.back?.coefficients);
    case 'activated':
      return present(write.factor, write.noise?.map, write.noise?.weight, write.bias);
    case 'scaled':
      return present(
        write.factor,
        write.plus,
        write.x,
        ...(write.demodulation ? neededFor(write.demodulation) : []),
        write.back?.factor,
      );
  }
}

/** What a gradient by demodulating factors is made of, beside g and x. */
export function neededFor({ factor, noise, bias }: Demodulation): Tensor[] {
  return present(factor, noise?.map, noise?.weight, bias);
}

function madeBy(write: Write): Tensor[] {
  switch (write.form) {
    case 'plain':
    case 'activated':
      return [write.y];
    case 'styled':
      return [write.x, write.coefficients, write.moments];
    case 'summed':
      return present(write.y, write.sums, write.rates?.made, write.back?.y, write.back?.blurred);
    case 'scaled':
      return present(write.y, write.sums, write.demodulation?.sums);
  }
}

function present(...tensors: (Tensor | undefined)[]): Tensor[] {
  return tensors.filter((tensor) => tensor !== undefined);
}
