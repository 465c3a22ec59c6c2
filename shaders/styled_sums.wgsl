// Per tile and channel: Σ g·x̂ and Σ g, x̂ = (x − mean)/σ: what instance norm's gradient needs before anything else,
// and the gradient of the style.
//
// Layout: g, x [n, C, PIXELS]; moments [n, 2, C] (mean, 1/σ); tiles [n, 2, C, TILES].
// Work: a workgroup takes a tile of 16·WORKGROUP pixels of one channel. workgroup_id: x tile, y channel, z picture.
// sum_tiles.wgsl adds the tiles up.
override C: u32;
override PIXELS: u32;
override TILES: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> moments: array<f32>;
@group(0) @binding(3) var<storage, read_write> tiles: array<f32>;

var<workgroup> partial: array<vec2f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.y;
  let picture = group.z;
  let end = min(PIXELS, (group.x + 1u) * 16u * WORKGROUP);
  let plane = (picture * C + channel) * PIXELS;
  let mean = moments[2u * picture * C + channel];
  let scale = moments[(2u * picture + 1u) * C + channel];

  var sums = vec2f(0);
  for (var p = group.x * 16u * WORKGROUP + local; p < end; p += WORKGROUP) {
    sums += g[plane + p] * vec2f((x[plane + p] - mean) * scale, 1.0);
  }
  partial[local] = sums;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { partial[local] += partial[local + half]; }
  }
  if (local == 0u) {
    tiles[(2u * picture * C + channel) * TILES + group.x] = partial[0].x;
    tiles[((2u * picture + 1u) * C + channel) * TILES + group.x] = partial[0].y;
  }
}
