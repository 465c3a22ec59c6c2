// Upsampling by 2 with the FIR filter [1 3 3 1]⊗[1 3 3 1]/16, zero outside: per axis
//
//   y[2j] = (x[j − 1] + 3·x[j])/4,   y[2j + 1] = (3·x[j] + x[j + 1])/4
//
// Layout: x [n, C, H, W], y [n, C, 2H, 2W]. Work: one invocation makes, of a pixel of x and its neighbours, 2×2 pixels of y.
// workgroup_id: x pixels of x, y channel, z picture.
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

// The two results of row r, columns 2s and 2s + 1, if rows stayed as they are.
fn pair(plane: u32, r: u32, s: u32) -> vec2f {
  return 3.0 * tap(plane, r, s) + vec2f(tap(plane, r, s - 1u), tap(plane, r, s + 1u));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let row = id.x / W;
  let column = id.x % W;
  if (row >= H) { return; }
  let plane = (group.z * C + group.y) * H * W;
  let own = 3.0 * pair(plane, row, column);
  let upper = (own + pair(plane, row - 1u, column)) / 16.0;
  let lower = (own + pair(plane, row + 1u, column)) / 16.0;
  let to = 4u * plane + 2u * row * 2u * W + 2u * column;
  y[to] = Stored(upper.x);
  y[to + 1u] = Stored(upper.y);
  y[to + 2u * W] = Stored(lower.x);
  y[to + 2u * W + 1u] = Stored(lower.y);
}
