//! use one-value, lrelu, activate
// A map of its parts: what workgroups of a convolution have made that share its input channels, added up in their order; with StyleGAN2's
// epilogue where ACTIVATE: lib/activate.wgsl.
//
//   y[c, p] = Σ_k parts[k, c, p]
//
// Layout: parts [n, PARTS, C, PIXELS]; y [n, C, PIXELS].
// Work: 4 neighbouring pixels of a channel per invocation. workgroup_id: x and y as in lib/one-value.wgsl, z picture.
override PARTS: u32;
override C: u32;
override PIXELS: u32;
override ACTIVATE: bool;
override FACTOR: bool;
override NOISE: bool;
override SLOPE: f32;
override CLAMP: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> parts: array<Stored>;
@group(0) @binding(1) var<storage, read_write> y: array<Stored>;
@group(0) @binding(2) var<storage, read> factor: array<f32>;
@group(0) @binding(3) var<storage, read> noise: array<f32>;
@group(0) @binding(4) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;

override ACROSS: u32 = (PIXELS + 3) / 4;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let value = value_of(local, group, groups);
  let c = value / ACROSS;
  if (c >= C) { return; }
  let pixel = 4u * (value % ACROSS);
  let picture = group.z;
  let first = (picture * PARTS * C + c) * PIXELS + pixel;

  // Behind the last pixel of a channel others are read, and not stored.
  var sum = vec4f(0.0);
  for (var k = 0u; k < PARTS; k++) {
    let at = first + k * C * PIXELS;
    sum += vec4f(f32(parts[at]), f32(parts[at + 1u]), f32(parts[at + 2u]), f32(parts[at + 3u]));
  }
  if (ACTIVATE) { sum = activated(sum, picture, c, C, pixel, PIXELS); }
  let to = (picture * C + c) * PIXELS + pixel;
  for (var p = 0u; p < 4u; p++) {
    if (pixel + p < PIXELS) { y[to + p] = Stored(sum[p]); }
  }
}
