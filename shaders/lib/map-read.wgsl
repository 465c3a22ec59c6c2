// How a map is read. READ 0: x as it is; 1: StyleGAN1's styled map, a[c]·(x − mean[c]) + b[c]; 2: StyleGAN2's scaled map, a[c]·x.
//
// Of the kernel: READ, and the bindings x and coefficients, [n, 3, channels] (mean, a, b) of a styled map, [n, channels] (a) of a scaled.
override MODULATE: bool = READ != 0;

struct Style { mean: f32, a: f32, b: f32 }

// Leaves x as it is.
const PLAIN = Style(0.0, 1.0, 0.0);

fn style_of(picture: u32, channels: u32, c: u32) -> Style {
  if (!MODULATE) { return PLAIN; }
  if (READ == 2u) { return Style(0.0, coefficients[picture * channels + c], 0.0); }
  let first = 3u * picture * channels + c;
  return Style(coefficients[first], coefficients[first + channels], coefficients[first + 2u * channels]);
}

fn styled(x: f32, style: Style) -> f32 {
  return style.a * (x - style.mean) + style.b;
}

// What stands at a place in memory of all that a value of the map is made of. This and made_of are the two halves of reading it, for
// kernels that ask for much before they use any of it.
alias Raw = f32;

// Nothing is the same for all channels of a place.
alias Held = u32;

fn held_at(at: u32, picture: u32) -> Held {
  return 0u;
}

fn raw_at(at: u32) -> Raw {
  return f32(x[at]);
}

// The map's value.
fn made_of(raw: Raw, held: Held, style: Style) -> f32 {
  if (MODULATE) { return styled(raw, style); }
  return raw;
}
