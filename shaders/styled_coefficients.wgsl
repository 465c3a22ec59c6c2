//! use moments, coefficients
// StyleGAN1's epilogue, second half: the moments of tiles become those of a channel, and the affine map that instance norm and style
// amount to (lib/coefficients.wgsl).
//
// Tiles are merged by Chan, Golub & LeVeque (1983), equation 2.1: no E[x²] − μ², which would cancel.
// Layout: tiles [n, c, tiles] of count, mean, Σ (x − mean)²; style and moments [n, 2, c]; coefficients [n, 3, c].
// Work: a workgroup takes one channel. workgroup_id: x channel, z picture.
override EPSILON: f32;
override WORKGROUP: u32;

// Sizes are data: one pipeline serves all layers.
struct Shape { c: u32, tiles: u32 }

@group(0) @binding(0) var<storage, read> tiles: array<Moments>;
@group(0) @binding(1) var<storage, read> style: array<f32>;
@group(0) @binding(2) var<storage, read_write> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<f32>;
@group(0) @binding(4) var<storage, read> shape: Shape;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  var own = Moments(0.0, 0.0, 0.0);
  for (var t = local; t < shape.tiles; t += WORKGROUP) {
    own = merge(own, tiles[(group.z * shape.c + group.x) * shape.tiles + t]);
  }
  let all = merge_in_first(local, own);
  if (local == 0u) { store_coefficients(all, group.z, group.x, shape.c); }
}
