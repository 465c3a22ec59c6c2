// The gradient of StyleGAN1's epilogue, from the gradient g with respect to the styled map a·(x − mean) + b:
//
//   a · (g − Σg/N − x̂·Σ(g·x̂)/N) · slope(x),   x̂ = (x − mean)/σ, N = PIXELS
//
// The sign of the activation is the sign of x. Layout: g, x, result [n, C, PIXELS]; coefficients [n, 3, C]
// (mean, a, b); moments (mean, 1/σ) and sums (Σ g·x̂, Σ g) [n, 2, C]. Work: one pixel an invocation. workgroup_id: x pixels, y channel, z picture.
override C: u32;
override PIXELS: u32;
override SLOPE: f32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> g: array<Stored>;
@group(0) @binding(1) var<storage, read> x: array<Stored>;
@group(0) @binding(2) var<storage, read> coefficients: array<f32>;
@group(0) @binding(3) var<storage, read> moments: array<f32>;
@group(0) @binding(4) var<storage, read> sums: array<f32>;
@group(0) @binding(5) var<storage, read_write> result: array<Stored>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) group: vec3u) {
  if (id.x >= PIXELS) { return; }
  let first = 2u * group.z * C + group.y;
  let second = first + C;
  let at = (group.z * C + group.y) * PIXELS + id.x;
  let value = f32(x[at]);
  let normal = (value - moments[first]) * moments[second];
  let centred = f32(g[at]) - (sums[second] + normal * sums[first]) / f32(PIXELS);
  result[at] = Stored(coefficients[(3u * group.z + 1u) * C + group.y] * centred * select(SLOPE, 1.0, value > 0.0));
}
