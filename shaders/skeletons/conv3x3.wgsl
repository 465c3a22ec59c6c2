//! use map-read, lrelu, activate
//! groups ceil(H * W / WORKGROUP), OUT
// 3×3 convolution, padding 1, forward and adjoint.
//
//   y[n, o, r, s] = Σ_i Σ_ky,kx weight[o, i, ky, kx] · m[n, i, r + ky − 1, s + kx − 1];   m outside the map is 0
//   m = x                           READ = 0: plain
//   m = a[i]·(x − mean[i]) + b[i]   READ = 1: styled; coefficients [n, 3, IN] = mean, a, b
//   m = a[i]·x                      READ = 2: scaled; coefficients [n, IN] = a
//   ACTIVATE: y = clamp(lrelu(factor[n, o]·y + noise_weight[o]·noise[n, r, s] + bias[o])), StyleGAN2's epilogue
//
// For the adjoint the workbench packs the weights exchanged and turned: the kernel is the same.

// Sizes: the channels of x and of y, and the rows and columns of both.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
// How the map is read: 0, 1 or 2 (see above; lib/map-read.wgsl has it as functions).
override READ: u32;
// The epilogue (lib/activate.wgsl has it as a function): whether there is one, and whether with a factor and with noise (else
// `factor`, `noise` and `noise_weight` hold nothing); the slope of the leaky ReLU, and its clamp (the largest float is none).
override ACTIVATE: bool;
override FACTOR: bool;
override NOISE: bool;
override SLOPE: f32;
override CLAMP: f32;
// The author's own: any number of overrides with a value, which --set may change.
override WORKGROUP: u32 = 64;

// x [n, IN, H, W]
@group(0) @binding(0) var<storage, read> x: array<Stored>;
// packed as [⌈OUT/8⌉][IN][3][3][8]: the weights of 8 channels of y side by side; those beyond the last are 0
@group(0) @binding(1) var<storage, read> weights: array<Stored>;
// [n, 3, IN] or [n, IN]: see READ
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
// y [n, OUT, H, W]
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;
// factor [n, OUT]
@group(0) @binding(4) var<storage, read> factor: array<f32>;
// noise [n, H, W]
@group(0) @binding(5) var<storage, read> noise: array<f32>;
// noise_weight [OUT]
@group(0) @binding(6) var<storage, read> noise_weight: array<f32>;
// bias [OUT]
@group(0) @binding(7) var<storage, read> bias: array<f32>;

// Right but slow: an invocation makes one value, and reads all that it needs from memory.
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let pixel = id.x;
  let o = group.y;
  let picture = group.z;
  if (pixel >= H * W) { return; }
  let row = pixel / W;
  let column = pixel % W;

  var sum = 0.0;
  for (var i = 0u; i < IN; i++) {
    var style = PLAIN;
    if (MODULATE) { style = style_of(picture, IN, i); }
    // The taps of a channel are summed apart: 9·IN terms in one go would lose half a digit.
    var part = 0.0;
    for (var ky = 0u; ky < 3u; ky++) {
      for (var kx = 0u; kx < 3u; kx++) {
        // −1 wraps to a large number: outside.
        let r = row + ky - 1u;
        let s = column + kx - 1u;
        if (r < H && s < W) {
          let weight = weights[(((o / 8u) * IN + i) * 9u + ky * 3u + kx) * 8u + o % 8u];
          part += f32(weight) * styled(f32(x[((picture * IN + i) * H + r) * W + s]), style);
        }
      }
    }
    sum += part;
  }
  if (ACTIVATE) { sum = activated(vec4f(sum), picture, o, OUT, pixel, H * W).x; }
  y[(picture * OUT + o) * H * W + pixel] = Stored(sum);
}
