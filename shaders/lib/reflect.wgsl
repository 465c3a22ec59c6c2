// Positions beyond the ends of a line of FROM samples, whose edges are mirrors that are not repeated.
//
// Of the kernel: the override FROM.

// The sample that stands at position p: a triangle wave of period 2·(FROM − 1).
fn reflect_index(p: i32) -> u32 {
  if (FROM == 1u) { return 0u; }
  let period = 2 * (i32(FROM) - 1);
  let wrapped = ((p % period) + period) % period;
  return u32(min(wrapped, period - wrapped));
}
