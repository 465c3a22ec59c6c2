// The gate: what counts as worse, as better, and as no comparison at all.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type GatedRun, gateText, holdAgainst, makeGate, readGate } from '../../../dist/bench/isa/gate.js';
import type { IsaKernel } from '../../../dist/bench/isa/isa-report.js';
import { gateOutcomeText } from '../../../dist/bench/isa/isa-text.js';

const figures: IsaKernel['isa'] = {
  vgprs: 96,
  waves: 8,
  waveSize: 64,
  lds: 7680,
  spills: 0,
  fmaLoop: 0.82,
  fmaSlice: 0.55,
  ldsPerFma: 0.08,
  inFlight: 4,
  dual: 0,
  instructions: { fma: 1, valu: 0, lds: 0, vmem: 0, smem: 0, salu: 0, wait: 0, other: 0 },
  bankCycles: null,
};

const kernel = (name: string, changed: Partial<IsaKernel['isa']> = {}): IsaKernel => ({
  kernel: name,
  shape: `${name} [1, 2, 3, 4]`,
  n: 1,
  workgroups: 1,
  flop: 1,
  isa: { ...figures, ...changed },
});

function run(kernels: readonly IsaKernel[], { driver = 'Mesa 25.0.7-2', part = '' } = {}): GatedRun {
  return {
    result: {
      report: { family: 'navi31', dispatches: 1, pipelines: 1, flop: 1, bytes: 1, kernels },
      adapter: 'none',
      driver,
      listings: [],
    },
    model: '1024',
    batch: 1,
    only: ({ kernel: name }) => name.includes(part),
  };
}

const subject = { family: 'navi31', model: '1024', batch: 1 };
const text = gateText(makeGate(run([kernel('a'), kernel('b')])));
const gate = readGate(text, 'gate.json', subject);

const test = suite('isa gate');

test('the same figures pass, through the file too', () => {
  assert.equal(gate, makeGate(run([kernel('a'), kernel('b')])));
  assert.equal(holdAgainst(gate, run([kernel('b'), kernel('a')])), { compared: 2, worse: [], better: [], added: [] });
});

test('each figure that got worse is told with its old and new value', () => {
  const worse = (changed: Partial<IsaKernel['isa']>) =>
    holdAgainst(gate, run([kernel('a', changed), kernel('b')])).worse;
  const named = 'a a [1, 2, 3, 4]: ';
  assert.equal(worse({ waves: 7 }), [`${named}waves 8 → 7`]);
  assert.equal(worse({ spills: 1 }), [`${named}spilled registers 0 → 1`]);
  assert.equal(worse({ vgprs: 100 }), []);
  assert.equal(worse({ vgprs: 101 }), [`${named}vector registers 96 → 101`]);
  assert.equal(worse({ fmaLoop: 0.815, fmaSlice: 0.545 }), []);
  assert.equal(worse({ fmaLoop: 0.8149 }), [`${named}multiply-adds in the hot loop 82.0 % → 81.5 %`]);
  assert.equal(worse({ fmaSlice: 0.5 }), [`${named}multiply-adds in a slice 55.0 % → 50.0 %`]);
  assert.equal(worse({ fmaSlice: null }), [`${named}multiply-adds in a slice 55.0 % → unknown`]);
});

test('what got better is told, and is no fault', () => {
  const { worse, better } = holdAgainst(gate, run([kernel('a', { waves: 10, fmaSlice: 0.74 }), kernel('b')]));
  assert.equal(worse, []);
  assert.equal(better, ['a a [1, 2, 3, 4]: waves 8 → 10, multiply-adds in a slice 55.0 % → 74.0 %']);
});

test('a kernel that is gone is a fault, unless it was not looked for; a new one is told', () => {
  const outcome = holdAgainst(gate, run([kernel('a'), kernel('c')]));
  assert.equal(outcome.worse, ['b b [1, 2, 3, 4]: a step has it no more']);
  assert.equal(outcome.added, ['c c [1, 2, 3, 4]']);
  assert.equal(holdAgainst(gate, run([kernel('a')], { part: 'a' })).worse, []);
});

test('another version of Mesa is not compared; another package of the same is', () => {
  const bad = [kernel('a', { waves: 1 }), kernel('b')];
  assert.match(
    holdAgainst(gate, run(bad, { driver: 'Mesa 25.1.0' })).skipped ?? '',
    /of Mesa 25\.0\.7, and this is 25\.1\.0/,
  );
  assert.is(holdAgainst(gate, run(bad, { driver: 'Mesa 25.0.7~bpo12' })).worse.length, 1);
});

test('another family, model or batch is refused, and so is what is no gate', () => {
  const refused = (changed: object, message: RegExp) =>
    assert.throws(() => readGate(text, 'x.json', { ...subject, ...changed }), message);
  refused({ family: 'navi21' }, /--isa navi21: the figures of x\.json are of navi31; give --isa navi31/);
  refused({ model: 'demo' }, /--model demo: .* of 1024; give --model 1024/);
  refused({ batch: 2 }, /--batch 2: .* of 1; give --batch 1/);
  for (const nonsense of ['', 'null', '{}', '{"format":"facewright isa gate 1"}']) {
    assert.throws(() => readGate(nonsense, 'x.json', subject), /--gate x\.json: is no file of figures/);
  }
});

test('the last line says how it ended', () => {
  const told = (kernels: readonly IsaKernel[], more = {}) =>
    gateOutcomeText(holdAgainst(gate, run(kernels, more)), 'g.json');
  assert.is(told([kernel('a'), kernel('b')]), 'g.json: 2 kernels, none worse');
  assert.match(
    told([kernel('a', { waves: 7 }), kernel('b')]),
    /^worse: a .*\ng\.json: 2 kernels, 1 worse\n--write-gate g\.json/,
  );
  assert.match(told([], { driver: 'Mesa 26.0' }), /^g\.json: skipped: /);
});

test.run();
