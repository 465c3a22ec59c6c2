// One value an invocation, and a grid that may be folded into two dimensions (dispatch.ts, `grid`).
//
// Of the kernel: the override WORKGROUP.

// The value that invocation `local` of a workgroup makes; beyond the last one for some.
fn value_of(local: u32, group: vec3u, groups: vec3u) -> u32 {
  return (group.y * groups.x + group.x) * WORKGROUP + local;
}
