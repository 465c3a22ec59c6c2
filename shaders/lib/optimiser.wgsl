// One optimiser step of a value, as PyTorch's torch.optim computes it.
//
//   KIND 0  sgd      p −= rate·g
//   KIND 1  sgdm     m = MOMENTUM·m + g;                             p −= rate·m
//   KIND 2  adam     m = β₁m + (1−β₁)g; u = β₂u + (1−β₂)g²;       p −= rate·m/(√u/root_correction + ε)
//   KIND 3  adamax   m as adam;         u = max(β₂u, |g| + ε);    p −= rate·m/u
//
// (Kingma & Ba, ICLR 2015, algorithms 1 and 2; rate includes 1/(1 − β₁ᵗ), and
// root_correction is √(1 − β₂ᵗ): both computed by the host in float64.)
//
// Of the kernel: the override KIND, and the binding scalars.
override MOMENTUM: f32;
override BETA1: f32;
override REST1: f32; // 1 − β₁, rounded once: 1 − BETA1 in f32 is another number
override BETA2: f32;
override REST2: f32;
override EPSILON: f32;

struct Scalars { rate: f32, root_correction: f32, step: f32 }

// A value, and its moments: m and u.
struct Parameter { p: f32, first: f32, second: f32 }

// Moments that the optimiser does not keep stay as they are.
fn stepped(old: Parameter, gradient: f32) -> Parameter {
  var direction = gradient;
  var first = old.first;
  var second = old.second;
  if (KIND == 1u) {
    first = MOMENTUM * first + gradient;
    direction = first;
  }
  if (KIND == 2u) {
    first = BETA1 * first + REST1 * gradient;
    second = BETA2 * second + REST2 * gradient * gradient;
    direction = first / (sqrt(second) / scalars.root_correction + EPSILON);
  }
  if (KIND == 3u) {
    first = BETA1 * first + REST1 * gradient;
    second = max(BETA2 * second, abs(gradient) + EPSILON);
    direction = first / second;
  }
  return Parameter(old.p - scalars.rate * direction, first, second);
}
