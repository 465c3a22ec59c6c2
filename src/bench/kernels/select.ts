/** The maps of a shape without the batch: `128×32×32` for `[1, 128, 32, 32]`. */
export function shortShape(shape: string): string {
  return shape.replace(/\[\d+, (\d+), (\d+), (\d+)\]/g, '$1×$2×$3');
}

/**
 * Whether a kernel and its shape match what was asked for, upper and lower case being one: where it stands in their names as
 * they are, long or short, or matches as a regular expression. An x between numbers is a ×. An empty text matches all.
 */
export function kernelFilter(typed: string): (one: { readonly kernel: string; readonly shape: string }) => boolean {
  // In names as well, of which conv3x3 is one.
  const text = withTimes(typed);
  const wanted = text.toLowerCase();
  const pattern = patternOf(text);
  return ({ kernel, shape }) =>
    [`${kernel} ${shape}`, `${kernel} ${shortShape(shape)}`]
      .map(withTimes)
      .some((name) => name.toLowerCase().includes(wanted) || pattern?.test(name));
}

function withTimes(text: string): string {
  return text.replace(/(?<=\d)x(?=\d)/gi, '×');
}

/** A text as a regular expression, if it is one. */
function patternOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text, 'i');
  } catch {
    return undefined;
  }
}
