// Quantities as text.

const PREFIXES: readonly (readonly [string, number])[] = [
  ['T', 1e12],
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
  ['', 1],
  ['m', 1e-3],
  ['µ', 1e-6],
  ['n', 1e-9],
];

/**
 * A quantity in three digits with the prefix that suits it: `41.2 GB/s`, `1.30 TFLOP/s`, `12.4 µs`.
 *
 * @param value 0 or more
 */
export function quantity(value: number, unit: string): string {
  // Rounded first: 999.9 k is 1.00 M.
  const rounded = Number(value.toPrecision(3));
  const [prefix, one] = PREFIXES.find(([, power]) => rounded >= power) ?? PREFIXES.at(-1)!;
  const part = rounded / one;
  return `${part.toFixed(part >= 100 || part === 0 ? 0 : part >= 10 ? 1 : 2)} ${prefix}${unit}`;
}

/** The same for a round number: `1 GFLOP/s`, `500 MFLOP/s`. */
export function roundQuantity(value: number, unit: string): string {
  return quantity(value, unit).replace(/\.0+ /, ' ');
}

/** Two digits of a share of 1: `12 %`, `1.3 %`, `0.04 %`, `< 0.01 %`. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value === 0) return '0 %';
  if (value < 0.01) return '< 0.01 %';
  const decimals = Math.min(2, Math.max(0, 1 - Math.floor(Math.log10(value) + 1e-9)));
  return `${value.toFixed(decimals)} %`;
}
