//! use map-read
// 1×1 convolution (to-RGB and its adjoint).
//
//   y[o, p] = Σ_i weight[o, i] · m[i, p] + bias[o],   m = a[i]·(x − mean[i]) + b[i] or x
//
// Layout: x [n, IN, PIXELS]; coefficients: lib/map-read.wgsl; weights packed as [OUT/4][IN][4] (pack.ts); bias [OUT];
// y [n, OUT, PIXELS]. Work: one invocation makes a pixel of 4 channels. workgroup_id: x pixels, y channels/4, z picture.
override IN: u32;
override OUT: u32;
override PIXELS: u32;
override READ: u32;
override BIAS: bool;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let p = id.x;
  let picture = group.z;
  if (p >= PIXELS) { return; }
  var sums = vec4f(0);
  for (var i = 0u; i < IN; i++) {
    var value = f32(x[(picture * IN + i) * PIXELS + p]);
    if (MODULATE) { value = styled(value, style_of(picture, IN, i)); }
    sums += vec4f(weights[group.y * IN + i]) * value;
  }
  for (var k = 0u; k < 4u; k++) {
    let o = group.y * 4u + k;
    if (o < OUT) {
      var value = sums[k];
      if (BIAS) { value += bias[o]; }
      y[(picture * OUT + o) * PIXELS + p] = Stored(value);
    }
  }
}
