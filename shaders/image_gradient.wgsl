//! use one-value
// The gradient of the losses by the picture, before it was reduced along both axes (bicubic.wgsl) and before that multiplied by
// SCALE:
//
//   SCALE · Σ_j down[y, j] · Σ_i across[x, i] · d[j, i],   d = squares·SQUARES·(small − goal) + absolute·ABSOLUTE·sign(small − goal)
//
// Layout: squares, absolute [n, 1], each absent where its factor is 0; small, goal [n, C, ROWS, COLUMNS]; lines: for each of the H
// rows the first j and DOWN weights, then for each of the W columns the first i and ACROSS weights; result [n, C, H, W].
// Work: one value an invocation. workgroup_id: x and y values, z picture.
override C: u32;
override H: u32;
override W: u32;
override ROWS: u32;
override COLUMNS: u32;
override DOWN: u32;
override ACROSS: u32;
override SQUARES: f32;
override ABSOLUTE: f32;
override SCALE: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> squares: array<f32>;
@group(0) @binding(1) var<storage, read> absolute: array<f32>;
@group(0) @binding(2) var<storage, read> small: array<f32>;
@group(0) @binding(3) var<storage, read> goal: array<f32>;
@group(0) @binding(4) var<storage, read> lines: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let e = value_of(local, group, groups);
  if (e >= C * H * W) { return; }
  var of_squares = 0.0;
  var of_absolute = 0.0;
  if (SQUARES != 0.0) { of_squares = squares[group.z] * SQUARES; }
  if (ABSOLUTE != 0.0) { of_absolute = absolute[group.z] * ABSOLUTE; }
  let row = ((e / W) % H) * (DOWN + 1u);
  let column = (H * (DOWN + 1u)) + (e % W) * (ACROSS + 1u);
  let first = (group.z * C + e / (H * W)) * ROWS * COLUMNS + u32(lines[row]) * COLUMNS + u32(lines[column]);
  var sum = 0.0;
  for (var j = 0u; j < DOWN; j++) {
    var part = 0.0;
    for (var i = 0u; i < ACROSS; i++) {
      let at = first + j * COLUMNS + i;
      let difference = small[at] - goal[at];
      part += lines[column + 1u + i] * (of_squares * difference + of_absolute * sign(difference));
    }
    sum += lines[row + 1u + j] * part;
  }
  result[group.z * C * H * W + e] = SCALE * sum;
}
