// What the engine stores maps and weights in. Stands in front of every kernel; sums are f32, whatever is stored.
alias Stored = f32;
alias Stored4 = vec4f;

// A result of a leaky ReLU where it is positive: as it is (prelude-f16.wgsl has more to do).
fn kept_positive(x: vec4f) -> vec4f { return x; }

// What a clamp is in this format.
fn stored_clamp(clamp: f32) -> f32 { return clamp; }
