import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { constantValues, scaledConstant } from '../../dist/graph/constant.js';
import { bfloat16ToNumber, DTYPE_BYTES, halfToNumber, numbersToHalves, numberToHalf } from '../../dist/graph/dtype.js';
import { asFloat32, float32Values, type HostTensor, hostTensor } from '../../dist/graph/host-tensor.js';

test('every half, against its definition: sign · 2^(e − 25) · (1024 + f), or f · 2^−24 below the normal ones', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const [sign, exponent, fraction] = [bits >>> 15, (bits >>> 10) & 31, bits & 1023];
    const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
    const expected = exponent < 31 ? magnitude : fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    assert.ok(Object.is(halfToNumber(bits), sign ? -expected : expected), bits.toString(16));
    assert.ok(Object.is(Math.fround(halfToNumber(bits)), halfToNumber(bits)), 'float32 holds it');
  }
});

test('the nearest half: of every half itself, of what lies between two the nearer, of the middle the even one', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = halfToNumber(bits);
    if (Number.isNaN(value)) assert.ok(Number.isNaN(halfToNumber(numberToHalf(value))));
    else assert.is(numberToHalf(value), bits);
    if ((bits & 0x7fff) >= 0x7c00) continue;
    // What would come after the largest half, were there one, is 65536: from the middle on, infinity.
    const next = (bits & 0x7fff) === 0x7bff ? Math.sign(value) * 65536 : halfToNumber(bits + 1);
    const middle = (value + next) / 2;
    assert.is(numberToHalf(middle), bits % 2 === 0 ? bits : bits + 1, String(middle));
    assert.is(numberToHalf(value + (middle - value) * 0.999), bits);
    assert.is(numberToHalf(next + (middle - next) * 0.999), bits + 1);
  }
});

test('many at once are what they are one by one', () => {
  const bits = Uint32Array.from({ length: 1 << 17 }, (_, i) => Math.imul(i, 32771) ^ (i << 15));
  const values = new Float32Array(bits.buffer);
  const halves = numbersToHalves(values);
  for (let i = 0; i < values.length; i++) assert.is(halves[i], numberToHalf(values[i]), String(values[i]));
});

test('a bfloat16 is the upper half of a float32', () => {
  const word = new Uint32Array(1);
  const float = new Float32Array(word.buffer);
  for (let bits = 0; bits < 0x10000; bits++) {
    word[0] = bits * 0x10000;
    assert.ok(Object.is(bfloat16ToNumber(bits), float[0]), bits.toString(16));
  }
});

test('the numbers of a tensor, whatever it is kept in', () => {
  const f32 = hostTensor([2], Float32Array.of(1.5, -1));
  assert.is(float32Values(f32), f32.data, 'float32 is not copied');
  const half: HostTensor = { shape: [2], dtype: 'f16', data: Uint16Array.of(0x3e00, 0xbc00) };
  const brain: HostTensor = { shape: [2], dtype: 'bf16', data: Uint16Array.of(0x3fc0, 0xbf80) };
  for (const tensor of [half, brain]) {
    assert.equal(float32Values(tensor), f32.data);
    assert.is(tensor.data.byteLength, 2 * DTYPE_BYTES[tensor.dtype]);
    assert.equal(asFloat32(new Map([['x', tensor]])).get('x'), f32);
  }
});

test('a scaled constant is computed when it is asked for, in double precision, and leaves its tensor alone', () => {
  const tensor = hostTensor([3], Float32Array.of(0.1, -3, 7e-39));
  const factor = Math.sqrt(2) / 3;
  const scaled = scaledConstant([3, 1, 1, 1], tensor, factor);
  assert.equal(scaled.shape, [3, 1, 1, 1]);
  assert.equal(
    constantValues(scaled),
    Float32Array.from([0.1, -3, 7e-39], (value) => Math.fround(value) * factor),
  );
  assert.equal(tensor.data, Float32Array.of(0.1, -3, 7e-39));
  const plain = scaledConstant([3, 1, 1, 1], tensor, 1);
  assert.is(constantValues(plain), tensor.data, 'a factor of one copies nothing');
});

test.run();
