//! use dense-jobs
// demodulate.wgsl for all layers at once: (Σ_i squares[o, i]·style[i]² + epsilon)^−½.
//
// Layout: jobs, and weights, which are the squares: lib/dense-jobs.wgsl (own.y: the bits of epsilon; x of a product: where the style
// lies, and how far that of the next picture). Work: lib/dense-jobs.wgsl. workgroup_id: x job, z picture.
override QUADS: u32;
override PARTS: u32;

@group(0) @binding(0) var<storage, read> styles: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> jobs: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> factors: array<f32>;

fn input_at(product: Product, picture: u32, i: u32) -> f32 {
  let style = styles[product.x.x + picture * product.x.y + i];
  return style * style;
}

@compute @workgroup_size(QUADS, PARTS)
fn main(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {
  let job = job_of(group.x);
  let sum = dense(local, job, group.z);
  if (local.y != 0u) { return; }
  for (var k = 0u; k < 4u; k++) {
    let o = (job.quad + local.x) * 4u + k;
    if (o < job.out) { factors[job.y + group.z * job.stride + o] = 1.0 / sqrt(sum[k] + bitcast<f32>(job.own.y)); }
  }
}
