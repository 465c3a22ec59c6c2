//! use moments, sum2
// Instance norm: y = (x − μ)/σ, σ = √(variance + EPSILON), over the pixels of each channel.
//
// With GRADIENT, y = (g − mean(g) − x̂·mean(g·x̂))/σ, its gradient; g is then read, and otherwise not.
// Layout: x, g, y [n, C, PIXELS]. Work: a workgroup takes one channel, an invocation every WORKGROUP-th pixel. Plain and slow
// beside styled.wgsl and styled_gradient.wgsl, which run wherever a layer is fused. workgroup_id: x channel, z picture.
override C: u32;
override PIXELS: u32;
override EPSILON: f32;
override GRADIENT: bool;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> g: array<Stored>;
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let plane = (group.z * C + group.x) * PIXELS;
  // Differences to the first value, so that a large mean does not cancel.
  let shift = f32(x[plane + min(local, PIXELS - 1u)]);
  var sum = 0.0;
  var squares = 0.0;
  var count = 0.0;
  for (var p = local; p < PIXELS; p += WORKGROUP) {
    let difference = f32(x[plane + p]) - shift;
    sum += difference;
    squares += difference * difference;
    count += 1.0;
  }
  var own = Moments(0.0, 0.0, 0.0);
  if (count > 0.0) { own = Moments(count, shift + sum / count, max(0.0, squares - sum * (sum / count))); }
  let all = merge_in_all(local, own);
  let mean = all.mean;
  let scale = 1.0 / sqrt(all.squares / f32(PIXELS) + EPSILON);
  var means = vec2f(0);
  if (GRADIENT) {
    var part = vec2f(0);
    for (var p = local; p < PIXELS; p += WORKGROUP) {
      part += f32(g[plane + p]) * vec2f((f32(x[plane + p]) - mean) * scale, 1.0);
    }
    means = sum2_in_all(local, part) / f32(PIXELS);
  }
  for (var p = local; p < PIXELS; p += WORKGROUP) {
    let normalised = (f32(x[plane + p]) - mean) * scale;
    var value = normalised;
    if (GRADIENT) { value = scale * (f32(g[plane + p]) - means.y - normalised * means.x); }
    y[plane + p] = Stored(value);
  }
}
