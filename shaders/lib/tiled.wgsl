// What the convolutions for GPUs share: a workgroup makes ROWS × 4·QUADS pixels for CHANNELS·GROUPS channels, an invocation 4 pixels
// of a row (or blocks of pixels) for CHANNELS channels; SLICE input channels at a time stand in workgroup memory.
//
// How they get there. A slice is asked for (`ask`) before the multiply-adds of the one before it, and put into workgroup memory
// (`put`) after them: all its loads are under way at once, and nobody waits for memory who has work. What does not change from slice to
// slice is worked out once (`source_of`): an invocation brings the same places of the patch of every channel, and weights of the
// block of channels that it works for. The coefficients of a channel are the same for all invocations.
//
// Of the kernel: the overrides IN, OUT, W, QUADS, ROWS, GROUPS, SLICE, SPLIT; FROM_H and FROM_W, the map of x; PATCH, how many words of
// workgroup memory a channel of the patch takes that the workgroup's pixels need, and in_patch(e), the row and column of the patch that
// stands in word e; the constants WEIGHTS, vec4 of weights that a block of CHANNELS channels has for each input channel, CHANNELS,
// PART, the input channels that are summed apart, and TAIL, numbers that patch_tile has to have room for when all is summed; the binding
// weights; and a way to read x: the library map-read or plain-read.
override WORKGROUP: u32 = QUADS * ROWS * GROUPS;
// Pixels of a channel that an invocation brings, and vec4 of weights of a slice; the last of them may be one too many.
override PIXEL_LOADS: u32 = (PATCH + WORKGROUP - 1) / WORKGROUP;
override WEIGHT_LOADS: u32 = (SLICE * WEIGHTS + QUADS * ROWS - 1) / (QUADS * ROWS);
// How many of these may be under way. Where there are more (few invocations, small maps) they are brought when they are put.
const MOST_PIXELS = 16u;
const MOST_WEIGHTS = 3u;
const MOST_SLICE = 8u;
override PIXELS_AHEAD: bool = SLICE * PIXEL_LOADS <= MOST_PIXELS;
override WEIGHTS_AHEAD: bool = WEIGHT_LOADS <= MOST_WEIGHTS;
// Slices of a workgroup: SPLIT of them share the input channels.
override SLICES: u32 = (IN + SLICE * SPLIT - 1) / (SLICE * SPLIT);
// Slices that are summed apart, of PART input channels together; and whether all parts have so many.
override PART_SLICES: u32 = (PART + SLICE - 1) / SLICE;
override PARTS: u32 = (SLICES + PART_SLICES - 1) / PART_SLICES;
override EVEN_PARTS: bool = SLICES % PART_SLICES == 0;
// Words from one channel's patch to the next: a multiple of 64 where that is a sixteenth more at most, for RDNA stores two values in
// one instruction at distances of so many.
override ROUND_PATCH: u32 = (PATCH + 63) / 64 * 64;
override PATCH_PITCH: u32 = select(PATCH, ROUND_PATCH, 16 * (ROUND_PATCH - PATCH) <= PATCH);
// vec4 from the weights of one block to the next: an odd number, so that blocks begin in different banks.
override WEIGHT_PITCH: u32 = SLICE * WEIGHTS + 1;
// Whether there are slices with channels beyond the last.
override RAGGED: bool = IN % (SLICE * SPLIT) != 0;

// [SLICE][PATCH_PITCH] and [GROUPS][WEIGHT_PITCH], and what is one too many behind the last. (A multiple of 16 bytes: RADV puts one behind
// the other as they are, and reads four numbers at once only where it knows that they stand at such a multiple.)
var<workgroup> patch_tile: array<f32, (max((SLICE - 1) * PATCH_PITCH + PIXEL_LOADS * WORKGROUP, TAIL) + 3) / 4 * 4>;
var<workgroup> weight_tile: array<Stored4, (GROUPS - 1) * WEIGHT_PITCH + WEIGHT_LOADS * QUADS * ROWS>;

// What an invocation brings.
struct Source {
  local: u32,
  picture: u32,
  // The first of its workgroup's input channels.
  channel: u32,
  // First row and column of the patch in the map of x; those above and left of it are large numbers.
  top: u32,
  left: u32,
  // Of each of its pixels: where it lies in x in channel 0, and whether it lies within the map.
  pixels: array<u32, MOST_PIXELS>,
  inside: array<bool, MOST_PIXELS>,
  held: array<Held, MOST_PIXELS>,
  // Its first vec4 of weights of input channel 0, and the last of its block.
  weights: u32,
  last_weights: u32,
}

// Of a slice that is under way.
struct Asked {
  pixels: array<Raw, MOST_PIXELS>,
  styles: array<Style, MOST_SLICE>,
  weights: array<Stored4, MOST_WEIGHTS>,
}

// `share`: which of the SPLIT workgroups that share the input channels. `panel`: the place of the weights of the invocation's channels among all, in blocks of CHANNELS channels (and phases of them).
fn source_of(local: u32, picture: u32, share: u32, top: u32, left: u32, panel: u32) -> Source {
  var source: Source;
  source.local = local;
  source.picture = picture;
  source.channel = share * SLICES * SLICE;
  source.top = top;
  source.left = left;
  if (PIXELS_AHEAD) {
    for (var n = 0u; n < PIXEL_LOADS; n++) {
      let place = place_in_map(source, n);
      source.pixels[n] = place.at;
      source.inside[n] = place.inside;
      source.held[n] = held_at(place.at, picture);
    }
  }
  source.weights = panel * IN * WEIGHTS + local % (QUADS * ROWS);
  source.last_weights = (panel + 1u) * IN * WEIGHTS - 1u;
  return source;
}

struct MapPlace { at: u32, inside: bool }

// Of an invocation's pixel number n. Outside of the map it is the first pixel, which can be read.
fn place_in_map(source: Source, n: u32) -> MapPlace {
  let e = source.local + n * WORKGROUP;
  let place = in_patch(e);
  let r = source.top + place.x;
  let s = source.left + place.y;
  let inside = e < PATCH && r < FROM_H && s < FROM_W;
  return MapPlace(source.picture * IN * FROM_H * FROM_W + select(0u, r * FROM_W + s, inside), inside);
}

// A channel that is there: what is made of those beyond the last is put as zero.
fn channel(i: u32) -> u32 {
  return select(i, min(i, IN - 1u), RAGGED);
}

// The place `at` of channel 0, in channel number c of a slice. The slice's part is added first, in so many words: Mesa then adds it to
// an invocation's places once, not for every channel anew.
fn in_channel(at: u32, slice: u32, c: u32) -> u32 {
  let map = FROM_H * FROM_W;
  return select((at + slice * map) + c * map, at + channel(slice + c) * map, RAGGED);
}

// Asks for slice number `number`.
fn ask(source: ptr<function, Source>, number: u32) -> Asked {
  let slice = (*source).channel + number * SLICE;
  var asked: Asked;
  if (WEIGHTS_AHEAD) {
    for (var n = 0u; n < WEIGHT_LOADS; n++) { asked.weights[n] = weights_at(source, slice, n); }
  }
  for (var c = 0u; c < SLICE; c++) { asked.styles[c] = style_of((*source).picture, IN, channel(slice + c)); }
  if (PIXELS_AHEAD) {
    for (var c = 0u; c < SLICE; c++) {
      for (var n = 0u; n < PIXEL_LOADS; n++) {
        asked.pixels[c * PIXEL_LOADS + n] = raw_at(in_channel((*source).pixels[n], slice, c));
      }
    }
  }
  return asked;
}

// The vec4 number n of the weights that an invocation brings. Some are one too many, which nobody uses; those of channels that are not
// there are multiplied by zero, and have to be numbers.
fn weights_at(source: ptr<function, Source>, slice: u32, n: u32) -> Stored4 {
  let at = (*source).weights + slice * WEIGHTS + n * QUADS * ROWS;
  return Stored4(weights[select(at, min(at, (*source).last_weights), RAGGED)]);
}

// Puts what was asked for into workgroup memory.
fn put(asked: ptr<function, Asked>, source: ptr<function, Source>, number: u32) {
  let slice = (*source).channel + number * SLICE;
  // What is known already, said again where Dawn's range analysis sees it: no index is clamped then.
  let lane = (*source).local % WORKGROUP;
  let block = lane / (QUADS * ROWS) * WEIGHT_PITCH + lane % (QUADS * ROWS);
  for (var n = 0u; n < WEIGHT_LOADS; n++) {
    if ((n + 1u) * QUADS * ROWS <= SLICE * WEIGHTS || lane % (QUADS * ROWS) + n * QUADS * ROWS < SLICE * WEIGHTS) {
      if (WEIGHTS_AHEAD) {
        weight_tile[block + n * QUADS * ROWS] = (*asked).weights[n];
      } else {
        weight_tile[block + n * QUADS * ROWS] = weights_at(source, slice, n);
      }
    }
  }
  for (var n = 0u; n < PIXEL_LOADS; n++) {
    if ((n + 1u) * WORKGROUP <= PATCH || lane + n * WORKGROUP < PATCH) {
      var place: MapPlace;
      var held: Held;
      if (PIXELS_AHEAD) {
        place = MapPlace((*source).pixels[n], (*source).inside[n]);
        held = (*source).held[n];
      } else {
        place = place_in_map(*source, n);
        held = held_at(place.at, (*source).picture);
      }
      for (var c = 0u; c < SLICE; c++) {
        var raw: Raw;
        if (PIXELS_AHEAD) {
          raw = (*asked).pixels[c * PIXEL_LOADS + n];
        } else {
          raw = raw_at(in_channel(place.at, slice, c));
        }
        let there = place.inside && (!RAGGED || slice + c < IN);
        patch_tile[c * PATCH_PITCH + lane + n * WORKGROUP] = select(0.0, made_of(raw, held, (*asked).styles[c]), there);
      }
    }
  }
}

// Where an invocation works.
struct Place {
  // First row and column of the workgroup's pixels.
  tile_row: u32,
  tile_column: u32,
  // Of the invocation within them: the four pixels of a row, the row, the block of channels.
  quad: u32,
  row: u32,
  channels: u32,
}

fn place_of(local: u32, tile: u32) -> Place {
  let tiles_across = (W + 4u * QUADS - 1u) / (4u * QUADS);
  return Place(
    (tile / tiles_across) * ROWS,
    (tile % tiles_across) * 4u * QUADS,
    local % QUADS,
    (local / QUADS) % ROWS,
    local / (QUADS * ROWS),
  );
}

// What an invocation has made belongs there: its share of the input channels, its workgroup's first block of channels and tile.
struct Work { local: u32, picture: u32, share: u32, first_block: u32, tile: u32, place: Place }
