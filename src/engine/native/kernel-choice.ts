/** How convolutions are computed; `auto` chooses by their shape. */
export type ConvolutionForm = 'auto' | 'direct' | 'winograd';

/** What the choice of kernels depends on, beside the shape. */
export interface KernelChoice {
  readonly form: ConvolutionForm;
  /** Whether direct convolutions multiply in bfloat16: twice as fast, they are the better form of the upsampling ones. */
  readonly bf16: boolean;
}

/** Channels from which Winograd's form is faster than the direct one: docs/performance.md has the figures. */
const WINOGRAD_CHANNELS = 32;
/** Pixels from which it is: smaller maps wait for their weights, of which Winograd's form has 16 for 9. */
const WINOGRAD_PIXELS = 16 * 16;

/** The same for upsampling convolutions, by pixels of the small side: there it has 36 weights for 16. */
const WINOGRAD_UP_CHANNELS = 64;
const WINOGRAD_UP_PIXELS = 64 * 64;

/** Pairs of channels from which the weights of a convolution are held once: docs/performance.md has what that costs and saves. */
const TRANSPOSED_PAIRS = 256 * 512;

/**
 * Whether the weights of a convolution's adjoint are made of the convolution's in every step, and not packed beside them. Direct
 * ones in bfloat16, which have two input channels to a word, are packed.
 */
export function transposesWeights(
  { bf16 }: KernelChoice,
  winograd: boolean,
  [o, i]: readonly [number, number],
): boolean {
  return (winograd || !bf16) && o * i >= TRANSPOSED_PAIRS;
}

/** Whether a 3×3 convolution of so many channels and pixels takes Winograd's form. */
export function usesWinograd({ form }: KernelChoice, channels: readonly [number, number], pixels: number): boolean {
  if (form !== 'auto') return form === 'winograd';
  return Math.min(...channels) >= WINOGRAD_CHANNELS && pixels >= WINOGRAD_PIXELS;
}

/** Whether an upsampling convolution, or its adjoint, does; pixels are those of the small side. */
export function usesWinogradUp(
  { form, bf16 }: KernelChoice,
  channels: readonly [number, number],
  pixels: number,
): boolean {
  if (form !== 'auto') return form === 'winograd';
  return !bf16 && Math.min(...channels) >= WINOGRAD_UP_CHANNELS && pixels >= WINOGRAD_UP_PIXELS;
}
