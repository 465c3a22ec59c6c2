// How often loops are gone through, by their code.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readListing } from '../../../dist/bench/isa/listing.js';
import { findLoops, tripsOf } from '../../../dist/bench/isa/loops.js';

const test = suite('isa loops');

/** A listing of these lines; those without a space are labels. */
function listingOf(lines: readonly string[]) {
  return readListing(lines.map((line) => (line.startsWith('BB') ? `${line}:\n` : `\t${line} ; 00000000\n`)).join(''));
}

/** Trips of the only loop. */
function trips(lines: readonly string[], waves = 1): number | undefined {
  const listing = listingOf(lines);
  const [loop] = findLoops(listing);
  return tripsOf(listing, loop, waves);
}

test('a scalar count that is tested at its end', () => {
  const loop = (compare: string) => ['s_mov_b32 s7, 0', 'BB1', 's_add_u32 s7, s7, 3', compare, 's_cbranch_scc0 BB1'];
  assert.is(trips(loop('s_cmp_ge_u32 s7, 10')), 4);
  assert.is(trips(loop('s_cmp_gt_u32 s7, 12')), 5);
  assert.is(trips(loop('s_cmpk_le_u32 0x0, s7')), 1);
  assert.is(trips(loop('s_cmp_lt_u32 12, s7')), 5);
});

test('a bound in a register, and a count downwards', () => {
  assert.is(
    trips([
      's_movk_i32 s3, 0x40',
      's_mov_b32 s7, 0',
      'BB1',
      's_addk_i32 s7, 0x10',
      's_cmp_ge_i32 s7, s3',
      's_cbranch_scc0 BB1',
    ]),
    4,
  );
  assert.is(trips(['s_mov_b32 s7, 8', 'BB1', 's_sub_u32 s7, s7, 2', 's_cmp_lg_u32 s7, 0', 's_cbranch_scc1 BB1']), 4);
});

test('a value that is compared before it is counted on', () => {
  // 0, 1, 2, 3 are compared, and each time the work is done.
  assert.is(
    trips([
      's_mov_b32 s7, 0',
      'BB1',
      'v_mul_f32_e32 v1, v1, v1',
      's_cmp_lt_u32 s7, 3',
      's_mov_b32 s9, 1',
      's_add_u32 s7, s7, 1',
      's_cbranch_scc1 BB1',
    ]),
    undefined,
    's_add_u32 overwrites the comparison, so that it decides nothing',
  );
  assert.is(
    trips([
      'v_mov_b32_e32 v7, 0',
      'BB1',
      'v_cmp_gt_u32_e32 vcc, 3, v7',
      'v_add_nc_u32_e32 v7, 1, v7',
      's_cbranch_vccnz BB1',
    ]),
    4,
  );
});

test('invocations that share work: the average of the waves', () => {
  const loop = [
    'BB1',
    'v_cmp_le_u32_e32 vcc, 0x190, v4',
    's_cbranch_vccnz BB2',
    'v_add_nc_u32_e32 v4, 0x80, v4',
    's_branch BB1',
    'BB2',
    's_endpgm',
  ];
  // 400 values by 128 invocations: the first 64 are at 0, 128, 256 and 384, the others at 64, 192 and 320.
  assert.is(trips(loop, 2), 3.5);
  assert.is(trips(loop, 1), 4);
});

test('of several ends the first counts; half of a long count is none', () => {
  assert.is(
    trips([
      's_mov_b32 s6, -1',
      's_mov_b32 s7, 0',
      'BB1',
      's_cmp_eq_i32 s6, 0',
      's_sub_i32 s5, s5, src_scc',
      's_add_u32 s6, s6, -1',
      's_add_u32 s7, s7, 1',
      's_cmp_ge_u32 s7, 20',
      's_cselect_b64 s[8:9], -1, 0',
      's_cmp_ge_u32 s7, 6',
      's_cbranch_scc0 BB1',
    ]),
    6,
  );
});

test('what the code does not tell is not known', () => {
  // Written twice; a bound from memory; a start from memory.
  assert.is(
    trips([
      's_mov_b32 s7, 0',
      'BB1',
      's_add_u32 s7, s7, 1',
      's_mov_b32 s7, s9',
      's_cmp_ge_u32 s7, 4',
      's_cbranch_scc0 BB1',
    ]),
    undefined,
  );
  assert.is(
    trips([
      's_load_dword s3, s[0:1], 0x0',
      's_mov_b32 s7, 0',
      'BB1',
      's_add_u32 s7, s7, 1',
      's_cmp_ge_u32 s7, s3',
      's_cbranch_scc0 BB1',
    ]),
    undefined,
  );
  assert.is(
    trips(['s_load_dword s7, s[0:1], 0x0', 'BB1', 's_add_u32 s7, s7, 1', 's_cmp_ge_u32 s7, 4', 's_cbranch_scc0 BB1']),
    undefined,
  );
});

test('loops are nested as they lie', () => {
  const listing = listingOf([
    'BB1',
    'BB2',
    's_nop 0',
    's_cbranch_scc0 BB2',
    'BB3',
    's_nop 0',
    's_cbranch_scc0 BB3',
    's_cbranch_scc0 BB1',
    'BB4',
    's_branch BB4',
  ]);
  assert.equal(findLoops(listing), [
    {
      start: 0,
      end: 4,
      inner: [
        { start: 0, end: 1, inner: [] },
        { start: 2, end: 3, inner: [] },
      ],
    },
    { start: 5, end: 5, inner: [] },
  ]);
});

test.run();
