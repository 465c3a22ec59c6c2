// The gradient of a noise map: Σ_c noise_weight[c] · g[c, p].
//
// Layout: g [n, C, PIXELS]; result [n, PIXELS]. Work: one pixel an invocation. workgroup_id: x pixels, z picture.
override C: u32;
override PIXELS: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= PIXELS) { return; }
  var sum = 0.0;
  for (var c = 0u; c < C; c++) { sum += noise_weight[c] * f32(g[(id.z * C + c) * PIXELS + id.x]); }
  result[id.z * PIXELS + id.x] = sum;
}
