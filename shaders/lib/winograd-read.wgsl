// A line of four windows of a map: lib/winograd.wgsl.
//
// Of the kernel: the constant SIDE, the override IN, the bindings x and coefficients, and the library map-read.

// @param near, far  where in x the first values of the two rows stand; what lies beyond the map's edges is read and not taken
// @param near_sign, far_sign  what the rows count; 0 outside the map
// @param column, columns  of the first value, and of the map
fn read_line(
  near: u32, far: u32, near_sign: f32, far_sign: f32, column: u32, columns: u32, style: Style,
) -> array<f32, 13> {
  let near_a = near_sign * style.a;
  let far_a = far_sign * style.a;
  let b = (near_sign + far_sign) * style.b;
  var t: array<f32, 13>;
  for (var k = 0u; k < 3u * SIDE + 4u; k++) {
    var near_x = f32(x[near + k]);
    var far_x = f32(x[far + k]);
    if (READ == 1u) {
      near_x -= style.mean;
      far_x -= style.mean;
    }
    t[k] = near_a * near_x;
    if (READ == 1u) { t[k] += b; }
    t[k] += far_a * far_x;
    // Where whole strips lie within the map only their ends can be outside.
    let within = SIDE == 2u && columns % 8u == 0u && k > 0u && k < 9u;
    if (!within) { t[k] = select(0.0, t[k], column + k < columns); }
  }
  return t;
}

fn style_at(picture: u32, channel: u32) -> Style {
  if (!MODULATE) { return PLAIN; }
  return style_of(picture, IN, channel);
}
