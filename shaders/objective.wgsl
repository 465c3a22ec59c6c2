// The total loss of each picture: Σ weight·max(term, floor) over up to three terms; a floor of −∞ is none. A term that is NaN
// stays NaN (WGSL's max would make it the floor, and the picture the best).
//
// Layout: terms and total [n, 1]. Work: one picture an invocation. workgroup_id: z picture.
override TERMS: u32;
override WEIGHT0: f32;
override WEIGHT1: f32;
override WEIGHT2: f32;
override FLOOR0: f32;
override FLOOR1: f32;
override FLOOR2: f32;

@group(0) @binding(0) var<storage, read> term0: array<f32>;
@group(0) @binding(1) var<storage, read> term1: array<f32>;
@group(0) @binding(2) var<storage, read> term2: array<f32>;
@group(0) @binding(3) var<storage, read_write> total: array<f32>;

fn clamped(term: f32, least: f32) -> f32 {
  return select(term, least, term < least);
}

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3u) {
  var sum = WEIGHT0 * clamped(term0[group.z], FLOOR0);
  if (TERMS > 1u) { sum += WEIGHT1 * clamped(term1[group.z], FLOOR1); }
  if (TERMS > 2u) { sum += WEIGHT2 * clamped(term2[group.z], FLOOR2); }
  total[group.z] = sum;
}
