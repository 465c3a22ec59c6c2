//! use map-read
//! groups ceil(4 * H * W / WORKGROUP), OUT
// Transposed 4×4 convolution of stride 2 (upsampling).
//
//   y[n, o, Y, X] = Σ_i Σ_r,s m[n, i, r, s] · weight[o, i, Y + 1 − MARGIN − 2r, X + 1 − MARGIN − 2s];   no weight outside 0 … 3
//   m = x                           READ = 0: plain
//   m = a[i]·(x − mean[i]) + b[i]   READ = 1: styled; coefficients [n, 3, IN] = mean, a, b
//   m = a[i]·x                      READ = 2: scaled; coefficients [n, IN] = a
//
// A row Y of y takes two of the four rows of weights, and two rows of x: with the phase py = (Y + MARGIN) mod 2, for dy = 0, 1,
//   weight row 3 − py − 2·dy   of   row (Y + py − MARGIN)/2 − 1 + dy of x.   Columns likewise.
// Without a margin the result is what is left of the whole transposed convolution (MARGIN = 1) without its rim.

// Sizes: the channels of x and of y; H and W count the 2×2 blocks of y.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
// How the map is read: 0, 1 or 2 (see above; lib/map-read.wgsl has it as functions).
override READ: u32;
// 0 or 1: by so much x is smaller than the blocks of y.
override MARGIN: u32;
// The author's own: any number of overrides with a value, which --set may change.
override WORKGROUP: u32 = 64;

// x [n, IN, H − MARGIN, W − MARGIN]
@group(0) @binding(0) var<storage, read> x: array<Stored>;
// packed as [⌈OUT/8⌉][py][IN][dy][px][dx][8]: by phases, the weights of 8 channels of y side by side; those beyond the last are 0
@group(0) @binding(1) var<storage, read> weights: array<Stored>;
// [n, 3, IN] or [n, IN]: see READ
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
// y [n, OUT, 2·H, 2·W]
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;

// Right but slow: an invocation makes one value, and reads all that it needs from memory.
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let pixel = id.x;
  let o = group.y;
  let picture = group.z;
  if (pixel >= 4u * H * W) { return; }
  let row = pixel / (2u * W);
  let column = pixel % (2u * W);
  let phase_y = (row + MARGIN) % 2u;
  let phase_x = (column + MARGIN) % 2u;
  let from_h = H - MARGIN;
  let from_w = W - MARGIN;

  var sum = 0.0;
  for (var i = 0u; i < IN; i++) {
    var style = PLAIN;
    if (MODULATE) { style = style_of(picture, IN, i); }
    // The taps of a channel are summed apart: 4·IN terms in one go would lose half a digit.
    var part = 0.0;
    for (var dy = 0u; dy < 2u; dy++) {
      for (var dx = 0u; dx < 2u; dx++) {
        // −1 wraps to a large number: outside.
        let r = (row + phase_y - MARGIN) / 2u + dy - 1u;
        let s = (column + phase_x - MARGIN) / 2u + dx - 1u;
        if (r < from_h && s < from_w) {
          let panel = ((o / 8u) * 2u + phase_y) * IN + i;
          let weight = weights[(panel * 8u + (dy * 2u + phase_x) * 2u + dx) * 8u + o % 8u];
          part += f32(weight) * styled(f32(x[((picture * IN + i) * from_h + r) * from_w + s]), style);
        }
      }
    }
    sum += part;
  }
  y[(picture * OUT + o) * 4u * H * W + pixel] = Stored(sum);
}
