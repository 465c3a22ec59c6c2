//! use sum2
// The gradient of modulate by the style: Σ g·x, then Σ g, over the pixels of a channel.
//
// Layout: g, x [n, C, PIXELS]; sums [n, 2, C]. Work: a workgroup takes one channel, an invocation every WORKGROUP-th pixel;
// then a tree. Plain and slow beside styled_sums.wgsl, which runs wherever a layer is fused.
// workgroup_id: x channel, z picture.
override C: u32;
override PIXELS: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let plane = (group.z * C + group.x) * PIXELS;
  var own = vec2f(0);
  for (var p = local; p < PIXELS; p += WORKGROUP) { own += f32(g[plane + p]) * vec2f(f32(x[plane + p]), 1.0); }
  let total = sum2_in_first(local, own);
  if (local == 0u) {
    let to = 2u * group.z * C + group.x;
    sums[to] = total.x;
    sums[to + C] = total.y;
  }
}
