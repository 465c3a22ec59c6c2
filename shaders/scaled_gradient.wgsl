//! use lrelu, sum2
// What comes back to a map x that was scaled before it was read, g being the gradient of factor·x, and what demodulated x:
//
//   t = factor[c]·g + plus;   y = t, or where BACK t brought back through the activation that made x (times demodulation[c] where BACK is 2)
//   per tile and channel: Σ g·x (SUMS), the gradient by the factor;   Σ t·slope(x)·v where |x| < CLAMP (DEMODULATE), the gradient by
//   the factors d that demodulated v before x = lrelu(d[c]·v + noise_weight[c]·noise + bias[c]), clamped, was made of it: v itself, times
//   d, is lrelu⁻¹(x) − noise_weight[c]·noise − bias[c], which is not stored
//
// Layout: g [n, PARTS, C, PIXELS], the sum of its parts; plus, x, y [n, C, PIXELS]; factor and demodulation, which is d, [n, C];
// noise [n, PIXELS]; noise_weight, bias [C]; tiles [n, C, TILES] of the two sums. y is stored where STORE.
// Work: a workgroup takes a tile of TILE pixels of one channel, an invocation every WORKGROUP-th of them; then a tree.
// workgroup_id: x tile, y channel, z picture. scaled_sums.wgsl adds the tiles up.
override C: u32;
override PIXELS: u32;
override PARTS: u32;
override TILES: u32;
override TILE: u32;
override FACTOR: bool;
override PLUS: bool;
override STORE: bool;
override SUMS: bool;
override DEMODULATE: bool;
override NOISE: bool;
override BACK: u32;
override SLOPE: f32; // above 0 where DEMODULATE
override CLAMP: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> factor: array<f32>;
@group(0) @binding(2) var<storage, read> plus: array<Stored>;
@group(0) @binding(3) var<storage, read> x: array<Stored>;
@group(0) @binding(4) var<storage, read> demodulation: array<f32>;
@group(0) @binding(5) var<storage, read> noise: array<f32>;
@group(0) @binding(6) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;
@group(0) @binding(8) var<storage, read_write> y: array<Stored>;
@group(0) @binding(9) var<storage, read_write> tiles: array<vec2f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let channel = group.z * C + group.y;
  let plane = channel * PIXELS;
  let first = (group.z * PARTS * C + group.y) * PIXELS;
  let end = min(PIXELS, (group.x + 1u) * TILE);
  var scale = 1.0;
  if (FACTOR) { scale = factor[channel]; }
  var shift = 0.0;
  if (DEMODULATE) { shift = bias[group.y]; }
  var weight = 0.0;
  if (NOISE) { weight = noise_weight[group.y]; }
  var back = 1.0;
  if (BACK == 2u) { back = demodulation[channel]; }
  var own = vec2f(0);
  for (var p = group.x * TILE + local; p < end; p += WORKGROUP) {
    var gradient = f32(g[first + p]);
    for (var part = 1u; part < PARTS; part++) { gradient += f32(g[first + part * C * PIXELS + p]); }
    let value = f32(x[plane + p]);
    var made = scale * gradient;
    if (PLUS) { made += f32(plus[plane + p]); }
    let before = unactivated(made, value);
    if (SUMS) { own.x += gradient * value; }
    if (DEMODULATE) {
      var demodulated = select(value / SLOPE, value, value > 0.0) - shift;
      if (NOISE) { demodulated -= weight * noise[group.z * PIXELS + p]; }
      own.y += before * demodulated;
    }
    if (BACK > 0u) { made = back * before; }
    if (STORE) { y[plane + p] = Stored(made); }
  }
  if (!SUMS && !DEMODULATE) { return; }
  let total = sum2_in_first(local, own);
  if (local == 0u) { tiles[channel * TILES + group.x] = total; }
}
