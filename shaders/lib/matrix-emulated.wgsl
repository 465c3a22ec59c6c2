// lib/matrix.wgsl in plain loops, for adapters without subgroup matrices: tests run the kernels with it. 32 invocations play a
// subgroup; each has 8 cells of a sum, and a factor is only the place where it lies.
//
// Of the kernel: as in lib/matrix.wgsl, and the override LANES, which has to be 32. Factors are in what the engine stores maps in.
enable subgroups;

const SIDE = 16u;
const CELLS = SIDE * SIDE;
const PITCH = SIDE;
const CELLS_EACH = 8u;
alias Factor = Stored;
alias Left = u32;
alias Right = u32;
alias Sum = array<f32, CELLS_EACH>;

var<private> lane: u32;

fn unit_of(local: u32, subgroup: u32) -> u32 {
  lane = local % LANES;
  return local / LANES;
}

fn load_left(at: u32) -> Left {
  return at;
}

fn load_right(position: u32) -> Right {
  return min(position, LAST_POSITION) * PITCH;
}

// `count`; but a compiler does not see that, and does not write a loop out, at which lavapipe's would be long.
fn times(count: u32) -> u32 {
  return select(0u, count, arrayLength(&weights) > 0u);
}

fn multiply_add(left: Left, right: Right, sum: Sum) -> Sum {
  var next = sum;
  for (var j = 0u; j < times(CELLS_EACH); j++) {
    let cell = j * LANES + lane;
    let row = left + cell / SIDE * SIDE;
    let column = right + cell % SIDE * PITCH;
    var products = 0.0;
    for (var k = 0u; k < times(SIDE); k++) { products += f32(weights[row + k]) * f32(patch_tile[column + k]); }
    next[j] += products;
  }
  return next;
}

fn store_sum(unit: u32, sum: Sum) {
  var cells = sum;
  for (var j = 0u; j < CELLS_EACH; j++) { result_tile[unit * CELLS + j * LANES + lane] = cells[j]; }
}
