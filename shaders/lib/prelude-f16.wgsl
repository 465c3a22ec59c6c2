// What the engine stores maps and weights in. Stands in front of every kernel; sums are f32, whatever is stored.
enable f16;
alias Stored = f16;
alias Stored4 = vec4<f16>;

// A result of a leaky ReLU where it is positive. A half knows its sign down to 2⁻²⁴, or only to 2⁻¹⁴ where subnormals are flushed: what
// is smaller would become 0, and be taken for a negative one on the way back.
fn kept_positive(x: vec4f) -> vec4f { return max(x, vec4f(0x1p-14)); }

// What a clamp is in this format: no more than the largest half.
fn stored_clamp(clamp: f32) -> f32 { return f32(f16(min(clamp, 65504.0))); }
