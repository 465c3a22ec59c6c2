// [1 2 1]⊗[1 2 1]/16 with zero padding, on every channel; its own adjoint.
//
// Layout: x, y [n, C, H, W]. Work: one invocation makes 4 pixels of a row. workgroup_id: x pixels, y channel, z picture.
override C: u32;
override H: u32;
override W: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read_write> y: array<Stored>;

fn tap(plane: u32, r: u32, s: u32) -> f32 {
  let inside = r < H && s < W;
  return select(0.0, f32(x[select(0u, plane + r * W + s, inside)]), inside);
}

// The sum [1 2 1] down a column s, around row r.
fn column_sum(plane: u32, r: u32, s: u32) -> f32 {
  return tap(plane, r - 1u, s) + 2.0 * tap(plane, r, s) + tap(plane, r + 1u, s);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let quads = (W + 3u) / 4u;
  let row = id.x / quads;
  let column = (id.x % quads) * 4u;
  let plane = (group.z * C + group.y) * H * W;
  let c0 = column_sum(plane, row, column - 1u);
  let c1 = column_sum(plane, row, column);
  let c2 = column_sum(plane, row, column + 1u);
  let c3 = column_sum(plane, row, column + 2u);
  let c4 = column_sum(plane, row, column + 3u);
  let c5 = column_sum(plane, row, column + 4u);
  let blurred = (vec4f(c0, c1, c2, c3) + 2.0 * vec4f(c1, c2, c3, c4) + vec4f(c2, c3, c4, c5)) / 16.0;
  if (row < H) {
    for (var p = 0u; p < 4u; p++) {
      if (column + p < W) { y[plane + row * W + column + p] = Stored(blurred[p]); }
    }
  }
}
