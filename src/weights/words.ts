/** Wording that the readers of weights share. */

/** The end of every refusal: what would do instead. */
export const OPENS =
  "facewright opens safetensors files and PyTorch state dicts of StyleGAN1 such as PULSE's synthesis.pt, mapping.pt and gaussian_fit.pt";

/** How a damaged or shortened file ends its message. */
export const FETCH_AGAIN = 'download or copy it again';

const LONGEST_QUOTE = 80;

/**
 * Text from a file, made fit for a one-line message: control characters (which could drive a terminal) and invisible
 * ones become `?`, and long text is cut to 80 characters.
 */
export function quoted(text: string): string {
  const printable = text.slice(0, LONGEST_QUOTE + 1).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return printable.length > LONGEST_QUOTE ? `${printable.slice(0, LONGEST_QUOTE)}…` : printable;
}

/** For sorting names: the same order on every machine, whatever its language. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
