// What `bench kernels --json` wrote, read again. It comes from outside: nothing in it is believed before it was looked at.

import { readFile } from 'node:fs/promises';
import { FacewrightError } from '../../errors.js';
import { quoted } from '../../words.js';
import type { KernelsReport } from '../kernels/kernels-report.js';

const FORMAT: KernelsReport['format'] = 'facewright kernels 1';
const MAKE_ONE = 'make one with facewright bench kernels --json';

/** What a value has to be: a kind of number or text, a list of one shape that is not empty, or the fields of an object. */
type Shape = keyof typeof kinds | readonly [Shape] | { readonly [field: string]: Shape };

const kinds = {
  text: { is: (value: unknown) => typeof value === 'string', called: 'a text' },
  flag: { is: (value: unknown) => typeof value === 'boolean', called: 'true or false' },
  number: { is: (value: unknown) => isNumber(value) && value >= 0, called: 'a number that is 0 or more' },
  positive: { is: (value: unknown) => isNumber(value) && value > 0, called: 'a number above 0' },
  count: {
    is: (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1,
    called: 'a whole number above 0',
  },
} as const;

const timing = { median: 'positive', quartiles: ['positive'], samples: ['positive'] } as const;

/** The fields that comparing and drawing need. */
const report = {
  head: {
    adapter: 'text',
    driver: 'text',
    backend: 'text',
    software: 'flag',
    platform: 'text',
    dawn: 'text',
    facewright: 'text',
    node: 'text',
    date: 'text',
    model: 'text',
    batch: 'count',
    clock: { kind: 'text', quantum: 'number' },
    drift: { first: 'positive', last: 'positive', ratio: 'positive' },
  },
  ceilings: { fma: 'positive', copy: 'positive', launch: 'number' },
  dispatches: 'count',
  kernels: [
    {
      kernel: 'text',
      shape: 'text',
      n: 'count',
      workgroups: 'count',
      flop: 'number',
      bytes: 'number',
      share: 'number',
      warm: timing,
      cold: timing,
    },
  ],
} as const satisfies Shape;

/**
 * Reads a report of `bench kernels`.
 *
 * @throws FacewrightError when the file cannot be read, or holds no such report
 */
export async function readKernelsReport(path: string): Promise<KernelsReport> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new FacewrightError(`${path}: cannot be read (${error.code}); ${MAKE_ONE}`);
  });
  return parseKernelsReport(path, text);
}

/**
 * A report from its text.
 *
 * @param name of the file, for errors
 * @throws FacewrightError when the text is no JSON, of another format or version, or lacks something
 */
export function parseKernelsReport(name: string, text: string): KernelsReport {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FacewrightError(
      `${name}: is not JSON, or was cut off (${quoted((error as Error).message)}); ${MAKE_ONE}`,
    );
  }
  const { format } = isObject(value) ? value : {};
  if (format !== FORMAT) {
    const kind = FORMAT.replace(/ \d+$/, '');
    if (typeof format === 'string' && format.startsWith(`${kind} `)) {
      throw new FacewrightError(
        `${name}: is a report of another version ('${quoted(format)}'; this facewright reads '${FORMAT}'); measure again with one version`,
      );
    }
    throw new FacewrightError(`${name}: is no report of kernels; ${MAKE_ONE}`);
  }
  check(value, report, '', (what) => {
    throw new FacewrightError(`${name}: ${what}; the file is damaged, or was changed by hand: ${MAKE_ONE}`);
  });
  const { kernels } = value as KernelsReport;
  const names = kernels.map(({ kernel, shape }) => `${kernel} ${shape}`);
  const twice = names.find((one, index) => names.indexOf(one) < index);
  if (twice !== undefined) {
    throw new FacewrightError(`${name}: has ${twice} twice; the file was changed by hand: ${MAKE_ONE}`);
  }
  return value as KernelsReport;
}

/** Holds a value against a shape, and calls `fail` with what does not fit. */
function check(value: unknown, shape: Shape, path: string, fail: (what: string) => never): void {
  if (typeof shape === 'string') {
    const { is, called } = kinds[shape];
    if (!is(value)) fail(`${path} is ${value === undefined ? 'missing' : `not ${called}`}`);
    return;
  }
  if (isList(shape)) {
    if (!Array.isArray(value)) fail(`${path} is ${value === undefined ? 'missing' : 'no list'}`);
    if ((value as unknown[]).length === 0) fail(`${path} is empty`);
    (value as unknown[]).forEach((one, index) => {
      check(one, shape[0], `${path}[${index}]`, fail);
    });
    return;
  }
  if (!isObject(value)) fail(`${path} is ${value === undefined ? 'missing' : 'no object'}`);
  for (const [field, inner] of Object.entries(shape)) {
    check((value as Record<string, unknown>)[field], inner, path === '' ? field : `${path}.${field}`, fail);
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape);
}
