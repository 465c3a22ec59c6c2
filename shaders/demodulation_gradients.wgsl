//! use dense-jobs
// demodulate_gradient.wgsl for all layers at once, each added to another gradient of the same style:
// −style[i]·Σ_o squares[o, i]·g[o]·factor[o]³ + added[i].
//
// Layout: jobs, and weights, which are the squares: lib/dense-jobs.wgsl (own: where the style lies, and 1 + where the other gradient
// does, 0 for none; x of a product: where g and the factors lie). Work: lib/dense-jobs.wgsl. workgroup_id: x job, z picture.
override QUADS: u32;
override PARTS: u32;

@group(0) @binding(0) var<storage, read> gradients: array<f32>;
@group(0) @binding(1) var<storage, read> factors: array<f32>;
@group(0) @binding(2) var<storage, read> styles: array<f32>;
@group(0) @binding(3) var<storage, read> added: array<f32>;
@group(0) @binding(4) var<storage, read> weights: array<vec4f>;
@group(0) @binding(5) var<storage, read> jobs: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> results: array<f32>;

fn input_at(product: Product, picture: u32, o: u32) -> f32 {
  let at = picture * product.into + o;
  let d = factors[product.x.y + at];
  return gradients[product.x.x + at] * (d * d * d);
}

@compute @workgroup_size(QUADS, PARTS)
fn main(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {
  let job = job_of(group.x);
  let sum = dense(local, job, group.z);
  if (local.y != 0u) { return; }
  for (var k = 0u; k < 4u; k++) {
    let i = (job.quad + local.x) * 4u + k;
    if (i < job.out) {
      let at = group.z * job.stride + i;
      var value = -styles[job.own.x + at] * sum[k];
      if (job.own.y != 0u) { value += added[job.own.y - 1u + at]; }
      results[job.y + at] = value;
    }
  }
}
