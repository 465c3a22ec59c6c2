//! use one-value
// One optimiser step, in place, as PyTorch's torch.optim computes it.
//
//   KIND 0  sgd      p −= rate·g
//   KIND 1  sgdm     m = MOMENTUM·m + g;                             p −= rate·m
//   KIND 2  adam     m = β₁m + (1−β₁)g; u = β₂u + (1−β₂)g²;       p −= rate·m/(√u/root_correction + ε)
//   KIND 3  adamax   m as adam;         u = max(β₂u, |g| + ε);    p −= rate·m/u
//
// (Kingma & Ba, ICLR 2015, algorithms 1 and 2; rate includes 1/(1 − β₁ᵗ), and
// root_correction is √(1 − β₂ᵗ): both computed by the host in float64.)
// Layout: all [n, SIZE]. Work: one value an invocation. workgroup_id: x and y values, z picture.
override SIZE: u32;
override KIND: u32;
override MOMENTUM: f32;
override BETA1: f32;
override REST1: f32; // 1 − β₁, rounded once: 1 − BETA1 in f32 is another number
override BETA2: f32;
override REST2: f32;
override EPSILON: f32;
override WORKGROUP: u32;

struct Scalars { rate: f32, root_correction: f32, step: f32 }

@group(0) @binding(0) var<storage, read_write> param: array<f32>;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read_write> first: array<f32>;
@group(0) @binding(3) var<storage, read_write> second: array<f32>;
@group(0) @binding(4) var<storage, read> scalars: Scalars;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let e = value_of(local, group, groups);
  if (e >= SIZE) { return; }
  let at = group.z * SIZE + e;
  let gradient = g[at];
  var direction = gradient;
  if (KIND == 1u) {
    direction = MOMENTUM * first[at] + gradient;
    first[at] = direction;
  }
  if (KIND >= 2u) {
    let m = BETA1 * first[at] + REST1 * gradient;
    first[at] = m;
    var u = 0.0;
    if (KIND == 2u) {
      u = BETA2 * second[at] + REST2 * gradient * gradient;
      direction = m / (sqrt(u) / scalars.root_correction + EPSILON);
    } else {
      u = max(BETA2 * second[at], abs(gradient) + EPSILON);
      direction = m / u;
    }
    second[at] = u;
  }
  param[at] -= scalars.rate * direction;
}
