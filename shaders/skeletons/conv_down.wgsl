//! groups ceil(H * W / WORKGROUP), OUT
// 4×4 convolution of stride 2, padding 1: the adjoint of conv_up.
//
//   y[n, o, r, s] = Σ_i Σ_ky,kx weight[i, o, ky, kx] · x[n, i, 2r + ky − 1 + MARGIN, 2s + kx − 1 + MARGIN];   x outside the map is 0
//
// (`weight` as conv_up knows it, whose results have the channels of x here.)

// Sizes: the channels of x and of y, and the rows and columns of y.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
// 0 or 1: by so much y is smaller than half of x.
override MARGIN: u32;
// The author's own: any number of overrides with a value, which --set may change.
override WORKGROUP: u32 = 64;

// x [n, IN, 2·(H + MARGIN), 2·(W + MARGIN)]
@group(0) @binding(0) var<storage, read> x: array<Stored>;
// packed as [⌈OUT/8⌉][IN][4][4][8]: the weights of 8 channels of y side by side; those beyond the last are 0
@group(0) @binding(1) var<storage, read> weights: array<Stored>;
// y [n, OUT, H, W]
@group(0) @binding(2) var<storage, read_write> y: array<Stored>;

// Right but slow: an invocation makes one value, and reads all that it needs from memory.
@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let pixel = id.x;
  let o = group.y;
  let picture = group.z;
  if (pixel >= H * W) { return; }
  let from_h = 2u * (H + MARGIN);
  let from_w = 2u * (W + MARGIN);

  var sum = 0.0;
  for (var i = 0u; i < IN; i++) {
    // The taps of a channel are summed apart: 16·IN terms in one go would lose half a digit.
    var part = 0.0;
    for (var ky = 0u; ky < 4u; ky++) {
      for (var kx = 0u; kx < 4u; kx++) {
        // −1 wraps to a large number: outside.
        let r = 2u * (pixel / W) + ky + MARGIN - 1u;
        let s = 2u * (pixel % W) + kx + MARGIN - 1u;
        if (r < from_h && s < from_w) {
          let weight = weights[(((o / 8u) * IN + i) * 16u + ky * 4u + kx) * 8u + o % 8u];
          part += f32(weight) * f32(x[((picture * IN + i) * from_h + r) * from_w + s]);
        }
      }
    }
    sum += part;
  }
  y[(picture * OUT + o) * H * W + pixel] = Stored(sum);
}
