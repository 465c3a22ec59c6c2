// How a map is read that is the gradient g of the styled map of `activation`, brought back through its layer (lib/rates.wgsl), in the
// words of map-read. POINTWISE is 0 where g is x itself; otherwise x has so many channels, at most 4, of which the adjoint of a 1×1
// convolution makes g again wherever it is read.
//
// Of the kernel: the overrides IN, FROM_H, FROM_W and POINTWISE, the bindings x, activation [n, IN, FROM_H, FROM_W], coefficients [n, IN, 4]
// (the rates) and pointwise [IN][4], and the library rates.

// Of a channel: its rates, and its weights.
struct Style { rates: Rates, weights: vec4f }

fn style_of(picture: u32, channels: u32, c: u32) -> Style {
  var style: Style;
  style.rates = coefficients[picture * channels + c];
  if (POINTWISE > 0u) { style.weights = vec4f(pointwise[c]); }
  return style;
}

// What is the same for all channels of a place.
alias Held = vec4f;

// at: in channel 0 of the activation.
fn held_at(at: u32, picture: u32) -> Held {
  var held = vec4f(0);
  for (var k = 0u; k < POINTWISE; k++) {
    held[k] = f32(x[at - picture * (IN - POINTWISE) * FROM_H * FROM_W + k * FROM_H * FROM_W]);
  }
  return held;
}

struct Raw { g: f32, m: f32 }

fn raw_at(at: u32) -> Raw {
  if (POINTWISE > 0u) { return Raw(0.0, f32(activation[at])); }
  return Raw(f32(x[at]), f32(activation[at]));
}

fn made_of(raw: Raw, held: Held, style: Style) -> f32 {
  var g = raw.g;
  if (POINTWISE > 0u) { g = dot(held, style.weights); }
  return gone_back(g, raw.m, style.rates);
}
