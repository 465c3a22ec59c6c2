// Multiply-adds and nothing else: what an adapter does at best in arithmetic of f32.
//
// Twelve chains an invocation, independent of each other, so that none waits for its last result; they stay in registers, and
// their factor is another in every invocation, so that none is worked out once for all. How many turns they take is data: a
// compiler can neither unroll nor foretell them. A turn is eight multiply-adds of each chain, 192 floating point operations.
// Layout: turns, one number; y, one value an invocation. workgroup_id: x.
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> turns: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = 0.5 + f32(id.x % 1024u) / 4096.0;
  let addend = 0.25;
  var a = vec4f(0.0, 0.25, 0.5, 0.75);
  var b = a + 1.0;
  var c = a + 2.0;
  let count = turns[0];
  for (var turn = 0u; turn < count; turn++) {
    for (var k = 0u; k < 8u; k++) {
      a = a * factor + addend;
      b = b * factor + addend;
      c = c * factor + addend;
    }
  }
  let sum = a + b + c;
  y[id.x] = sum.x + sum.y + sum.z + sum.w;
}
