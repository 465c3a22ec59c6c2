// Passing numbers on between the invocations of a tiled convolution that make the same channels, in the memory of its patch, which
// nobody needs any more when the sums are whole: PASSED numbers of half of the invocations.
//
// Of the kernel: the library tiled, and TAIL, which gives its array patch_tile room for them.
const PASSED = 9u;
override LANES: u32 = QUADS * ROWS;

// Where number `n` of an invocation of the upper half is left, for the one that is `half` below.
fn passed_at(n: u32, local: u32, half: u32) -> u32 {
  return n * (WORKGROUP / 2u) + local / LANES * (LANES / 2u) + local % LANES - half;
}
