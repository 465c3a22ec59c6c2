//! use lrelu, sum
// The gradient by the factors d that demodulated a map v before x = lrelu(d[c]·v + noise_weight[c]·noise + bias[c]), clamped, was
// made of it, per tile and channel, from the gradient g of x:
//
//   Σ g·slope(x)·v where |x| < CLAMP,   v = (lrelu⁻¹(x) − noise_weight[c]·noise − bias[c])/d[c], which is not stored
//
// Layout: g, x [n, C, PIXELS]; factor, which is d, [n, C]; noise [n, PIXELS]; noise_weight, bias [C]; sums [n, C, TILES].
// Work: a workgroup takes a tile of TILE pixels of one channel, an invocation every WORKGROUP-th of them; then a tree.
// workgroup_id: x tile, y channel, z picture. sum_tiles.wgsl adds the tiles up, where there are several.
override C: u32;
override PIXELS: u32;
override TILES: u32;
override TILE: u32;
override NOISE: bool;
override SLOPE: f32; // above 0
override CLAMP: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> factor: array<f32>;
@group(0) @binding(3) var<storage, read> noise: array<f32>;
@group(0) @binding(4) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;
@group(0) @binding(6) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.z * C + group.y;
  let plane = channel * PIXELS;
  let end = min(PIXELS, (group.x + 1u) * TILE);
  let shift = bias[group.y];
  var weight = 0.0;
  if (NOISE) { weight = noise_weight[group.y]; }
  var own = 0.0;
  for (var p = group.x * TILE + local; p < end; p += WORKGROUP) {
    let value = f32(x[plane + p]);
    var demodulated = select(value / SLOPE, value, value > 0.0) - shift;
    if (NOISE) { demodulated -= weight * noise[group.z * PIXELS + p]; }
    own += unactivated(f32(g[plane + p]), value) * demodulated;
  }
  let total = sum_in_first(local, own);
  if (local == 0u) { sums[channel * TILES + group.x] = total / factor[channel]; }
}
