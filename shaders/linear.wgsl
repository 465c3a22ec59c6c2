//! use dense
// A dense layer: y = lrelu(weight·x + bias), picture by picture; SLOPE 1 is no activation.
//
// Layout: x [n, IN]; weights packed as [IN][OUT/4][4] (pack.ts; transposed for the adjoint); bias [OUT]; y [n, OUT].
// Work: lib/dense.wgsl. workgroup_id: x results/(4·QUADS), z picture.
override IN: u32;
override OUT: u32;
override BIAS: bool;
override SLOPE: f32;
override QUADS: u32;
override PARTS: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn input_at(picture: u32, i: u32) -> f32 { return x[picture * IN + i]; }

@compute @workgroup_size(QUADS, PARTS)
fn main(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {
  let quad = group.x * QUADS + local.x;
  let sum = dense(local, quad, group.z);
  if (local.y != 0u) { return; }
  for (var k = 0u; k < 4u; k++) {
    let o = quad * 4u + k;
    if (o < OUT) {
      var value = sum[k];
      if (BIAS) { value += bias[o]; }
      y[group.z * OUT + o] = select(SLOPE * value, value, value > 0.0);
    }
  }
}
