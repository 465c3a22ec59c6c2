// One optimiser step, in place, as PyTorch's torch.optim computes it.
//
//   KIND 0  sgd      p −= rate·g
//   KIND 1  sgdm     m = 0.9·m + g;                              p −= rate·m
//   KIND 2  adam     m = β₁m + (1−β₁)g; u = β₂u + (1−β₂)g²;       p −= rate·m/(√u/root_correction + ε)
//   KIND 3  adamax   m as adam;         u = max(β₂u, |g| + ε);    p −= rate·m/u
//
// (Kingma & Ba, ICLR 2015, algorithms 1 and 2; β 0.9, 0.999, ε 1e-8; rate includes 1/(1 − β₁ᵗ), and
// root_correction is √(1 − β₂ᵗ): both computed by the host in float64.)
// Layout: all [n, SIZE]. Work: one value an invocation. workgroup_id: x and y values, z picture.
override SIZE: u32;
override KIND: u32;
override WORKGROUP: u32 = 64;

struct Scalars { rate: f32, root_correction: f32, step: f32 }

@group(0) @binding(0) var<storage, read_write> param: array<f32>;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read_write> first: array<f32>;
@group(0) @binding(3) var<storage, read_write> second: array<f32>;
@group(0) @binding(4) var<storage, read> scalars: Scalars;

const EPSILON = 1e-8;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let e = (group.y * groups.x + group.x) * WORKGROUP + local;
  if (e >= SIZE) { return; }
  let at = group.z * SIZE + e;
  let gradient = g[at];
  var direction = gradient;
  if (KIND == 1u) {
    direction = 0.9 * first[at] + gradient;
    first[at] = direction;
  }
  if (KIND >= 2u) {
    let m = 0.9 * first[at] + 0.1 * gradient;
    first[at] = m;
    var u = 0.0;
    if (KIND == 2u) {
      u = 0.999 * second[at] + 0.001 * gradient * gradient;
      direction = m / (sqrt(u) / scalars.root_correction + EPSILON);
    } else {
      u = max(0.999 * second[at], abs(gradient) + EPSILON);
      direction = m / u;
    }
    second[at] = u;
  }
  param[at] -= scalars.rate * direction;
}
