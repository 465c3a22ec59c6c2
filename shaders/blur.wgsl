//! use lrelu, activate
// [1 2 1]⊗[1 2 1]/16 on every channel: y[r, s] of the nine samples from (r − BEFORE, s − BEFORE) on, zero outside.
//
// BEFORE 1 keeps the size, and is its own adjoint; 0 makes only what nine samples are there for, and 2 is the adjoint of that.
// ACTIVATE puts StyleGAN2's epilogue behind: lib/activate.wgsl.
// Layout: x [n, C, H + 2 − 2·BEFORE, W + 2 − 2·BEFORE], y [n, C, H, W].
// Work: one invocation makes 4 pixels of a row. workgroup_id: x pixels, y channel, z picture.
override C: u32;
override H: u32;
override W: u32;
override BEFORE: u32;
override ACTIVATE: bool;
override FACTOR: bool;
override NOISE: bool;
override SLOPE: f32;
override CLAMP: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read_write> y: array<Stored>;
@group(0) @binding(2) var<storage, read> factor: array<f32>;
@group(0) @binding(3) var<storage, read> noise: array<f32>;
@group(0) @binding(4) var<storage, read> noise_weight: array<f32>;
@group(0) @binding(5) var<storage, read> bias: array<f32>;

override FROM_H: u32 = H + 2 - 2 * BEFORE;
override FROM_W: u32 = W + 2 - 2 * BEFORE;

fn tap(plane: u32, r: u32, s: u32) -> f32 {
  let inside = r < FROM_H && s < FROM_W;
  return select(0.0, f32(x[select(0u, plane + r * FROM_W + s, inside)]), inside);
}

// The sum [1 2 1] down a column s, from row r on.
fn column_sum(plane: u32, r: u32, s: u32) -> f32 {
  return tap(plane, r, s) + 2.0 * tap(plane, r + 1u, s) + tap(plane, r + 2u, s);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  let quads = (W + 3u) / 4u;
  let row = id.x / quads;
  let column = (id.x % quads) * 4u;
  let plane = (group.z * C + group.y) * FROM_H * FROM_W;
  let r = row - BEFORE;
  let s = column - BEFORE;
  let c0 = column_sum(plane, r, s);
  let c1 = column_sum(plane, r, s + 1u);
  let c2 = column_sum(plane, r, s + 2u);
  let c3 = column_sum(plane, r, s + 3u);
  let c4 = column_sum(plane, r, s + 4u);
  let c5 = column_sum(plane, r, s + 5u);
  var blurred = (vec4f(c0, c1, c2, c3) + 2.0 * vec4f(c1, c2, c3, c4) + vec4f(c2, c3, c4, c5)) / 16.0;
  if (ACTIVATE) { blurred = activated(blurred, group.z, group.y, C, row * W + column, H * W); }
  if (row < H) {
    let to = ((group.z * C + group.y) * H + row) * W + column;
    for (var p = 0u; p < 4u; p++) {
      if (column + p < W) { y[to + p] = Stored(blurred[p]); }
    }
  }
}
