import { FacewrightError } from '../../errors.js';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Seconds of `90s`, `5m` or `1.5h`. @throws FacewrightError that says what would do */
export function readBudget(option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text.trim()) ?? [];
  const seconds = Number(number) * (SECONDS[unit] ?? Number.NaN);
  if (!(seconds > 0))
    throw new FacewrightError(`${option} ${text}: must be a time with its unit, for example 90s or 5m`);
  return seconds;
}
