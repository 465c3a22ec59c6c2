// The sum of one number per invocation over a workgroup, as a tree: always in the same order.
//
// Of the kernel: the override WORKGROUP, a power of two.
var<workgroup> sum_parts: array<f32, WORKGROUP>;

// Whole in invocation 0 alone. (Each reads its own part: that of 0 may still be written while others are done.)
fn sum_in_first(local: u32, own: f32) -> f32 {
  sum_parts[local] = own;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { sum_parts[local] += sum_parts[local + half]; }
  }
  return sum_parts[local];
}

// Whole in every invocation.
fn sum_in_all(local: u32, own: f32) -> f32 {
  sum_in_first(local, own);
  workgroupBarrier();
  return sum_parts[0];
}
