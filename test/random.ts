/** Random numbers of tests: the same for the same key, on every machine. */

/** Uniform numbers in [0, 1): FNV-1a makes a seed of the key, mulberry32 goes on from there. */
export function randomSource(key: string): () => number {
  let state = 0x811c9dc5;
  for (const character of key) state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers of N(mean, deviation²) by Box–Muller, rounded to float32. */
export function normals(key: string, count: number, deviation = 1, mean = 0): Float32Array {
  const random = randomSource(key);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    values[i] = mean + deviation * radius * Math.cos(2 * Math.PI * random());
  }
  return values;
}
