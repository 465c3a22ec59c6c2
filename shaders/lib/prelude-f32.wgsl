// What the engine stores maps and weights in. Stands in front of every kernel; sums are f32, whatever is stored.
alias Stored = f32;
alias Stored4 = vec4f;
