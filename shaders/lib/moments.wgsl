// Mean and variance of many values from those of their parts: Chan, Golub & LeVeque (1983), equation 2.1. Not
// E[x²] − μ², which would cancel.
//
// Of the kernel: the override WORKGROUP, a power of two.

struct Moments { count: f32, mean: f32, squares: f32 } // squares: Σ (x − mean)²

var<workgroup> moments_parts: array<Moments, WORKGROUP>;

fn merge(p: Moments, q: Moments) -> Moments {
  let count = p.count + q.count;
  if (count == 0.0) { return p; }
  let delta = q.mean - p.mean;
  return Moments(
    count,
    p.mean + delta * (q.count / count),
    p.squares + q.squares + delta * delta * (p.count * q.count / count),
  );
}

// The moments of all that the invocations of a workgroup have; whole in invocation 0 alone. (Each reads its own
// part: that of 0 may still be written while others are done.)
fn merge_in_first(local: u32, own: Moments) -> Moments {
  moments_parts[local] = own;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { moments_parts[local] = merge(moments_parts[local], moments_parts[local + half]); }
  }
  return moments_parts[local];
}

// The same, whole in every invocation.
fn merge_in_all(local: u32, own: Moments) -> Moments {
  merge_in_first(local, own);
  workgroupBarrier();
  return moments_parts[0];
}
