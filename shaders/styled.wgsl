//! use moments
// StyleGAN1's epilogue, first half: noise, bias and leaky ReLU, and the moments of each tile of the result.
//
//   x = lrelu(y + noise_weight[c]·noise + bias[c]);   tile: its mean, and Σ (x − mean)² over its pixels
//
// Layout: y [n or 1, C, PIXELS]; noise [n, PIXELS]; x [n, C, PIXELS]; tiles [n, C, TILES] of (mean, Σ).
// Work: a workgroup takes a tile of TILE pixels of one channel, an invocation every WORKGROUP-th of them: it sums
// differences to its first value, so that a large mean does not cancel; then the invocations' moments are merged by Chan,
// Golub & LeVeque (1983), equation 2.1.
// workgroup_id: x tile, y channel, z picture. styled_coefficients.wgsl merges the tiles.
override C: u32;
override PIXELS: u32;
override TILES: u32;
override TILE: u32;
override SHARED: bool; // y is a constant, the same for all pictures
override NOISE: bool;
override SLOPE: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> y: array<Stored>;
@group(0) @binding(1) var<storage, read> noise: array<f32>;
@group(0) @binding(2) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> x: array<Stored>;
@group(0) @binding(5) var<storage, read_write> tiles: array<vec2f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.y;
  let picture = group.z;
  let first = group.x * TILE + local;
  let start = select(picture * C + channel, channel, SHARED) * PIXELS;
  let to = (picture * C + channel) * PIXELS;
  var weight = 0.0;
  if (NOISE) { weight = noise_weight[channel]; }

  var shift = 0.0;
  var sum = 0.0;
  var squares = 0.0;
  var count = 0.0;
  let end = min(PIXELS, (group.x + 1u) * TILE);
  for (var p = first; p < end; p += WORKGROUP) {
    var value = f32(y[start + p]) + bias[channel];
    if (NOISE) { value += weight * noise[picture * PIXELS + p]; }
    value = select(SLOPE * value, kept_positive(vec4f(value)).x, value > 0.0);
    x[to + p] = Stored(value);
    shift = select(shift, value, p == first);
    let difference = value - shift;
    sum += difference;
    squares += difference * difference;
    count += 1.0;
  }
  var own = Moments(0.0, 0.0, 0.0);
  if (count > 0.0) { own = Moments(count, shift + sum / count, max(0.0, squares - sum * (sum / count))); }
  let all = merge_in_first(local, own);
  if (local == 0u) { tiles[(picture * C + channel) * TILES + group.x] = vec2f(all.mean, all.squares); }
}
