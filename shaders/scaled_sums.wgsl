//! use sum2
// The last step of the sums of scaled_gradient.wgsl: Σ g·x where shape.scaled is 1, and where shape.demodulated is 1 the gradient by
// what demodulated, whose sum is d times too large.
//
// Layout: tiles [n, c, tiles] of the two sums; demodulation, which is d, sums and demodulated [n, c].
// Work: a workgroup takes one channel; each invocation every WORKGROUP-th tile, then a tree. workgroup_id: x channel, z picture.
override WORKGROUP: u32;

// Sizes are data: one pipeline serves all layers.
struct Shape { c: u32, tiles: u32, scaled: u32, demodulated: u32 }

@group(0) @binding(0) var<storage, read> tiles: array<vec2f>;
@group(0) @binding(1) var<storage, read> demodulation: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> demodulated: array<f32>;
@group(0) @binding(4) var<storage, read> shape: Shape;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.z * shape.c + group.x;
  var own = vec2f(0);
  for (var t = local; t < shape.tiles; t += WORKGROUP) { own += tiles[channel * shape.tiles + t]; }
  let total = sum2_in_first(local, own);
  if (local != 0u) { return; }
  if (shape.scaled == 1u) { sums[channel] = total.x; }
  if (shape.demodulated == 1u) { demodulated[channel] = total.y / demodulation[channel]; }
}
