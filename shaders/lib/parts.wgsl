// A map that may be the sum of parts, added up in their order (a convolution whose input channels were split), and of which a workgroup
// may hold a whole channel.
//
// Of the kernel: the override STAGED, values of a channel that the workgroup holds, or 1 where it holds none; WORKGROUP; the function
// from_size(), rows and columns of the map; the function part_of(at), which is the stored part at an index; shape, with c channels
// and the number of parts.
var<workgroup> staged: array<f32, STAGED>;

fn sum_of_parts(first: u32, stride: u32) -> f32 {
  var value = part_of(first);
  for (var p = 1u; p < shape.parts; p++) { value += part_of(first + p * stride); }
  return value;
}

// Where the first part of a channel begins.
fn first_part(picture: u32, channel: u32) -> u32 {
  let size = from_size();
  return (picture * shape.parts * shape.c + channel) * size.x * size.y;
}

// Brings a channel to the workgroup's memory. A barrier has to follow.
fn stage(plane: u32, local: u32) {
  let size = from_size();
  let pixels = size.x * size.y;
  for (var e = local; e < pixels; e += WORKGROUP) { staged[e] = sum_of_parts(plane + e, shape.c * pixels); }
}

// The map at (r, s), zero outside. Unsigned arithmetic makes −1 a large number, so one comparison serves.
fn whole_tap(plane: u32, r: u32, s: u32) -> f32 {
  let size = from_size();
  let inside = r < size.x && s < size.y;
  let at = select(0u, r * size.y + s, inside);
  var value: f32;
  if (STAGED > 1u) { value = staged[at]; } else { value = sum_of_parts(plane + at, shape.c * size.x * size.y); }
  return select(0.0, value, inside);
}
