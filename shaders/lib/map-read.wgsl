// How a map is read. READ 0: x as it is; 1: StyleGAN1's styled map, a[c]·(x − mean[c]) + b[c]; 2: StyleGAN2's scaled map, a[c]·x.
//
// Of the kernel: READ, and the binding coefficients, [n, 3, channels] (mean, a, b) of a styled map, [n, channels] (a) of a scaled.
override MODULATE: bool = READ != 0;

struct Style { mean: f32, a: f32, b: f32 }

// Leaves x as it is.
const PLAIN = Style(0.0, 1.0, 0.0);

fn style_of(picture: u32, channels: u32, c: u32) -> Style {
  if (READ == 2u) { return Style(0.0, coefficients[picture * channels + c], 0.0); }
  let first = 3u * picture * channels + c;
  return Style(coefficients[first], coefficients[first + channels], coefficients[first + 2u * channels]);
}

fn styled(x: f32, style: Style) -> f32 {
  return style.a * (x - style.mean) + style.b;
}
