// What came of a try, as its author reads it.

import { counted } from '../../words.js';
import { shortShape } from '../kernels/select.js';
import type { RatioInterval } from '../kernels/statistics.js';
import { BOUND, describeForms, isRight, type ShapeReport, type WrongTensor } from './check.js';
import type { GuardFault } from './guarded.js';
import type { Mismatch } from './mismatches.js';
import { fasterInAll, type ShapeTime, type TimedShape } from './time.js';
import type { TryReport } from './try-kernel.js';

/** What is wrong with a kernel, or that it is right; not its times. */
export function verdict({ own: { file }, as, faults, checked, shapes }: TryReport): string {
  if (faults.length > 0) return faults.join('\n');
  const wrong = checked.filter((one) => !isRight(one));
  if (wrong.length === 0) {
    const worst = Math.max(...checked.map(({ error }) => error));
    return (
      `${file} is right as ${as}: at ${counted(checked.length, 'odd shape')} within ${norm(worst)} of the native engine ` +
      `(${norm(BOUND)} is allowed), nothing written beyond an end, every picture the same alone and in a batch`
    );
  }
  const left = shapes - checked.length;
  return [
    `${file} is wrong as ${as}, at ${wrong.length} of ${counted(checked.length, 'shape')}${left > 0 ? ` (${left} more were not tried)` : ''}:`,
    ...wrong.map(wrongShape),
  ].join('\n\n');
}

/** All that is known, for programs: shapes as text, norms that are no numbers as null. */
export function tryJson({ own: { file, set }, as, faults, shapes, checked, timed }: TryReport): object {
  const times = timed.filter((one): one is ShapeTime => !('skipped' in one));
  return {
    file,
    as,
    set,
    faults,
    shapes,
    checked: checked.map(({ op, ...rest }) => ({ shape: describeForms(op), ...rest })),
    timed,
    faster: times.length > 0 ? fasterInAll(times) : null,
  };
}

/** A row of the table of times: kernel, shape, launches in a step, the two times, how many times as fast. */
export function timeRow(timed: TimedShape): string[] {
  if ('skipped' in timed) return [timed.kernel, shortShape(timed.shape), '', '', '', timed.skipped];
  const { kernel, shape, n, builtIn, own, faster } = timed;
  return [kernel, shortShape(shape), `${n}`, timeText(builtIn.median), timeText(own.median), fasterText(faster)];
}

/** All launches of a step together; undefined where nothing was timed. */
export function inAll(timed: readonly TimedShape[]): string | undefined {
  const shapes = timed.filter((one): one is ShapeTime => !('skipped' in one));
  return shapes.length === 0 ? undefined : fasterText(fasterInAll(shapes));
}

/** `1.31 × [1.27, 1.35]`: how many times as fast, and that the interval does not tell it from 1 where that is so. */
export function fasterText({ ratio, low, high }: RatioInterval): string {
  const text = `${ratio.toFixed(2)} × [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return low <= 1 && high >= 1 ? `${text}, no difference to be told` : text;
}

function wrongShape({ op, refused, wrong, beyond, unlike }: ShapeReport): string {
  return [
    `${describeForms(op)}, in a batch of 3:`,
    ...(refused === undefined ? [] : [refused]),
    ...wrong.flatMap(wrongTensor),
    ...beyond.map(beyondText),
    ...(unlike.length > 0 ? [unlikeText(unlike)] : []),
  ].join('\n  ');
}

function wrongTensor({ binding, different, values, error, unwritten, first }: WrongTensor): string[] {
  const verb = different === 1 ? 'differs' : 'differ';
  const never = unwritten > 0 ? `, ${unwritten} of them never written` : '';
  const off = Number.isFinite(error) ? ` (relative norm ${norm(error)}, ${norm(BOUND)} is allowed)` : '';
  return [
    `${binding}: ${different} of ${counted(values, 'value')} ${verb}${never}${off}; the first:`,
    ...first.map((one) => `  ${mismatchText(one)}`),
  ];
}

function mismatchText({ place: [n, c, y, x], value, wanted, unwritten }: Mismatch): string {
  return `n ${n}, c ${c}, y ${y}, x ${x}: ${unwritten ? 'nothing' : digits(value)} instead of ${digits(wanted)}`;
}

function beyondText({ binding, written, first, last, further }: GuardFault): string {
  const where = first === last ? `the ${ordinal(first)}` : `from the ${ordinal(first)} to the ${ordinal(last)}`;
  const unseen = further ? ', or further (as an index below 0 is)' : '';
  return `${binding}: ${counted(written, 'value')} written beyond its end, ${where} behind it${unseen}`;
}

function unlikeText(pictures: readonly number[]): string {
  const which = pictures.length === 1 ? `picture ${pictures[0]} is` : `pictures ${pictures.join(', ')} are`;
  return `${which} not to the bit what ${pictures.length === 1 ? 'it is' : 'they are'} alone: no result may depend on the batch`;
}

function ordinal(number: number): string {
  const last = number % 10;
  const teen = number % 100 >= 11 && number % 100 <= 13;
  return `${number}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][last] ?? 'th')}`;
}

function digits(value: number): string {
  return Number.isFinite(value) ? `${Number(value.toPrecision(6))}` : `${value}`;
}

function norm(value: number): string {
  return value === 0 ? '0' : value.toExponential(value >= 1e-5 && value < 1.05e-5 ? 0 : 1);
}

function timeText(seconds: number): string {
  return seconds < 1e-3 ? `${(seconds * 1e6).toFixed(1)} µs` : `${(seconds * 1e3).toPrecision(4)} ms`;
}
