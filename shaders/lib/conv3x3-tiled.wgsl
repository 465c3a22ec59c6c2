// A 3×3 convolution, padding 1, for GPUs: the kernel itself, but for what it reads and how it ends.
//
// Of the kernel: the overrides IN, OUT, H, W, QUADS, ROWS, GROUPS, SLICE, SPLIT, the binding weights, the library tiled with a way to read,
// and the function finish(sums, work), which stores what an invocation has: 4 pixels of a row for 8 channels.
override FROM_H: u32 = H;
override FROM_W: u32 = W;
override TO_H: u32 = H;
override TO_W: u32 = W;
override PATCH_ROWS: u32 = ROWS + 2;
override PATCH_WIDTH: u32 = 4 * QUADS + 2;
override PATCH: u32 = PATCH_ROWS * PATCH_WIDTH;
const WEIGHTS = 18u;
const CHANNELS = 8u;
const PART = 8u;

fn in_patch(e: u32) -> vec2u {
  return vec2u(e / PATCH_WIDTH, e % PATCH_WIDTH);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let place = place_of(local, group.x);
  // As in place_of, but where Dawn's range analysis sees them: it then clamps no index of the loop below.
  let quad = local % QUADS;
  let tile_y = (local / QUADS) % ROWS;
  let channels = local / (QUADS * ROWS);
  let picture = group.z;
  let share = group.y % SPLIT;
  let first_block = group.y / SPLIT * GROUPS;

  var source = source_of(local, picture, share, place.tile_row - 1u, place.tile_column - 1u, first_block + channels);
  var asked = ask(&source, 0u);

  var sums: array<vec4f, 8>;
  for (var p = 0u; p < PARTS; p++) {
    // Summed apart: 9·IN terms in one go would lose half a digit.
    var part = array<vec4f, 8>();
    for (var n = 0u; n < PART_SLICES; n++) {
      let slice = p * PART_SLICES + n;
      if (!EVEN_PARTS && slice >= SLICES) { break; }
      put(&asked, &source, slice);
      workgroupBarrier();
      asked = Asked();
      if (slice + 1u < SLICES) { asked = ask(&source, slice + 1u); }

      for (var c = 0u; c < SLICE; c++) {
        for (var ky = 0u; ky < 3u; ky++) {
          let start = c * PATCH_PITCH + (tile_y + ky) * PATCH_WIDTH + 4u * quad;
          let near = vec4f(patch_tile[start], patch_tile[start + 1u], patch_tile[start + 2u], patch_tile[start + 3u]);
          let far = vec2f(patch_tile[start + 4u], patch_tile[start + 5u]);
          var pixels = array<vec4f, 3>(near, vec4f(near.yzw, far.x), vec4f(near.zw, far));
          for (var kx = 0u; kx < 3u; kx++) {
            let at = channels * WEIGHT_PITCH + c * WEIGHTS + ky * 6u + kx * 2u;
            let low = vec4f(weight_tile[at]);
            let high = vec4f(weight_tile[at + 1u]);
            for (var k = 0u; k < 4u; k++) {
              part[k] += low[k] * pixels[kx];
              part[k + 4u] += high[k] * pixels[kx];
            }
          }
        }
      }
      workgroupBarrier();
    }
    for (var k = 0u; k < 8u; k++) { sums[k] += part[k]; }
  }

  finish(&sums, Work(local, picture, share, first_block, group.x, place));
}
