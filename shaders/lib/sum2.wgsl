// Two sums at once over a workgroup: sum.wgsl for pairs.
//
// Of the kernel: the override WORKGROUP, a power of two.
var<workgroup> sum2_parts: array<vec2f, WORKGROUP>;

// Whole in invocation 0 alone. (Each reads its own part: that of 0 may still be written while others are done.)
fn sum2_in_first(local: u32, own: vec2f) -> vec2f {
  sum2_parts[local] = own;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { sum2_parts[local] += sum2_parts[local + half]; }
  }
  return sum2_parts[local];
}

// Whole in every invocation.
fn sum2_in_all(local: u32, own: vec2f) -> vec2f {
  sum2_in_first(local, own);
  workgroupBarrier();
  return sum2_parts[0];
}
