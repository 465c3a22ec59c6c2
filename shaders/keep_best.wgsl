//! use better
// Remembers the step of least total of each picture among those whose distance is at most eps, or of all where there is none: the
// earliest on ties; a NaN is never better.
//
// Layout: all [n, 1]. Work: one picture an invocation. workgroup_id: z picture.
override EPS: f32;

struct Scalars { rate: f32, root_correction: f32, step: f32 }

@group(0) @binding(0) var<storage, read> total: array<f32>;
@group(0) @binding(1) var<storage, read> distance: array<f32>;
@group(0) @binding(2) var<storage, read_write> best: array<f32>;
@group(0) @binding(3) var<storage, read_write> within: array<f32>;
@group(0) @binding(4) var<storage, read_write> best_step: array<f32>;
@group(0) @binding(5) var<storage, read_write> improved: array<f32>;
@group(0) @binding(6) var<storage, read> scalars: Scalars;

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3u) {
  let near = select(0.0, 1.0, distance[group.z] <= EPS);
  let better = is_better(near, total[group.z], within[group.z], best[group.z]);
  improved[group.z] = select(0.0, 1.0, better);
  if (better) {
    best[group.z] = total[group.z];
    within[group.z] = near;
    best_step[group.z] = scalars.step;
  }
}
