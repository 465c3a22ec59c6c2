//! use moments
// StyleGAN1's epilogue, second half: instance norm and style as one affine map per channel.
//
//   moments = mean, 1/√(variance + EPSILON);   coefficients = mean, a = (style₀ + 1)/σ, b = style₁
//
// The tiles' moments are merged by Chan, Golub & LeVeque (1983), equation 2.1: no E[x²] − μ², which would cancel.
// Layout: tiles [n, C, TILES] of (mean, Σ (x − mean)²); style and moments [n, 2, C]; coefficients [n, 3, C].
// Work: a workgroup takes one channel. workgroup_id: x channel, z picture.
override C: u32;
override PIXELS: u32;
override TILES: u32;
override TILE: u32; // pixels of a full tile; the last may have fewer
override EPSILON: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> tiles: array<vec2f>;
@group(0) @binding(1) var<storage, read> style: array<f32>;
@group(0) @binding(2) var<storage, read_write> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> moments: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.x;
  let picture = group.z;
  var own = Moments(0.0, 0.0, 0.0);
  for (var t = local; t < TILES; t += WORKGROUP) {
    let tile = tiles[(picture * C + channel) * TILES + t];
    own = merge(own, Moments(f32(min(TILE, PIXELS - t * TILE)), tile.x, tile.y));
  }
  let all = merge_in_first(local, own);
  if (local == 0u) {
    let mean = all.mean;
    let scale = 1.0 / sqrt(all.squares / f32(PIXELS) + EPSILON);
    let first = 2u * picture * C + channel;
    let second = first + C;
    moments[first] = mean;
    moments[second] = scale;
    let to = 3u * picture * C + channel;
    coefficients[to] = mean;
    coefficients[to + C] = (style[first] + 1.0) * scale;
    coefficients[to + 2u * C] = style[second];
  }
}
