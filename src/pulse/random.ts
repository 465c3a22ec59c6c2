/**
 * Reproducible normal numbers: Philox 4×32-10 (Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011), a counter-based generator: any number of any stream without the ones before it, the same on every machine.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** A key and the upper three words of the counter: 160 bits that name a stream. */
export interface Stream {
  readonly key: readonly [number, number];
  readonly words: readonly [number, number, number];
}

/** The high and low half of a 32×32-bit product, without BigInt. */
function multiply(a: number, b: number): [high: number, low: number] {
  const low = Math.imul(a, b) >>> 0;
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const carried = a0 * b1 + (middle & 0xffff);
  const high = a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(carried / 0x10000);
  return [high >>> 0, low];
}

/** One block of Philox 4×32-10: four 32-bit numbers from a 128-bit counter and a 64-bit key. */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [x0, x1, x2, x3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [high0, low0] = multiply(MULTIPLIER_0, x0);
    const [high1, low1] = multiply(MULTIPLIER_1, x2);
    [x0, x1, x2, x3] = [(high1 ^ x1 ^ k0) >>> 0, low1, (high0 ^ x3 ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [x0, x1, x2, x3];
}

/** Standard normal numbers of a stream: Box & Muller (1958) in float64, four from each block, the first `count`. */
export function streamNormals({ key, words }: Stream, count: number): Float32Array {
  const numbers = new Float32Array(count);
  for (let block = 0; block * 4 < count; block++) {
    const bits = philox([block, ...words], key);
    for (const pair of [0, 2]) {
      // In (0, 1), so that the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log((bits[pair] + 0.5) / 2 ** 32));
      const angle = (2 * Math.PI * (bits[pair + 1] + 0.5)) / 2 ** 32;
      const at = block * 4 + pair;
      if (at < count) numbers[at] = radius * Math.cos(angle);
      if (at + 1 < count) numbers[at + 1] = radius * Math.sin(angle);
    }
  }
  return numbers;
}

/**
 * Standard normal numbers from a seed.
 *
 * @param seed an integer from 0 to 2⁵³ − 1
 * @param stream up to three integers below 2³²; different ones give independent numbers
 */
export function normals(seed: number, stream: readonly number[], count: number): Float32Array {
  const [a = 0, b = 0, c = 0] = stream;
  return streamNormals({ key: [seed >>> 0, Math.floor(seed / 2 ** 32)], words: [a >>> 0, b >>> 0, c >>> 0] }, count);
}
