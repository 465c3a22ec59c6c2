// The gradient g of a styled map, brought back through its layer, as three multiply-adds: (a·g − p − q·(x − mean))·slope(x), with
// a = (style₀ + 1)/σ, p = a·Σg/N, q = a·Σ(g·x̂)/(N·σ), N = h·w; the same as a·(g − Σg/N − x̂·Σ(g·x̂)/N)·slope(x).
//
// Of the kernel: the override SLOPE.

struct Rates { mean: f32, a: f32, p: f32, q: f32 }

// sums: Σ g·x̂ and Σ g.
fn rates_of(mean: f32, inverse: f32, a: f32, sums: vec2f, pixels: f32) -> Rates {
  return Rates(mean, a, a * (sums.y / pixels), a * inverse * (sums.x / pixels));
}

fn gone_back(g: f32, x: f32, rates: Rates) -> f32 {
  return (rates.a * g - rates.p - rates.q * (x - rates.mean)) * select(SLOPE, 1.0, x > 0.0);
}
