// facewright bench kernels as it is typed.

import * as assert from 'uvu/assert';
import type { KernelsReport } from '../../../dist/bench/kernels/kernels-report.js';
import { adapterSuite } from '../../skip.js';
import { facewright, newFolder } from '../command.js';

const test = adapterSuite('cli: bench kernels');

const adapter = process.env.FACEWRIGHT_ADAPTER ? ['--adapter', process.env.FACEWRIGHT_ADAPTER] : [];

test('a kernel of the demo generator, as JSON', async () => {
  const words = ['bench', 'kernels', 'WEIGH_LOSSES', '--json', '--quiet', ...adapter];
  const { code, stdout, stderr } = await facewright(newFolder(), words);
  assert.is(code, 0, stderr);
  const { head, kernels, ceilings } = JSON.parse(stdout) as KernelsReport;
  assert.is(head.model, 'demo');
  assert.is(head.filter, 'WEIGH_LOSSES');
  assert.equal(
    kernels.map(({ kernel, n, share }) => [kernel, n, share]),
    [['weigh_losses', 1, 1]],
  );
  assert.ok(kernels[0].warm.samples.length >= 3 && ceilings.launch > 0);
});

test.run();
