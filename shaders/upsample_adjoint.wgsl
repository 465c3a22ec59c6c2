// The adjoint of upsample.wgsl, which is [1 3 3 1]⊗[1 3 3 1]/16 and then every other sample, zero outside: per axis
//
//   y[j] = (x[2j − 1] + 3·x[2j] + 3·x[2j + 1] + x[2j + 2])/4
//
// Layout: x [n, C, 2H, 2W], y [n, C, H, W]. Work: one pixel an invocation. workgroup_id: x pixels, y channel, z picture.
override C: u32;
override H: u32;
override W: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read_write> y: array<Stored>;

fn tap(plane: u32, r: u32, s: u32) -> f32 {
  let inside = r < 2u * H && s < 2u * W;
  return select(0.0, f32(x[select(0u, plane + r * 2u * W + s, inside)]), inside);
}

// The sum [1 3 3 1] along row r, from column s on.
fn row_sum(plane: u32, r: u32, s: u32) -> f32 {
  return tap(plane, r, s) + 3.0 * (tap(plane, r, s + 1u) + tap(plane, r, s + 2u)) + tap(plane, r, s + 3u);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let row = id.x / W;
  if (row >= H) { return; }
  let to = (group.z * C + group.y) * H * W + id.x;
  let plane = 4u * (group.z * C + group.y) * H * W;
  let r = 2u * row - 1u;
  let s = 2u * (id.x % W) - 1u;
  let middle = row_sum(plane, r + 1u, s) + row_sum(plane, r + 2u, s);
  y[to] = Stored((row_sum(plane, r, s) + 3.0 * middle + row_sum(plane, r + 3u, s)) / 16.0);
}
