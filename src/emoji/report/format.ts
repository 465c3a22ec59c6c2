// Figures as text.

import type { Figure, Measure } from './report-data.js';

/** A number as people write it, with a real minus: `−3.2`. */
export function number(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** `94 %`, `0.0123`, `−12.4°` */
export function valueText(value: number, { unit, decimals }: Pick<Measure, 'unit' | 'decimals'>): string {
  return number(value, decimals) + unitText(unit);
}

/** The unit as it stands behind a number. */
export function unitText(unit: string): string {
  return unit === '%' ? ' %' : unit;
}

/** `85 to 98` */
export function intervalText(
  { low, high }: Pick<Figure, 'low' | 'high'>,
  { decimals }: Pick<Measure, 'decimals'>,
): string {
  return `${number(low, decimals)} to ${number(high, decimals)}`;
}

/** `94 % (85 to 98)` */
export function figureText(figure: Figure, measure: Pick<Measure, 'unit' | 'decimals'>): string {
  return `${valueText(figure.value, measure)} (${intervalText(figure, measure)})`;
}

/** `2,300` */
export function countText(count: number): string {
  return count.toLocaleString('en');
}

/** `1 picture`, `2,300 pictures` */
export function countedText(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

/** `a, b and c` */
export function listText(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
