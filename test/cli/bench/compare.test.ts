import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Comparison, Failures } from '../../../dist/bench/compare/compare.js';
import { madeUp } from '../../bench/made-up.js';
import { facewright, newFolder } from '../command.js';

const test = suite('cli: bench compare');
const folder = newFolder();
process.on('exit', () => rmSync(folder, { recursive: true }));

test.before(async () => {
  const keep = (kernel: string) => kernel.startsWith('conv');
  const slower = (seconds: number) => 1.2 * seconds;
  const reports = {
    old: await madeUp({ keep }),
    new: await madeUp({ keep, key: 'new', time: ({ kernel }, s) => (kernel === 'conv_up_tiled' ? slower(s) : s) }),
    other: await madeUp({ keep, head: { adapter: 'Another GPU' } }),
  };
  for (const [name, report] of Object.entries(reports)) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(report));
  }
});

test('a bound that is kept, one that is not, and the figures as JSON', async () => {
  const kept = await facewright(folder, 'bench compare old.json new.json --fail 30%'.split(' '));
  assert.equal([kept.code, kept.stderr], [0, '']);
  assert.match(kept.stdout, /^passed: nothing is more than 30 % slower/m);
  const broken = await facewright(folder, 'bench compare old.json new.json --fail 5% --json'.split(' '));
  assert.is(broken.code, 1);
  const { kernels, failures } = JSON.parse(broken.stdout) as Comparison & { failures: Failures };
  assert.ok(failures.kernels.length > 0 && failures.kernels.every(({ kernel }) => kernel === 'conv_up_tiled'));
  assert.ok(kernels.length > failures.kernels.length);
});

test('another adapter is refused unless it is forced', async () => {
  const refused = await facewright(folder, 'bench compare old.json other.json'.split(' '));
  assert.equal([refused.code, refused.stdout], [2, '']);
  assert.match(refused.stderr, /adapter: Made-up GPU 9000 and Another GPU.*--force/);
  const forced = await facewright(folder, 'bench compare old.json other.json --force'.split(' '));
  assert.is(forced.code, 0);
  assert.match(forced.stdout, /^warning: compared by force.*adapter: Made-up GPU 9000 and Another GPU/m);
});

test('a roofline of one report, and of two', async () => {
  const one = await facewright(folder, 'bench compare new.json --plot plots/one.svg'.split(' '));
  assert.equal([one.code, one.stdout, one.stderr], [0, '', 'wrote plots/one.svg\n']);
  const svg = readFileSync(join(folder, 'plots/one.svg'), 'utf8');
  assert.match(svg, /^<svg /);
  assert.not.match(svg, /class="moved"/);
  await facewright(folder, 'bench compare old.json new.json --plot two.svg --quiet'.split(' '));
  assert.match(readFileSync(join(folder, 'two.svg'), 'utf8'), /Arrows lead from the run of/);
});

test.run();
