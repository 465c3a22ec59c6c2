import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type HostTensor, hostTensor } from '../../dist/graph/host-tensor.js';
import { parseNpy } from '../../dist/weights/npy.js';
import { endsWithComment, isNpz, parseNpz, writeNpz } from '../../dist/weights/npz.js';
import { bytesOf, f32, u16, u32, zip } from './assemble.js';
import { refuses, SOURCE } from './refuses.js';

const test = suite("NumPy's arrays");

// All written by NumPy 2.4.6, of [2, 2, 3]: 0/4 − 1, 1/4 − 1, …
// np.savez_compressed(w='<f4', v='>f8' in Fortran's order, latent='<f2', noise0='>f2', other=np.arange(3))
const NUMPY_COMPRESSED = Buffer.from(
  'UEsDBC0AAAAIAAAAIQC/Wlll//////////8FABQAdy5ucHkBABAAsAAAAAAAAABpAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6l' +
    'oG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CkBkrKmjUKtAHuBiYGjYz8DgAMQMQNywjwEMGuyAhD1QHIgb' +
    'gHgBEB8A4gf2AFBLAwQtAAAACAAAACEACb9P4P//////////BQAUAHYubnB5AQAQAOAAAAAAAAAAagAAAAAAAACb7BfqGxDJyFDG' +
    'UK2eklqcXKRupaBul2ahrqOgnpZfVFKUmBefX5SSChIPKSpNBQoXZyQWpAK5GkY6CkBkrKmjUKtAJuDa/4EBDOwfQOj9F6D8L1D+' +
    'CygfSsOA/Q+oPFSfPcwcmP4/EBoAUEsDBC0AAAAIAAAAIQBV0EKF//////////8KABQAbGF0ZW50Lm5weQEAEACYAAAAAAAAAGAA' +
    'AAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmpK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKQGSsqaNQq0Ae' +
    '4GLYw7CLYQfDFgYGBhMGCwYrBhsGWwY7BnsAUEsDBC0AAAAIAAAAIQDy497Y//////////8KABQAbm9pc2UwLm5weQEAEACYAAAA' +
    'AAAAAGAAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpdmpK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkaRjoKQGSs' +
    'qaNQq0Ae4NrDsIthB8MWBgYGEwYLBisGGwZbBjsGewYAUEsDBC0AAAAIAAAAIQD3QBLq//////////8JABQAb3RoZXIubnB5AQAQ' +
    'AJgAAAAAAAAATAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrG' +
    'Opo6CrUKFAAuBihghNJMUBoAUEsBAi0DLQAAAAgAAAAhAL9aWWVpAAAAsAAAAAUAAAAAAAAAAAAAAIABAAAAAHcubnB5UEsBAi0D' +
    'LQAAAAgAAAAhAAm/T+BqAAAA4AAAAAUAAAAAAAAAAAAAAIABoAAAAHYubnB5UEsBAi0DLQAAAAgAAAAhAFXQQoVgAAAAmAAAAAoA' +
    'AAAAAAAAAAAAAIABQQEAAGxhdGVudC5ucHlQSwECLQMtAAAACAAAACEA8uPe2GAAAACYAAAACgAAAAAAAAAAAAAAgAHdAQAAbm9p' +
    'c2UwLm5weVBLAQItAy0AAAAIAAAAIQD3QBLqTAAAAJgAAAAJAAAAAAAAAAAAAACAAXkCAABvdGhlci5ucHlQSwUGAAAAAAUABQAN' +
    'AQAAAAMAAAAA',
  'base64',
);
// np.savez(w='<f4')
const NUMPY_STORED = Buffer.from(
  'UEsDBC0AAAAAAAAAIQC/Wlll//////////8FABQAdy5ucHkBABAAsAAAAAAAAACwAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzog' +
    'JzxmNCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgyLCAyLCAzKSwgfSAgICAgICAgICAgICAgICAgICAgICAg' +
    'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAACAvwAAQL8AAAC/AACAvgAAAAAAAIA+AAAAPwAAQD8AAIA/AACgPwAA' +
    'wD8AAOA/UEsBAi0DLQAAAAAAAAAhAL9aWWWwAAAAsAAAAAUAAAAAAAAAAAAAAIABAAAAAHcubnB5UEsFBgAAAAABAAEAMwAAAOcA' +
    'AAAAAA==',
  'base64',
);
// np.lib.format.write_array in versions 2.0 and 3.0
const V2 = Buffer.from(
  'k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMiwgMyksIH0g' +
    'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIC/AABAvwAAAL8AAIC+AAAAAAAA' +
    'gD4AAAA/AABAPwAAgD8AAKA/AADAPwAA4D8=',
  'base64',
);
const V3 = Buffer.from(
  'k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMiwgMyksIH0g' +
    'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIC/AABAvwAAAL8AAIC+AAAAAAAA' +
    'gD4AAAA/AABAPwAAgD8AAKA/AADAPwAA4D8=',
  'base64',
);

const EXPECTED = Float32Array.from({ length: 12 }, (_, i) => i / 4 - 1);
const all = () => true;
const arrays = (bytes: Uint8Array) => parseNpz(bytes, SOURCE, (name) => name !== 'other');

test('what NumPy writes: types, byte orders, orders of axes, stored and deflated', () => {
  const compressed = arrays(NUMPY_COMPRESSED);
  assert.equal([...compressed.keys()].sort(), ['latent', 'noise0', 'v', 'w']);
  for (const [name, { shape, dtype, data }] of [...compressed, ...arrays(NUMPY_STORED)]) {
    assert.equal([shape, dtype], [[2, 2, 3], 'f32'], name);
    assert.equal(data, EXPECTED, name);
  }
  for (const bytes of [V2, V3]) assert.equal(parseNpy(bytes, SOURCE), hostTensor([2, 2, 3], EXPECTED));
});

test('what is not wanted is not looked at', () => {
  refuses(
    () => parseNpz(NUMPY_COMPRESSED, SOURCE, all),
    /other: its array has the type <i8; facewright reads f2, f4, f8/,
  );
});

test('what is written is read again, and is the same bytes each time', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'facewright-npz-'));
  try {
    const path = join(folder, 'x.npz');
    const w = hostTensor([1, 3, 4], EXPECTED);
    const written = new Map<string, HostTensor<'f32'>>([['w', w]]);
    await writeNpz(path, new Map([...written, ['flat', hostTensor([12], EXPECTED)]]), 'a comment');
    const first = readFileSync(path);
    assert.ok(isNpz(first, path));
    assert.ok(endsWithComment(first, 'a comment') && !endsWithComment(first, 'comment'));
    assert.equal(
      parseNpz(first, path, (name) => name === 'w'),
      written,
    );
    assert.equal(parseNpz(first, path, all).get('flat'), hostTensor([12], EXPECTED));
    await writeNpz(path, new Map([...written, ['flat', hostTensor([12], EXPECTED)]]), 'a comment');
    assert.equal(readFileSync(path), first);
    await writeNpz(path, new Map([['w', hostTensor([5], EXPECTED)]])).then(
      () => assert.unreachable('a wrong shape was written'),
      (error) => assert.match(error.message, /w of shape \[5\] has 12 elements/),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const DICT = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
const npy = (dict: string, data: Uint8Array = f32(1, 2)) =>
  bytesOf('\x93NUMPY\x01\x00', u16(dict.length + 1), dict, '\n', data);
const parse = (dict: string, data?: Uint8Array) => parseNpy(npy(dict, data), SOURCE).data;

test('headers, as Python writes them and otherwise', () => {
  assert.equal(parse(DICT), Float32Array.of(1, 2));
  assert.equal(parse("{'shape':(2L,),'descr':\"<f4\",'fortran_order':True}"), Float32Array.of(1, 2));
  assert.equal(parse(DICT.replace('(2,)', '()'), f32(7)), Float32Array.of(7));
  assert.equal(parse(DICT.replace('(2,)', '(0, 512)'), bytesOf()), new Float32Array(0));
  const strange = [
    ...[
      '',
      '{',
      '{}',
      'None',
      "{'descr': '<f4'}",
      `${DICT} + x`,
      DICT.replace('(2,)', '(2)'),
      DICT.replace('(2,)', '(-2,)'),
    ],
    ...[DICT.replace('(2,)', '(2,,)'), DICT.replace('False', '0'), DICT.replace('}', "'shape': (3,), }")],
    DICT.replace('}', "'more': 'x', }"),
  ];
  for (const dict of strange) refuses(() => parse(dict), /the header of its array cannot be read/);
});

test('arrays of something else', () => {
  const ofType = (descr: string) => () => parse(DICT.replace("'<f4'", descr));
  refuses(ofType("'|O'"), /holds Python objects, which facewright never opens/);
  refuses(ofType("[('x', '<f4')]"), /has fields/);
  for (const type of ['<i4', '<U3', '|f4', '<c8', '<f16', ''])
    refuses(ofType(`'${type}'`), /has the type .*f2, f4, f8/);
});

test('damaged and hostile arrays', () => {
  const good = npy(DICT);
  refuses(() => parseNpy(bytesOf('\x93NUMPY'), SOURCE), /truncated/);
  refuses(() => parseNpy(good.subarray(0, 40), SOURCE), /the header of its array would have 58 bytes/);
  refuses(() => parseNpy(bytesOf('\x93NUMPY\x09\x00', u32(3)), SOURCE), /version 9/);
  refuses(() => parseNpy(bytesOf('\x93NUMPY\x02\x00', u32(4e9), good), SOURCE), /would have 4000000000 bytes/);
  refuses(() => parseNpy(good.subarray(0, -1), SOURCE), /has 7 bytes where its shape and type need 8/);
  refuses(() => parseNpy(bytesOf(good, 0), SOURCE), /has 9 bytes/);
  refuses(() => parse(DICT.replace('(2,)', '(4000000000, 4000000000)')), /no proper shape/);
  refuses(() => parse(DICT.replace('(2,)', '(1000000000, 1)')), /need 4000000000/);
  refuses(() => parse(DICT.replace('(2,)', `(${'1, '.repeat(40)})`)), /no proper shape/);
});

test('hostile archives', () => {
  const of = (data: Uint8Array, options = {}) => zip({ 'w.npy': data }, options);
  assert.not(isNpz(zip({ 'a/data.pkl': bytesOf('x') }), SOURCE));
  assert.not(isNpz(bytesOf('PK'), SOURCE));
  refuses(() => isNpz(of(npy(DICT)).subarray(0, -9), SOURCE), /truncated/);
  refuses(() => arrays(of(npy(DICT), { method: 12 })), /w.npy is packed in a way/);
  refuses(() => arrays(of(npy(DICT), { method: 8 })), /w.npy cannot be unpacked/);
  refuses(() => arrays(of(npy(DICT), { crc: 7 })), /w.npy does not match its checksum/);
  refuses(() => arrays(of(bytesOf('no array'))), /w: not an array of NumPy's/);

  // A gigabyte of zeros in a megabyte: refused before it is unpacked, whatever size the directory says.
  const bomb = Buffer.from(of(deflateRawSync(Buffer.alloc(2 ** 20)), { method: 8, crc: 0 }));
  const size = bomb.lastIndexOf('PK\x01\x02') + 24;
  bomb.writeUInt32LE(2 ** 30, size);
  refuses(() => arrays(bomb), /w.npy has 1073741824 bytes when it is unpacked; facewright reads at most 268435456/);
  bomb.writeUInt32LE(1000, size);
  refuses(() => arrays(bomb), /w.npy cannot be unpacked/);
});

test.run();
