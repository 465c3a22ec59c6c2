// The gradient of the losses by the picture, before it was reduced along both axes (bicubic.wgsl) and before that multiplied by
// SCALE:
//
//   SCALE · Σ_i across[x, i] · Σ_j down[y, j] · d[j, i],   d = squares·SQUARES·(small − goal) + absolute·ABSOLUTE·sign(small − goal)
//
// Layout: squares, absolute [n, 1], each absent where its factor is 0; small, goal [n, C, ROWS, COLUMNS]; lines: for each of the H
// rows the first j and DOWN weights, then for each of the W columns the first i, which never falls, and ACROSS weights; result
// [n, C, H, W]. Work: a workgroup takes WORKGROUP pixels of a row: first the sums over j for the columns that they read, at most one an
// invocation, then a pixel an invocation. workgroup_id: x and y pixels of a row, row by row; z picture.
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

var<workgroup> sums: array<f32, WORKGROUP>;

// The first i that a column of the picture reads.
fn first_of(column: u32) -> u32 {
  return u32(lines[H * (DOWN + 1u) + column * (ACROSS + 1u)]);
}

// What stands at `at` among the reduced pictures' gradients.
fn gradient(at: u32, of_squares: f32, of_absolute: f32) -> f32 {
  let difference = small[at] - goal[at];
  return of_squares * difference + of_absolute * sign(difference);
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let across = (W + WORKGROUP - 1u) / WORKGROUP;
  let index = group.y * groups.x + group.x;
  let row = index / across;
  if (row >= C * H) { return; }
  let tile = (index % across) * WORKGROUP;
  let column = tile + local;
  let line = (row % H) * (DOWN + 1u);
  let channel = group.z * C + row / H;
  let begin = first_of(tile);
  let i = begin + local;
  var sum = 0.0;
  if (i < min(COLUMNS, first_of(min(tile + WORKGROUP, W) - 1u) + ACROSS)) {
    var of_squares = 0.0;
    var of_absolute = 0.0;
    if (SQUARES != 0.0) { of_squares = squares[group.z] * SQUARES; }
    if (ABSOLUTE != 0.0) { of_absolute = absolute[group.z] * ABSOLUTE; }
    let first = (channel * ROWS + u32(lines[line])) * COLUMNS + i;
    for (var j = 0u; j < DOWN; j++) {
      sum += lines[line + 1u + j] * gradient(first + j * COLUMNS, of_squares, of_absolute);
    }
  }
  sums[local] = sum;
  workgroupBarrier();
  if (column >= W) { return; }
  let own = first_of(column) - begin;
  let weights = H * (DOWN + 1u) + column * (ACROSS + 1u) + 1u;
  var value = 0.0;
  for (var k = 0u; k < ACROSS; k++) { value += lines[weights + k] * sums[own + k]; }
  result[(channel * H + row % H) * W + column] = SCALE * value;
}
