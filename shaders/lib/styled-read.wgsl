// StyleGAN1's styled map, made where the stored one is read: a[c]·(x − mean[c]) + b[c].
//
// Of the kernel: the binding coefficients [n, 3, channels] (mean, a, b).

struct Style { mean: f32, a: f32, b: f32 }

// Leaves x as it is.
const PLAIN = Style(0.0, 1.0, 0.0);

fn style_of(picture: u32, channels: u32, c: u32) -> Style {
  let first = 3u * picture * channels + c;
  return Style(coefficients[first], coefficients[first + channels], coefficients[first + 2u * channels]);
}

fn styled(x: f32, style: Style) -> f32 {
  return style.a * (x - style.mean) + style.b;
}
