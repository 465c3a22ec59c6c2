// Whether a step is better than the best so far: one within eps before any other, and of two alike the lower total. NaN never is.

const LARGEST = 3.4028234663852886e38;

/** `near`, `within`: 1 where the step's distance, that of the best so far, is at most eps, else 0. */
fn is_better(near: f32, total: f32, within: f32, best: f32) -> bool {
  return (near > within && total <= LARGEST) || (near == within && total < best);
}
