// Reading and adding up for the broadcast convolutions whose invocations take 4 columns of 2 rows of a styled map.
//
// Of the kernel: the bindings x and shape, MARGIN, by how much the map of x is smaller than shape says, and the libraries
// broadcast and map-read.

// Four neighbouring pixels of a row, as the three columns of the kernel see them.
struct Row { left: vec4f, middle: vec4f, right: vec4f }

// The styled map at (r, s); zero outside. Unsigned arithmetic makes −1 a large number, so one comparison serves.
fn tap(plane: u32, r: u32, s: u32, style: Style) -> f32 {
  let across = shape.w - MARGIN;
  let inside = r < shape.h - MARGIN && s < across;
  return select(0.0, styled(f32(x[select(0u, plane + r * across + s, inside)]), style), inside);
}

fn row_at(plane: u32, r: u32, column: u32, style: Style) -> Row {
  let p0 = tap(plane, r, column - 1u, style);
  let p1 = tap(plane, r, column, style);
  let p2 = tap(plane, r, column + 1u, style);
  let p3 = tap(plane, r, column + 2u, style);
  let p4 = tap(plane, r, column + 3u, style);
  let p5 = tap(plane, r, column + 4u, style);
  return Row(vec4f(p0, p1, p2, p3), vec4f(p1, p2, p3, p4), vec4f(p2, p3, p4, p5));
}

// Adds one tap to all 8 channels of both rows; lane l of the subgroup holds the weight of channel l.
fn accumulate(upper: ptr<function, Tile>, lower: ptr<function, Tile>, lane_weight: f32, above: vec4f, below: vec4f) {
  let w0 = subgroupBroadcast(lane_weight, 0u);
  (*upper)[0] += w0 * above;
  (*lower)[0] += w0 * below;
  let w1 = subgroupBroadcast(lane_weight, 1u);
  (*upper)[1] += w1 * above;
  (*lower)[1] += w1 * below;
  let w2 = subgroupBroadcast(lane_weight, 2u);
  (*upper)[2] += w2 * above;
  (*lower)[2] += w2 * below;
  let w3 = subgroupBroadcast(lane_weight, 3u);
  (*upper)[3] += w3 * above;
  (*lower)[3] += w3 * below;
  let w4 = subgroupBroadcast(lane_weight, 4u);
  (*upper)[4] += w4 * above;
  (*lower)[4] += w4 * below;
  let w5 = subgroupBroadcast(lane_weight, 5u);
  (*upper)[5] += w5 * above;
  (*lower)[5] += w5 * below;
  let w6 = subgroupBroadcast(lane_weight, 6u);
  (*upper)[6] += w6 * above;
  (*lower)[6] += w6 * below;
  let w7 = subgroupBroadcast(lane_weight, 7u);
  (*upper)[7] += w7 * above;
  (*lower)[7] += w7 * below;
}
