/** A float32's bits, for tables that hold both words and numbers. */
export function bitsOf(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0];
}
