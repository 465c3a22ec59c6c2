// y = x: what an adapter does at best between processor and memory, read and written.
//
// Layout: x, y [SIZE] of four values each. Work: PER of them an invocation, WORKGROUP apart, so that neighbours stay neighbours.
// workgroup_id: x.
override SIZE: u32;
override PER: u32;
override WORKGROUP: u32;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) local: u32, @builtin(workgroup_id) group: vec3u) {
  let first = group.x * WORKGROUP * PER + local;
  for (var k = 0u; k < PER; k++) {
    let at = first + k * WORKGROUP;
    if (at < SIZE) { y[at] = x[at]; }
  }
}
