// Instance norm: y = (x − μ)/σ, σ = √(variance + EPSILON), over the pixels of each channel.
//
// With GRADIENT, y = (g − mean(g) − x̂·mean(g·x̂))/σ, its gradient; g is then read, and otherwise not.
// Moments are merged by Chan, Golub & LeVeque (1983), equation 2.1.
// Layout: x, g, y [n, C, PIXELS]. Work: a workgroup takes one channel, an invocation every WORKGROUP-th pixel. Plain and slow
// beside styled.wgsl and styled_gradient.wgsl, which run wherever a layer is fused. workgroup_id: x channel, z picture.
override C: u32;
override PIXELS: u32;
override EPSILON: f32;
override GRADIENT: bool;
override WORKGROUP: u32 = 128;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

// (count, mean, Σ (x − mean)²)
var<workgroup> moments: array<vec3f, WORKGROUP>;
var<workgroup> sums: array<vec2f, WORKGROUP>;

fn merge(p: vec3f, q: vec3f) -> vec3f {
  let count = p.x + q.x;
  if (count == 0.0) { return p; }
  let delta = q.y - p.y;
  return vec3f(count, p.y + delta * (q.x / count), p.z + q.z + delta * delta * (p.x * q.x / count));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let plane = (group.z * C + group.x) * PIXELS;
  // Differences to the first value, so that a large mean does not cancel.
  let shift = x[plane + min(local, PIXELS - 1u)];
  var sum = 0.0;
  var squares = 0.0;
  var count = 0.0;
  for (var p = local; p < PIXELS; p += WORKGROUP) {
    let difference = x[plane + p] - shift;
    sum += difference;
    squares += difference * difference;
    count += 1.0;
  }
  var own = vec3f(0);
  if (count > 0.0) { own = vec3f(count, shift + sum / count, max(0.0, squares - sum * (sum / count))); }
  moments[local] = own;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { moments[local] = merge(moments[local], moments[local + half]); }
  }
  workgroupBarrier();
  let mean = moments[0].y;
  let scale = 1.0 / sqrt(moments[0].z / f32(PIXELS) + EPSILON);
  var means = vec2f(0);
  if (GRADIENT) {
    var part = vec2f(0);
    for (var p = local; p < PIXELS; p += WORKGROUP) {
      part += g[plane + p] * vec2f((x[plane + p] - mean) * scale, 1.0);
    }
    sums[local] = part;
    for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (local < half) { sums[local] += sums[local + half]; }
    }
    workgroupBarrier();
    means = sums[0] / f32(PIXELS);
  }
  for (var p = local; p < PIXELS; p += WORKGROUP) {
    let normalised = (x[plane + p] - mean) * scale;
    var value = normalised;
    if (GRADIENT) { value = scale * (g[plane + p] - means.y - normalised * means.x); }
    y[plane + p] = value;
  }
}
