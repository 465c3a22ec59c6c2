// Compiling for GPUs that are not there, with Mesa's own compiler where this machine has it.

import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openNullGpu } from '../../../dist/bench/isa/compile.js';
import { isaReport } from '../../../dist/bench/isa/isa-report.js';
import { isaTable, listingsText } from '../../../dist/bench/isa/isa-text.js';
import { MissingToolError } from '../../../dist/bench/isa/null-gpu.js';
import { benchModel } from '../../../dist/bench/search-step.js';
import { skippingSuite } from '../../skip.js';

const TITLE = 'isa compile';

// Folders of its own: the layer is built anew, and what is left of temporary files is seen.
const cache = mkdtempSync(join(tmpdir(), 'facewright-isa-test-'));
const temporary = join(cache, 'temporary');
mkdirSync(temporary);
process.env.XDG_CACHE_HOME = cache;
process.env.TMPDIR = temporary;

/** Why it cannot be tried here, if so. */
async function whyNot(): Promise<string | undefined> {
  try {
    const gpu = await openNullGpu('navi31');
    await gpu.close();
    return undefined;
  } catch (error) {
    if (error instanceof MissingToolError) return error.message;
    throw error;
  }
}

const reason = await whyNot();
const test = reason === undefined ? suite(TITLE) : skippingSuite(TITLE, reason);

test.after(() => rmSync(cache, { recursive: true }));

for (const family of ['navi31', 'gfx1201', 'vega10']) {
  test(`${family}: the tiled convolutions of a step, as the engine would choose them there`, async () => {
    const result = await isaReport({
      family,
      model: await benchModel('demo'),
      batch: 2,
      only: ({ kernel, shape }) => /^conv(?!1x1)/.test(kernel) && /, 16, 16\]$/.test(shape),
    });
    const { report, listings } = result;
    assert.is(report.family, family);
    assert.ok(report.pipelines > report.kernels.length);
    assert.equal(report.kernels.map(({ kernel }) => kernel).sort(), [
      'conv3x3_tiled',
      'conv3x3_tiled',
      'conv_down_tiled',
      'conv_up_tiled',
    ]);
    for (const { isa, n, workgroups, flop } of report.kernels) {
      assert.ok(n >= 1 && workgroups >= 2 && workgroups % 2 === 0 && flop > 0);
      assert.ok(isa.vgprs >= 64 && isa.vgprs <= 256);
      assert.ok(Number.isInteger(isa.waves) && isa.waves >= 1 && isa.waves <= 16);
      assert.is(isa.waveSize, 64);
      assert.is(isa.spills, 0);
      assert.ok(isa.lds > 4096 && isa.lds <= 16_384);
      const [loop, slice] = [isa.fmaLoop ?? 0, isa.fmaSlice ?? 0];
      assert.ok(loop > 0.5 && loop < 1 && slice > 0.25 && slice < loop, `${loop} ${slice}`);
      assert.ok(isa.bankCycles !== null && isa.bankCycles.cycles >= isa.bankCycles.least);
    }
    assert.is(listings.length, report.kernels.length);
    assert.match(listingsText(result), /conv3x3_tiled conv3x3 .*: \d+ VGPRs, \d+ waves of 64\n/);
    assert.match(isaTable(result, 'a step'), new RegExp(`^${family}, which is not here .* Mesa \\d`));
  });
}

test('navi31 in f16: convolutions on subgroup matrices, where enough workgroups start', async () => {
  const { report, listings } = await isaReport({
    family: 'navi31',
    model: await benchModel('demo'),
    batch: 1,
    precision: 'f16',
    only: ({ kernel, shape }) => kernel === 'conv3x3_matrix' && / adjoint /.test(shape),
  });
  assert.ok(report.kernels.length > 0);
  report.kernels.forEach(({ isa, workgroups }, index) => {
    assert.ok(workgroups >= 96);
    assert.is(isa.spills, 0);
    assert.match(listings[index], /v_wmma_f32_16x16x16_f16/);
  });
});

test('a kernel that does not compile is told with its place, and a family that does not exist', async () => {
  const gpu = await openNullGpu('navi31');
  try {
    await gpu.compile([{ kernel: 'fill', overrides: { SIZE: 1, NONSENSE: 2 } }]);
    assert.unreachable();
  } catch (error) {
    assert.match(error instanceof Error ? error.message : '', /the kernel fill .* does not compile here/);
  } finally {
    await gpu.close();
  }
  for (const family of ['nonsense', 'a b']) {
    try {
      await openNullGpu(family);
      assert.unreachable();
    } catch (error) {
      assert.match(
        error instanceof Error ? error.message : '',
        new RegExp(`--isa ${family}: this Mesa knows no such family`),
      );
    }
  }
});

test('nothing is left in the folder for temporary files', () => {
  assert.equal(readdirSync(temporary), []);
});

test.run();
