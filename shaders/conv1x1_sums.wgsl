//! use sum2
// The sums of a gradient of a styled map that the adjoint of a 1×1 convolution makes of few channels (to-RGB), and that is not stored:
//
//   g[c, p] = Σ_i weight[c, i] · x[i, p];   per tile and channel Σ g·m̂ and Σ g,   m̂ = (m − mean)/σ
//
// Layout: x [n, into, pixels]; weights packed as [c/4][into][4] (pack.ts); m `map` [n, c, pixels]; moments [n, 2, c] (mean, 1/σ); tiles
// [n, c, tiles] of the two sums. Work: a workgroup takes a tile of shape.tile pixels of four channels. workgroup_id: x tile, y
// channels/4, z picture. styled_rates.wgsl adds the tiles up.
override WORKGROUP: u32;

// Sizes are data: one pipeline serves all layers.
struct Shape { into: u32, c: u32, pixels: u32, tile: u32, tiles: u32 }

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read> map: array<Stored>;
@group(0) @binding(3) var<storage, read> moments: array<f32>;
@group(0) @binding(4) var<storage, read_write> tiles: array<vec2f>;
@group(0) @binding(5) var<storage, read> shape: Shape;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let end = min(shape.pixels, (group.x + 1u) * shape.tile);
  // Channels beyond the last are those of the last: their sums are not stored.
  let channels = min(vec4u(4u * group.y) + vec4u(0, 1, 2, 3), vec4u(shape.c - 1u));
  let first = 2u * group.z * shape.c + channels;
  let second = first + shape.c;
  let mean = vec4f(moments[first.x], moments[first.y], moments[first.z], moments[first.w]);
  let inverse = vec4f(moments[second.x], moments[second.y], moments[second.z], moments[second.w]);
  let planes = (group.z * shape.c + channels) * shape.pixels;

  var products = vec4f(0);
  var sums = vec4f(0);
  for (var p = group.x * shape.tile + local; p < end; p += WORKGROUP) {
    var g = vec4f(0);
    for (var i = 0u; i < shape.into; i++) {
      g += vec4f(weights[group.y * shape.into + i]) * f32(x[(group.z * shape.into + i) * shape.pixels + p]);
    }
    let values = vec4f(f32(map[planes.x + p]), f32(map[planes.y + p]), f32(map[planes.z + p]), f32(map[planes.w + p]));
    products += g * (values - mean) * inverse;
    sums += g;
  }
  for (var k = 0u; k < 4u; k++) {
    workgroupBarrier();
    let total = sum2_in_first(local, vec2f(products[k], sums[k]));
    let c = 4u * group.y + k;
    if (local == 0u && c < shape.c) { tiles[(group.z * shape.c + c) * shape.tiles + group.x] = total; }
  }
}
