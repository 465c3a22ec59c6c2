//! use sum, better
// The end of the forward pass: the losses of each picture from the sums of their tiles (bicubic_losses.wgsl) and pairs
// (geocross.wgsl); the objective, Σ weight·max(loss, floor); where the gradients of its terms begin, weight where loss ≥ floor and
// else 0; and whether it is the best so far (keep_best.wgsl). A loss that is NaN stays NaN, and is never better.
//
// Layout: tiles [n, 2, T], Σ (y − goal)² and Σ |y − goal|; values [n, P]; numbers: all that is written, where jobs says, one after
// another for the pictures. Work: a workgroup a picture. workgroup_id: z picture.
override WORKGROUP: u32;

struct Scalars { rate: f32, root_correction: f32, step: f32 }

// Three vec4: how many terms and gradients there are; T, P; 1 + where total, best, within, best step and improved lie, 0 for none; of
// which term within tells whether it is at most eps; eps. Then for each term two: which sums it is made of (0 squares, 1 absolute values, 2 pairs), how many, and what they are multiplied with; 1 + where
// it is stored; whether it is weighed, its weight and its floor. Then for each gradient one: of which term, 1 + where it is stored,
// weight and floor.
@group(0) @binding(0) var<storage, read> tiles: array<f32>;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var<storage, read> jobs: array<vec4u>;
@group(0) @binding(3) var<storage, read> scalars: Scalars;
@group(0) @binding(4) var<storage, read_write> numbers: array<f32>;

fn store(place: u32, picture: u32, value: f32) {
  if (place != 0u) { numbers[place - 1u + picture] = value; }
}

fn summand(source: u32, picture: u32, at: u32) -> f32 {
  if (source == 2u) { return values[picture * jobs[0].w + at]; }
  return tiles[(2u * picture + source) * jobs[0].z + at];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let picture = group.z;
  let terms = jobs[0].x;
  let gradients = jobs[0].y;
  let eps = bitcast<f32>(jobs[2].z);
  var total = 0.0;
  var near = 0.0;
  for (var k = 0u; k < terms; k++) {
    let a = jobs[3u + 2u * k];
    let b = jobs[4u + 2u * k];
    var sum = 0.0;
    for (var at = local; at < a.y; at += WORKGROUP) { sum += summand(a.x, picture, at); }
    let term = bitcast<f32>(a.z) * sum_in_first(local, sum);
    if (local == 0u) {
      store(a.w, picture, term);
      if (jobs[2].y == k && term <= eps) { near = 1.0; }
      let least = bitcast<f32>(b.z);
      if (b.x != 0u) { total += bitcast<f32>(b.y) * select(term, least, term < least); }
      for (var i = 0u; i < gradients; i++) {
        let g = jobs[3u + 2u * terms + i];
        if (g.x == k) { store(g.y, picture, select(0.0, bitcast<f32>(g.z), term >= bitcast<f32>(g.w))); }
      }
    }
    // The next sum is made in the same memory.
    workgroupBarrier();
  }
  if (local != 0u) { return; }
  store(jobs[1].x, picture, total);
  let best = jobs[1].y;
  let within = jobs[1].z;
  if (best == 0u) { return; }
  let better = is_better(near, total, numbers[within - 1u + picture], numbers[best - 1u + picture]);
  store(jobs[2].x, picture, select(0.0, 1.0, better));
  if (better) {
    store(best, picture, total);
    store(within, picture, near);
    store(jobs[1].w, picture, scalars.step);
  }
}
