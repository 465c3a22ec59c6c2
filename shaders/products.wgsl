//! use dense-jobs
// Dense layers without activation, many at once: y = Σ weight·x + bias, the sum over the products of a result. The styles of all
// layers from the rows of w; and back.
//
// Layout: jobs, weights: lib/dense-jobs.wgsl (own.x: 1 + where the bias lies, 0 for none; x of a product: where its vector lies,
// and how far that of the next picture). Work: lib/dense-jobs.wgsl. workgroup_id: x job, z picture.
override QUADS: u32;
override PARTS: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read> jobs: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

fn input_at(product: Product, picture: u32, i: u32) -> f32 { return x[product.x.x + picture * product.x.y + i]; }

@compute @workgroup_size(QUADS, PARTS)
fn main(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {
  let job = job_of(group.x);
  let sum = dense(local, job, group.z);
  if (local.y != 0u) { return; }
  for (var k = 0u; k < 4u; k++) {
    let o = (job.quad + local.x) * 4u + k;
    if (o < job.out) {
      var value = sum[k];
      if (job.own.x != 0u) { value += bias[job.own.x - 1u + o]; }
      y[job.y + group.z * job.stride + o] = value;
    }
  }
}
