//! use tiled, tiled-store, map-read
// Transposed 4×4 convolution of stride 2, padding 1, for GPUs: tiles of input and weights in workgroup memory.
//
//   y[o, Y, X] = Σ_i Σ m[i, r, s] · weight[o, i, Y + 1 − MARGIN − 2r, X + 1 − MARGIN − 2s],
//   m = a[i]·(x − mean[i]) + b[i] or x; 0 outside
//
// Output row Y = 2r + py reads the input rows r + py − 1 and r + py, with the margin r − 1 and r; columns likewise (see
// conv_up_broadcast.wgsl).
// Layout: x [n, IN, H − MARGIN, W − MARGIN]; coefficients: lib/map-read.wgsl; weights packed as
// [OUT/4][phase][IN][dy][phase][dx][4] (pack.ts): a panel for 4 channels and a row of the two; y [n, OUT, 2H, 2W].
// Work: a workgroup makes ROWS × 4·QUADS of the 2×2 blocks of y, for GROUPS panels; an invocation, for 4 neighbouring blocks, the
// 8 pixels of its panel's row for 4 channels. Neighbouring panels are those of both rows, which read the same pixels. SLICE input
// channels at a time are in workgroup memory. workgroup_id: x tiles of blocks, y of panels, z picture.
override IN: u32;
override OUT: u32;
override H: u32;
override W: u32;
override READ: u32;
override MARGIN: u32;
override QUADS: u32;
override ROWS: u32;
override GROUPS: u32;
override SLICE: u32;
override SPLIT: u32;

@group(0) @binding(0) var<storage, read> x: array<Stored>;
@group(0) @binding(1) var<storage, read> weights: array<Stored4>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<Stored>;

override FROM_H: u32 = H - MARGIN;
override FROM_W: u32 = W - MARGIN;
override TO_H: u32 = 2 * H;
override TO_W: u32 = 2 * W;
override PATCH_ROWS: u32 = ROWS + 2;
override PATCH_WIDTH: u32 = 4 * QUADS + 2;
override PATCH: u32 = PATCH_ROWS * PATCH_WIDTH;
const WEIGHTS = 8u;
const CHANNELS = 4u;
const TAIL = 0u;
const PART = 16u;
// The weights of even and odd columns within those of a row.
override EVEN: u32 = 2 * MARGIN;
override ODD: u32 = 2 - EVEN;

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
  let panel = first_block + channels;
  // With the margin y stands one row and one column further on, and the phases have changed places.
  let py = (panel % 2u) ^ MARGIN;
  let below = panel % 2u * (1u - MARGIN);
  // Worked out once: what the loop keeps beside them costs registers, so that the invocation's place is read out of origin at the end.
  let weights_origin = channels * WEIGHT_PITCH;
  let origin = (tile_y + below) * PATCH_WIDTH + 4u * quad;
  var source = source_of(local, picture, share, place.tile_row - 1u, place.tile_column - 1u, panel);
  var asked = ask(&source, 0u);

  var even: array<vec4f, 4>; // output columns 2·column + 0, 2, 4, 6
  var odd: array<vec4f, 4>;  // output columns 2·column + 1, 3, 5, 7
  for (var p = 0u; p < PARTS; p++) {
    // Summed apart: 4·IN terms in one go would lose half a digit.
    var even_part = array<vec4f, 4>();
    var odd_part = array<vec4f, 4>();
    for (var n = 0u; n < PART_SLICES; n++) {
      let slice = p * PART_SLICES + n;
      if (!EVEN_PARTS && slice >= SLICES) { break; }
      put(&asked, &source, slice);
      workgroupBarrier();
      asked = Asked();
      if (slice + 1u < SLICES) { asked = ask(&source, slice + 1u); }

      for (var c = 0u; c < SLICE; c++) {
        for (var dy = 0u; dy < 2u; dy++) {
          let start = c * PATCH_PITCH + origin + dy * PATCH_WIDTH;
          let near = vec4f(patch_tile[start], patch_tile[start + 1u], patch_tile[start + 2u], patch_tile[start + 3u]);
          let far = vec2f(patch_tile[start + 4u], patch_tile[start + 5u]);
          var pixels = array<vec4f, 3>(near, vec4f(near.yzw, far.x), vec4f(near.zw, far));
          for (var dx = 0u; dx < 2u; dx++) {
            let at = weights_origin + c * WEIGHTS + dy * 4u + dx;
            let even_weights = vec4f(weight_tile[at + EVEN]);
            let odd_weights = vec4f(weight_tile[at + ODD]);
            for (var k = 0u; k < 4u; k++) {
              even_part[k] += even_weights[k] * pixels[dx];
              odd_part[k] += odd_weights[k] * pixels[dx + 1u - MARGIN];
            }
          }
        }
      }
      workgroupBarrier();
    }
    for (var k = 0u; k < 4u; k++) {
      even[k] += even_part[k];
      odd[k] += odd_part[k];
    }
  }

  let row = 2u * (place.tile_row + origin / PATCH_WIDTH - below) + py;
  let column = 2u * (place.tile_column + origin % PATCH_WIDTH);
  for (var k = 0u; k < 4u; k++) {
    let o = (panel >> 1u) * 4u + k;
    store(vec4f(even[k].x, odd[k].x, even[k].y, odd[k].y), picture * SPLIT + share, o, row, column);
    store(vec4f(even[k].z, odd[k].z, even[k].w, odd[k].w), picture * SPLIT + share, o, row, column + 4u);
  }
}
