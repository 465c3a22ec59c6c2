// noise_gradient.wgsl for up to five maps at once: Σ_c noise_weights[c] · g[c, p] of each.
//
// Layout: g0 … g4 [n, C, pixels] with C and pixels of their own; noise_weights: those of all maps; jobs: two vec4 for each workgroup,
// which map, its first pixel, pixels and channels, where its noise_weights lie and its result for the first picture; results
// [n, pixels] each, in one buffer. Work: a workgroup makes PIXELS pixels, in PARTS parts: every one takes every PARTS-th channel, then
// a tree. workgroup_id: x job, z picture.
override PIXELS: u32;
override PARTS: u32; // a power of two

@group(0) @binding(0) var<storage, read> g0: array<Stored>;
@group(0) @binding(1) var<storage, read> g1: array<Stored>;
@group(0) @binding(2) var<storage, read> g2: array<Stored>;
@group(0) @binding(3) var<storage, read> g3: array<Stored>;
@group(0) @binding(4) var<storage, read> g4: array<Stored>;
@group(0) @binding(5) var<storage, read> noise_weights: array<f32>;
@group(0) @binding(6) var<storage, read> jobs: array<vec4u>;
@group(0) @binding(7) var<storage, read_write> results: array<f32>;

var<workgroup> parts: array<f32, PIXELS * PARTS>;

fn gradient(map: u32, at: u32) -> f32 {
  switch (map) {
    case 0u: { return f32(g0[at]); }
    case 1u: { return f32(g1[at]); }
    case 2u: { return f32(g2[at]); }
    case 3u: { return f32(g3[at]); }
    default: { return f32(g4[at]); }
  }
}

@compute @workgroup_size(PIXELS, PARTS)
fn main(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {
  let a = jobs[2u * group.x];
  let b = jobs[2u * group.x + 1u];
  let pixel = a.y + local.x;
  let own = local.y * PIXELS + local.x;
  var sum = 0.0;
  if (pixel < a.z) {
    for (var c = local.y; c < a.w; c += PARTS) {
      sum += noise_weights[b.x + c] * gradient(a.x, (group.z * a.w + c) * a.z + pixel);
    }
  }
  parts[own] = sum;
  for (var half = PARTS / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local.y < half) { parts[own] += parts[own + half * PIXELS]; }
  }
  if (local.y == 0u && pixel < a.z) { results[b.y + group.z * a.z + pixel] = parts[own]; }
}
