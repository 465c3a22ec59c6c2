// A dense layer: y = lrelu(weight·x + bias), picture by picture; SLOPE 1 is no activation.
//
// Layout: x [n, IN]; weights packed as [IN][OUT/4][4] (pack.ts; transposed for the adjoint); bias [OUT]; y [n, OUT].
// Work: a workgroup makes 4·QUADS results: invocation (q, k) sums every PARTS-th input for 4 of them, then the partial
// sums are added in order. workgroup_id: x results/(4·QUADS), z picture.
override IN: u32;
override OUT: u32;
override BIAS: bool;
override SLOPE: f32;
override QUADS: u32; // blocks of 4 results in a workgroup
override PARTS: u32; // parts in which the inputs are summed

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

var<workgroup> partial: array<vec4f, QUADS * PARTS>;

@compute @workgroup_size(QUADS, PARTS)
fn main(@builtin(local_invocation_id) local: vec3u, @builtin(workgroup_id) group: vec3u) {
  let columns = (OUT + 3u) / 4u;
  let quad = group.x * QUADS + local.x;
  var sum = vec4f(0);
  if (quad < columns) {
    for (var i = local.y; i < IN; i += PARTS) { sum += weights[i * columns + quad] * x[group.z * IN + i]; }
  }
  partial[local.y * QUADS + local.x] = sum;
  workgroupBarrier();
  if (local.y != 0u || quad >= columns) { return; }
  for (var k = 1u; k < PARTS; k++) { sum += partial[k * QUADS + local.x]; }
  for (var k = 0u; k < 4u; k++) {
    let o = quad * 4u + k;
    if (o < OUT) {
      var value = sum[k];
      if (BIAS) { value += bias[o]; }
      y[group.z * OUT + o] = select(SLOPE * value, value, value > 0.0);
    }
  }
}
