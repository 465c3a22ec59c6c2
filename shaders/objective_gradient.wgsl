// The gradient of objective with respect to one term: g·WEIGHT where term ≥ FLOOR, else 0 (as torch.clamp has it).
//
// Layout: all [n, 1]. Work: one picture an invocation. workgroup_id: z picture.
override WEIGHT: f32;
override FLOOR: f32;

@group(0) @binding(0) var<storage, read> g: array<f32>;
@group(0) @binding(1) var<storage, read> term: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3u) {
  result[group.z] = select(0.0, g[group.z] * WEIGHT, term[group.z] >= FLOOR);
}
