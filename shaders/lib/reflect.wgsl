// Positions beyond the ends of a line of FROM samples, whose edges are mirrors that are not repeated; as a reduction by FACTOR meets
// them, up to 3·FACTOR/2 beyond.
//
// Of the kernel: the overrides FROM and FACTOR.

// The sample that stands at position p: a triangle wave of period 2·(FROM − 1), of which most lines see one corner at a time.
fn reflect_index(p: i32) -> u32 {
  if (FROM == 1u) { return 0u; }
  let period = 2 * (i32(FROM) - 1);
  var wrapped = abs(p);
  if (FROM < 2u * FACTOR) { wrapped = wrapped % period; }
  return u32(min(wrapped, period - wrapped));
}
