// What the listings beside this file are of: a tiled kernel in small. For each slice of 8 rows, 100 values are brought to
// workgroup memory, which takes two rounds of 64 invocations, and a loop of 36 makes two multiply-adds each time.
override ROWS: u32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

var<workgroup> tile: array<f32, 100>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  var sum = vec2f();
  for (var slice = 0u; slice < ROWS; slice += 8u) {
    for (var e = local; e < 100u; e += 64u) { tile[e] = x[100u * slice + e]; }
    workgroupBarrier();
    for (var k = 0u; k < 36u; k++) { sum = fma(vec2f(tile[local + k]), vec2f(tile[k], tile[k + 64u]), sum); }
    workgroupBarrier();
  }
  y[64u * group.x + local] = sum.x + sum.y;
}
