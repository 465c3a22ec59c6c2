// StyleGAN1's epilogue, first half: noise, bias and leaky ReLU, and the moments of each tile of the result.
//
//   x = lrelu(y + noise_weight[c]·noise + bias[c]);   tile: its mean, and Σ (x − mean)² over its pixels
//
// Layout: y [n or 1, C, PIXELS]; noise [n, PIXELS]; x [n, C, PIXELS]; tiles [n, C, TILES] of (mean, Σ).
// Work: a workgroup takes a tile of 4·WORKGROUP pixels of one channel, an invocation 4 of them.
// workgroup_id: x tile, y channel, z picture. styled_coefficients.wgsl merges the tiles.
override C: u32;
override PIXELS: u32;
override TILES: u32;
override SHARED: bool; // y is a constant, the same for all pictures
override NOISE: bool;
override SLOPE: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> y: array<f32>;
@group(0) @binding(1) var<storage, read> noise: array<f32>;
@group(0) @binding(2) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> x: array<f32>;
@group(0) @binding(5) var<storage, read_write> tiles: array<vec2f>;

var<workgroup> partial: array<f32, WORKGROUP>;

// The sum over the workgroup (a power of two of invocations), in a fixed order.
fn workgroup_sum(local: u32, value: f32) -> f32 {
  partial[local] = value;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { partial[local] += partial[local + half]; }
  }
  workgroupBarrier();
  let sum = partial[0];
  workgroupBarrier();
  return sum;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.y;
  let picture = group.z;
  let first = group.x * 4u * WORKGROUP;
  let start = select(picture * C + channel, channel, SHARED) * PIXELS;
  let to = (picture * C + channel) * PIXELS;

  var values: vec4f;
  var sum = 0.0;
  for (var k = 0u; k < 4u; k++) {
    let p = first + k * WORKGROUP + local;
    if (p < PIXELS) {
      var value = y[start + p] + bias[channel];
      if (NOISE) { value += noise_weight[channel] * noise[picture * PIXELS + p]; }
      value = select(SLOPE * value, value, value > 0.0);
      x[to + p] = value;
      values[k] = value;
      sum += value;
    }
  }
  let mean = workgroup_sum(local, sum) / f32(min(4u * WORKGROUP, PIXELS - first));

  var squares = 0.0;
  for (var k = 0u; k < 4u; k++) {
    if (first + k * WORKGROUP + local < PIXELS) { squares += (values[k] - mean) * (values[k] - mean); }
  }
  let total = workgroup_sum(local, squares);
  if (local == 0u) { tiles[(picture * C + channel) * TILES + group.x] = vec2f(mean, total); }
}
