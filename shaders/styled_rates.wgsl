//! use sum2, rates
// The last step of the sums of a gradient g of a styled map, and what who reads that gradient wants of a channel (lib/rates.wgsl).
//
//   sums = Σ g·x̂, Σ g;   rates = mean, a, a·Σg/N, a·Σ(g·x̂)/(N·σ)
//
// Layout: tiles [n, c, tiles] of the two sums; coefficients [n, 3, c]; moments, sums [n, 2, c]; rates [n, c, 4], where shape.store is 1.
// Work: a workgroup takes one channel; each invocation every WORKGROUP-th tile, then a tree. workgroup_id: x channel, z picture.
override WORKGROUP: u32;
const SLOPE = 1.0; // nothing goes back here

// Sizes are data: one pipeline serves all layers.
struct Shape { c: u32, pixels: u32, tiles: u32, store: u32 }

@group(0) @binding(0) var<storage, read> tiles: array<vec2f>;
@group(0) @binding(1) var<storage, read> coefficients: array<f32>;
@group(0) @binding(2) var<storage, read> moments: array<f32>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;
@group(0) @binding(4) var<storage, read_write> rates: array<Rates>;
@group(0) @binding(5) var<storage, read> shape: Shape;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.z * shape.c + group.x;
  var own = vec2f(0);
  for (var t = local; t < shape.tiles; t += WORKGROUP) { own += tiles[channel * shape.tiles + t]; }
  let total = sum2_in_first(local, own);
  if (local != 0u) { return; }
  let first = 2u * group.z * shape.c + group.x;
  sums[first] = total.x;
  sums[first + shape.c] = total.y;
  if (shape.store == 1u) {
    let a = coefficients[(3u * group.z + 1u) * shape.c + group.x];
    rates[channel] = rates_of(moments[first], moments[first + shape.c], a, total, f32(shape.pixels));
  }
}
