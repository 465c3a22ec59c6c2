// Reading what RADV prints. The recorded listings are of listings/slices.wgsl (ROWS 512), by Mesa 25.0.7 and webgpu 0.6.2,
// without what is printed before the listing but the size of a workgroup; navi31 and vega10 as LLVM disassembles them, gfx1201
// in the compiler's own last form. What is expected of them was counted in the files.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isaFigures } from '../../../dist/bench/isa/figures.js';
import { readCompiled, readListing } from '../../../dist/bench/isa/listing.js';
import { findLoops, tripsOf } from '../../../dist/bench/isa/loops.js';

const folder = new URL('../../../test/bench/isa/listings/', import.meta.url);
const recorded = (family: string) => readFileSync(fileURLToPath(new URL(`${family}.txt`, folder)), 'utf8');

const test = suite('isa listing');

/** Instructions of the slice's loop, of the loop that brings values (2 rounds), and of that of the multiply-adds (36 times). */
const families = [
  { family: 'navi31', rdna: true, waves: 16, vgprs: 12, slice: 64, brings: 29, hot: 13 },
  { family: 'gfx1201', rdna: true, waves: 16, vgprs: 12, slice: 64, brings: 31, hot: 14 },
  { family: 'vega10', rdna: false, waves: 10, vgprs: 8, slice: 61, brings: 25, hot: 11 },
];

for (const { family, rdna, waves, vgprs, slice, brings, hot } of families) {
  test(`${family}: loops, how often each is gone through, and the figures`, () => {
    const compiled = readCompiled(recorded(family));
    const [outer, ...others] = findLoops(compiled.listing);
    assert.is(others.length, 0);
    const length = ({ start, end }: { start: number; end: number }) => end - start + 1;
    assert.equal([outer, ...outer.inner].map(length), [slice, brings, hot]);
    assert.equal(
      [outer, ...outer.inner].map((loop) => tripsOf(compiled.listing, loop, 1)),
      [512 / 8, 2, 36],
    );
    const figures = isaFigures(compiled, rdna);
    assert.is(figures.vgprs, vgprs);
    assert.is(figures.waves, waves);
    assert.is(figures.waveSize, 64);
    assert.is(figures.lds, 512);
    assert.is(figures.spills, 0);
    assert.is(figures.fmaLoop, 2 / hot);
    assert.is(figures.fmaSlice, (36 * 2) / (slice - brings - hot + 2 * brings + 36 * hot));
    assert.is(figures.ldsPerFma, 1);
    assert.is(figures.inFlight, 1);
    assert.is(figures.dual, 0);
    assert.is(figures.instructions.fma, 2);
    assert.is(figures.instructions.vmem, 2);
    assert.is(figures.instructions.other, 0);
  });
}

test('a product of matrices counts as the multiply-adds that it is for each invocation', () => {
  const text = [
    '\ts_mov_b32 s0, 0 ; be800080',
    'BB1:',
    '\tv_wmma_f32_16x16x16_f16 v[0:7], v[8:15], v[16:23], v[0:7] ; cc404000',
    '\tds_load_b128 v[8:11], v24 ; dbfc0000',
    '\ts_add_u32 s0, s0, 1 ; 80008100',
    '\ts_cmp_lt_u32 s0, 8 ; bf0a8800',
    '\ts_cbranch_scc1 BB1 ; bfa2fffb',
    '',
  ].join('\n');
  const told = ['VGPRs', 'LDS size', 'Spilled VGPRs', 'Spilled SGPRs', 'Subgroups per SIMD'];
  const statistics = new Map(told.map((name) => [name, 32] as const));
  for (const [wave, products] of [
    [64, 64],
    [32, 128],
  ] as const) {
    const figures = isaFigures({ listing: readListing(text), text, statistics, workgroup: 64, wave }, true);
    assert.is(figures.fmaLoop, products / (products + 4), `waves of ${wave}`);
    assert.is(figures.fmaSlice, products / (products + 4));
    assert.is(figures.ldsPerFma, 1 / products);
    assert.is(figures.instructions.fma, 1);
  }
});

test('both forms of a listing are read alike', () => {
  const disassembled = readListing(
    'BB3:\n\tv_lshl_add_u32 v8, s5, 2, v[6:7]       ; d6460000 04010c00\n\ts_cbranch_scc0 BB3 ; bfa1ff9f\n',
  );
  const last = readListing(
    'After lowering to hw instructions:\nBB3\n/* logical preds: */\n' +
      '\t v1: %8:v[8],  s1: %9:scc = v_lshl_add_u32 %1:s[5], 2, (is16bit)%3:v[6-7]\n\ts_cbranch_scc0 block:BB3\n',
  );
  assert.equal(last, disassembled);
  assert.equal(last.instructions[0].operations, [{ name: 'v_lshl_add_u32', args: ['v8', 's5', '2', 'v[6:7]'] }]);
});

test('a dual issue is one instruction of two operations, and a repeated one as many as are told', () => {
  const { instructions } = readListing(
    '\tv_dual_fmac_f32 v3, v4, v8 :: v_dual_mul_f32 v2, v4, v9 ; c8c01104 03021304\n\ts_nop 0 ; bf800000\n\t(then repeated 8 times)\n',
  );
  assert.is(instructions.length, 10);
  assert.equal(
    instructions[0].operations.map(({ name, args }) => [name, args[0]]),
    [
      ['v_dual_fmac_f32', 'v3'],
      ['v_dual_mul_f32', 'v2'],
    ],
  );
});

test('multiply-adds of floats are told from those of addresses, and packed ones are two', () => {
  const code = [
    'v_mad_u32_u24 v1, v2, v3, v4',
    'v_pk_fma_f16 v5, v6, v7, v5',
    'v_fma_mix_f32 v5, v6, v7, v5',
    'ds_read_b32 v6, v1',
    's_add_u32 s0, s0, 1',
    's_cmp_lt_u32 s0, 9',
    's_cbranch_scc1 BB1',
  ];
  const printed = `workgroup_size: 8, 8, 1\ndisasm:\n\ts_mov_b32 s0, 0 ; 0\nBB1:\n${code.map((line) => `\t${line} ; 00000000\n`).join('')}
Compute Shader:\n*** SHADER STATS ***\nVGPRs: 8\nLDS size: 0\nSpilled VGPRs: 3\nSpilled SGPRs: 2\nSubgroups per SIMD: 10\n`;
  const figures = isaFigures(readCompiled(printed), false);
  assert.is(figures.fmaLoop, 2 / 7);
  assert.is(figures.ldsPerFma, 1 / 3);
  assert.is(figures.spills, 5);
  assert.is(figures.waves, 10);
});

test('waves of 32 are known by their masks', () => {
  const wave = (mask: string) =>
    readCompiled(`disasm:\n\ts_mov_b32 ${mask}, 0 ; 0\n\nCompute Shader:\n*** SHADER STATS ***\n`).wave;
  assert.is(wave('exec_lo'), 32);
  assert.is(wave('exec'), 64);
  assert.is(wave('s0'), 64);
});

test('what is no listing is refused, and so is one without figures', () => {
  assert.throws(() => readCompiled('VGPRs: 3\n'), /printed no listing/);
  const bare = readCompiled('disasm:\n\ts_endpgm ; bfb00000\n\nCompute Shader:\n*** SHADER STATS ***\nSGPRs: 3\n');
  assert.throws(() => isaFigures(bare, false), /told no "Subgroups per SIMD"/);
});

test.run();
