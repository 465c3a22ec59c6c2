// A matrix times a vector of each picture: a workgroup makes 4·QUADS results; invocation (q, k) sums every PARTS-th input for 4 of
// them, then the partial sums are added in order.
//
// Of the kernel: the overrides IN, OUT, QUADS (blocks of 4 results in a workgroup) and PARTS (parts in which the inputs are
// summed), the binding weights [IN][OUT/4][4], the function input_at(picture, i), and a workgroup of QUADS × PARTS.
var<workgroup> dense_parts: array<vec4f, QUADS * PARTS>;

// Four results from 4·quad on, whole where local.y is 0; zero beyond the last.
fn dense(local: vec3u, quad: u32, picture: u32) -> vec4f {
  let columns = (OUT + 3u) / 4u;
  var sum = vec4f(0);
  if (quad < columns) {
    for (var i = local.y; i < IN; i += PARTS) { sum += weights[i * columns + quad] * input_at(picture, i); }
  }
  dense_parts[local.y * QUADS + local.x] = sum;
  workgroupBarrier();
  if (local.y == 0u) {
    for (var k = 1u; k < PARTS; k++) { sum += dense_parts[k * QUADS + local.x]; }
  }
  return sum;
}
