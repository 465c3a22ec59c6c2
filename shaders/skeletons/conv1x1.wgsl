//! use map-read
//! groups ceil(H * W / WORKGROUP), OUT
// 1×1 convolution, forward (to-RGB, with a bias) and adjoint.
//
//   y[n, o, r, s] = Σ_i weight[o, i] · m[n, i, r, s] + bias[o]
//   m = x                           READ = 0: plain
//   m = a[i]·(x − mean[i]) + b[i]   READ = 1: styled; coefficients [n, 3, IN] = mean, a, b
//   m = a[i]·x                      READ = 2: scaled; coefficients [n, IN] = a
//
// For the adjoint the workbench packs the weights exchanged: the kernel is the same.

// Sizes: the channels of x and of y, and the rows and columns of both. (PIXELS = H·W is given as well where it is declared.)
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
// How the map is read: 0, 1 or 2 (see above; lib/map-read.wgsl has it as functions).
override READ: u32;
// Whether there is a bias; else `bias` holds nothing.
override BIAS: bool;
// The author's own: any number of overrides with a value, which --set may change.
override WORKGROUP: u32 = 64;

// x [n, IN, H, W]
@group(0) @binding(0) var<storage, read> x: array<Stored>;
// packed as [⌈OUT/4⌉][IN][4]: the weights of 4 channels of y side by side; those beyond the last are 0
@group(0) @binding(1) var<storage, read> weights: array<Stored>;
// [n, 3, IN] or [n, IN]: see READ
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
// bias [OUT]
@group(0) @binding(3) var<storage, read> bias: array<f32>;
// y [n, OUT, H, W]
@group(0) @binding(4) var<storage, read_write> y: array<Stored>;

// Right but slow: an invocation makes one value, and reads all that it needs from memory.
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let pixel = id.x;
  let o = group.y;
  let picture = group.z;
  if (pixel >= H * W) { return; }

  var sum = 0.0;
  for (var i = 0u; i < IN; i++) {
    var style = PLAIN;
    if (MODULATE) { style = style_of(picture, IN, i); }
    let weight = weights[((o / 4u) * IN + i) * 4u + o % 4u];
    sum += f32(weight) * styled(f32(x[(picture * IN + i) * H * W + pixel]), style);
  }
  if (BIAS) { sum += bias[o]; }
  y[(picture * OUT + o) * H * W + pixel] = Stored(sum);
}
