import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseKernelsReport, readKernelsReport } from '../../../dist/bench/compare/read-report.js';
import { FacewrightError } from '../../../dist/errors.js';
import { madeUp } from '../made-up.js';

const test = suite('bench/compare/read-report');

const report = await madeUp();

/** The message with which a text is refused; it names the file. */
function refusal(text: string): string {
  try {
    parseKernelsReport('old.json', text);
  } catch (error) {
    assert.instance(error, FacewrightError);
    const { message } = error as FacewrightError;
    assert.ok(message.startsWith('old.json: '), message);
    return message;
  }
  throw new Error(`not refused: ${text.slice(0, 80)}`);
}

/** The report with the value at a path exchanged; undefined takes it away. */
function damaged(path: readonly (string | number)[], value: unknown): string {
  const copy = structuredClone(report) as unknown as Record<string | number, unknown>;
  let at = copy;
  for (const step of path.slice(0, -1)) at = at[step] as typeof at;
  at[path.at(-1)!] = value;
  return JSON.stringify(copy);
}

test('what was written is read again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'facewright-report-'));
  try {
    const path = join(folder, 'report.json');
    await writeFile(path, JSON.stringify(report));
    assert.equal(await readKernelsReport(path), report);
    await readKernelsReport(join(folder, 'none.json')).then(
      () => assert.unreachable(),
      (error: Error) => assert.match(error.message, /none\.json: cannot be read \(ENOENT\)/),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what is no report is refused, and told apart', () => {
  assert.match(refusal(JSON.stringify(report).slice(0, -100)), /is not JSON, or was cut off/);
  assert.match(refusal(''), /is not JSON, or was cut off/);
  for (const other of ['null', '[]', '3', '{}', '{"format":"facewright faces 1"}', '{"format":7}']) {
    assert.match(refusal(other), /is no report of kernels/);
  }
  assert.match(refusal(damaged(['format'], 'facewright kernels 2')), /of another version \('facewright kernels 2'/);
});

test('a damaged report is refused with the place of the damage', () => {
  const cases: readonly [(string | number)[], unknown, RegExp][] = [
    [['head'], undefined, /: head is missing;/],
    [['head', 'batch'], 0, /: head\.batch is not a whole number above 0;/],
    [['head', 'batch'], 1.5, /: head\.batch is not/],
    [['head', 'adapter'], null, /: head\.adapter is not a text;/],
    [['head', 'software'], 'no', /: head\.software is not true or false;/],
    [['head', 'drift', 'first'], -1, /: head\.drift\.first is not a number above 0;/],
    [['ceilings', 'copy'], 0, /: ceilings\.copy is not a number above 0;/],
    [['kernels'], {}, /: kernels is no list;/],
    [['kernels'], [], /: kernels is empty;/],
    [['kernels', 3], 'conv', /: kernels\[3\] is no object;/],
    [['kernels', 3, 'warm', 'median'], undefined, /: kernels\[3\]\.warm\.median is missing;/],
    // As JSON has what is not finite.
    [['kernels', 3, 'warm', 'median'], null, /: kernels\[3\]\.warm\.median is not a number above 0;/],
    [['kernels', 0, 'cold', 'samples', 1], '1', /: kernels\[0\]\.cold\.samples\[1\] is not a number above 0;/],
    [['kernels', 0, 'warm', 'samples'], [], /: kernels\[0\]\.warm\.samples is empty;/],
    [['kernels', 0, 'flop'], -1, /: kernels\[0\]\.flop is not a number that is 0 or more;/],
  ];
  for (const [path, value, told] of cases) assert.match(refusal(damaged(path, value)), told);
});

test.run();
