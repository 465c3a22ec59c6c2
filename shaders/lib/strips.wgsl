// Four neighbouring pixels of a row at a time, down a strip of rows: those of a map, or where BLUR of the map blurred by
// [1 2 1]⊗[1 2 1]/16. Row by row each sample is then read once for a strip, not once for each pixel above and below.
//
// Of the kernel: the override BLUR; LOOPED, whether the six samples of a row are a loop, which is short to compile, and waits for each of
// them; the function tap(plane, r, s), which is the map at (r, s) and zero outside; and shape, with h and w of the map that is made, rows
// of a strip, and by how much the blur's samples begin before (blur.wgsl).

// Strips of a channel, quads of columns first.
fn strips() -> u32 {
  return (shape.w + 3u) / 4u * ((shape.h + shape.rows - 1u) / shape.rows);
}

// First column and row of a strip, and the row behind its last.
fn strip_at(strip: u32) -> vec3u {
  let quads = (shape.w + 3u) / 4u;
  let top = strip / quads * shape.rows;
  return vec3u(strip % quads * 4u, top, min(top + shape.rows, shape.h));
}

// Which of the four pixels from a column on are there.
fn within(column: u32) -> vec4<bool> {
  return vec4u(column) + vec4u(0, 1, 2, 3) < vec4u(shape.w);
}

fn four(plane: u32, r: u32, s: u32) -> vec4f {
  return vec4f(tap(plane, r, s), tap(plane, r, s + 1u), tap(plane, r, s + 2u), tap(plane, r, s + 3u));
}

// [1 2 1] along row r, four times from column s on.
fn across(plane: u32, r: u32, s: u32) -> vec4f {
  if (LOOPED) {
    var taps: array<f32, 6>;
    for (var i = 0u; i < 6u; i++) { taps[i] = tap(plane, r, s + i); }
    let first = vec4f(taps[0], taps[1], taps[2], taps[3]);
    return first + 2.0 * vec4f(first.yzw, taps[4]) + vec4f(first.zw, taps[4], taps[5]);
  }
  let near = four(plane, r, s);
  let far = vec2f(tap(plane, r, s + 4u), tap(plane, r, s + 5u));
  return near + 2.0 * vec4f(near.yzw, far.x) + vec4f(near.zw, far);
}

// The rows of the samples that the next four pixels are made of, but the last.
struct Above { first: vec4f, second: vec4f }

fn start_strip(plane: u32, column: u32, top: u32) -> Above {
  if (!BLUR) { return Above(); }
  let r = top - shape.before;
  let s = column - shape.before;
  return Above(across(plane, r, s), across(plane, r + 1u, s));
}

// The four pixels of the next row of a strip.
fn next_four(above: ptr<function, Above>, plane: u32, column: u32, row: u32) -> vec4f {
  if (!BLUR) { return four(plane, row, column); }
  let third = across(plane, row + 2u - shape.before, column - shape.before);
  let made = ((*above).first + 2.0 * (*above).second + third) / 16.0;
  *above = Above((*above).second, third);
  return made;
}
