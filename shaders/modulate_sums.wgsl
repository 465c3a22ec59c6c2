// The gradient of modulate by the style: Σ g·x, then Σ g, over the pixels of a channel.
//
// Layout: g, x [n, C, PIXELS]; sums [n, 2, C]. Work: a workgroup takes one channel, an invocation every WORKGROUP-th pixel;
// then a tree. Plain and slow beside styled_sums.wgsl, which runs wherever a layer is fused.
// workgroup_id: x channel, z picture.
override C: u32;
override PIXELS: u32;
override WORKGROUP: u32 = 128;

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;

var<workgroup> partial: array<vec2f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let plane = (group.z * C + group.x) * PIXELS;
  var own = vec2f(0);
  for (var p = local; p < PIXELS; p += WORKGROUP) { own += g[plane + p] * vec2f(x[plane + p], 1.0); }
  partial[local] = own;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { partial[local] += partial[local + half]; }
  }
  if (local == 0u) {
    let to = 2u * group.z * C + group.x;
    sums[to] = partial[0].x;
    sums[to + C] = partial[0].y;
  }
}
