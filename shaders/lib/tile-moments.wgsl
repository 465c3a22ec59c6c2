// The moments of what the workgroup of a tiled convolution makes, for each of its channels: those of each invocation's four pixels,
// merged by Chan, Golub & LeVeque (1983), equation 2.1, always in the same order.
//
// Of the kernel: the overrides OUT, H, W, the binding tiles [n, OUT, tiles], and the libraries tiled, tile-parts and moments.
override TILES: u32 = ((W + 4 * QUADS - 1) / (4 * QUADS)) * ((H + ROWS - 1) / ROWS);

// Of four channels.
struct FourMoments { count: f32, mean: vec4f, squares: vec4f }

// Of a row's pixels those that are there.
fn four_moments(values: array<vec4f, 4>, width: u32) -> FourMoments {
  let inside = vec4u(0, 1, 2, 3) < vec4u(width);
  var own = FourMoments(f32(width), vec4f(0), vec4f(0));
  if (width == 0u) { return own; }
  for (var k = 0u; k < 4u; k++) {
    own.mean[k] = dot(select(vec4f(0), values[k], inside), vec4f(1)) / own.count;
    let differences = select(vec4f(0), values[k] - own.mean[k], inside);
    own.squares[k] = dot(differences, differences);
  }
  return own;
}

// The moments of all invocations that make the same channels, whole in the first of them.
fn merge_tile(local: u32, own: ptr<function, FourMoments>) {
  let lane = local % LANES;
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (lane >= half && lane < 2u * half) {
      patch_tile[passed_at(0u, local, half)] = (*own).count;
      for (var k = 0u; k < 4u; k++) {
        patch_tile[passed_at(1u + k, local, half)] = (*own).mean[k];
        patch_tile[passed_at(5u + k, local, half)] = (*own).squares[k];
      }
    }
    workgroupBarrier();
    if (lane < half) {
      let upper = local + half;
      let other = patch_tile[passed_at(0u, upper, half)];
      let count = (*own).count + other;
      let share = select(0.0, other / count, count > 0.0);
      for (var k = 0u; k < 4u; k++) {
        let delta = patch_tile[passed_at(1u + k, upper, half)] - (*own).mean[k];
        (*own).mean[k] += delta * share;
        (*own).squares[k] += patch_tile[passed_at(5u + k, upper, half)] + delta * delta * (*own).count * share;
      }
      (*own).count = count;
    }
    workgroupBarrier();
  }
}

fn store_moments(sums: ptr<function, array<vec4f, 8>>, work: Work) {
  let place = work.place;
  let local = work.local;
  let picture = work.picture;
  let column = place.tile_column + 4u * place.quad;
  var width = 0u;
  if (place.tile_row + place.row < H && column < W) { width = min(4u, W - column); }
  for (var half = 0u; half < 2u; half++) {
    var own: FourMoments;
    if (half == 0u) {
      own = four_moments(array<vec4f, 4>((*sums)[0], (*sums)[1], (*sums)[2], (*sums)[3]), width);
    } else {
      own = four_moments(array<vec4f, 4>((*sums)[4], (*sums)[5], (*sums)[6], (*sums)[7]), width);
    }
    merge_tile(local, &own);
    for (var k = 0u; k < 4u; k++) {
      let o = (work.first_block + place.channels) * 8u + half * 4u + k;
      if (local % LANES == 0u && o < OUT) {
        tiles[(picture * OUT + o) * TILES + work.tile] = Moments(own.count, own.mean[k], own.squares[k]);
      }
    }
  }
}
