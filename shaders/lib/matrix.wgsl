// Subgroup matrices of 16 × 16: factors in f16, sums in f32. A subgroup holds a matrix together; no invocation sees its elements.
//
// Of the kernel: the binding weights, which has to be of f16; in workgroup memory patch_tile, of Factor, and result_tile, of f32; the
// constants UNITS (subgroups that hold matrices) and LAST_POSITION. lib/matrix-emulated.wgsl has the same functions in plain loops.
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;
// Whether a subgroup's invocations are together follows from its number, of which Dawn does not know that they share it.
diagnostic(off, chromium.subgroup_matrix_uniformity);

const SIDE = 16u;
const CELLS = SIDE * SIDE;
// 8 more than a row: otherwise rows would begin in the same banks of workgroup memory.
const PITCH = SIDE + 8u;
alias Factor = f16;
alias Left = subgroup_matrix_left<f16, SIDE, SIDE>;
alias Right = subgroup_matrix_right<f16, SIDE, SIDE>;
alias Sum = subgroup_matrix_result<f32, SIDE, SIDE>;

// The number of the invocation's subgroup. Where subgroups are smaller than the kernel was told, there are more than UNITS.
fn unit_of(local: u32, subgroup: u32) -> u32 {
  return subgroup;
}

// weights[at + SIDE·m + k] as [m][k].
fn load_left(at: u32) -> Left {
  return subgroupMatrixLoad<Left, row_major>(&weights, at, SIDE);
}

// patch_tile[PITCH·(position + n) + k] as [k][n]; no position is beyond LAST_POSITION. Said here, Dawn sees it, and makes no other
// load, of which a compiler would know less where it is aligned.
fn load_right(position: u32) -> Right {
  return subgroupMatrixLoad<Right, col_major>(&patch_tile, min(position, LAST_POSITION) * PITCH, PITCH);
}

// sum + left · right
fn multiply_add(left: Left, right: Right, sum: Sum) -> Sum {
  return subgroupMatrixMultiplyAccumulate(left, right, sum);
}

// result_tile[unit][m][n] = sum[m][n]
fn store_sum(unit: u32, sum: Sum) {
  subgroupMatrixStore<row_major>(&result_tile, min(unit, UNITS - 1u) * CELLS, sum, SIDE);
}
