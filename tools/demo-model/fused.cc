// What lies between the convolutions of StyleGAN1, forward and backward, for training on CPUs: on two cores PyTorch 1.13
// spends as long in it as in the convolutions. Activations are bfloat16 in NHWC, statistics and parameters float32.
// fused.py has the same in PyTorch as a reference, and compiles this file where there is a compiler.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

using bf16 = uint16_t;

inline float widen(bf16 v) {
  const uint32_t bits = uint32_t(v) << 16;
  float f;
  std::memcpy(&f, &bits, 4);
  return f;
}

inline bf16 narrow(float f) {
  uint32_t bits;
  std::memcpy(&bits, &f, 4);
  return bf16((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

constexpr float kSlope = 0.2f;
inline float leaky(float v) { return v > 0 ? v : v * kSlope; }

// One row of the picture that the four phases make, blurred by [1 2 1] / 4 across.
void gather_row(const bf16* x, int row, int w, int c, float* out, float* line) {
  const int a = row & 1, i = row >> 1;
  for (int j = 0; j < w; j++)
    for (int b = 0; b < 2; b++) {
      const bf16* from = x + (size_t(i + a) * (w + 1) + j + b) * 4 * c + (a * 2 + b) * c;
      float* to = line + size_t(2 * j + b + 1) * c;
      for (int k = 0; k < c; k++) to[k] = widen(from[k]);
    }
  const int n = 2 * w * c;
  for (int k = 0; k < n; k++) out[k] = 0.25f * line[k] + 0.5f * line[k + c] + 0.25f * line[k + 2 * c];
}

}  // namespace

extern "C" {

// x [n, h + 1, w + 1, 4 c]: the phases of an upsampling convolution; phase (a, b) is read from its row i + a and column j + b.
// y [n, 2 h, 2 w, c]: the phases interleaved and blurred by [1 2 1] x [1 2 1] / 16, zeros around.
void upblur_forward(const bf16* x, bf16* y, int n, int h, int w, int c) {
#pragma omp parallel for
  for (int b = 0; b < n; b++) {
    const bf16* xs = x + size_t(b) * (h + 1) * (w + 1) * 4 * c;
    bf16* ys = y + size_t(b) * 4 * h * w * c;
    const int m = 2 * w * c;
    std::vector<float> line(m + 2 * c, 0.f), ring(3 * size_t(m), 0.f);
    float* rows[3] = {&ring[0], &ring[m], &ring[2 * size_t(m)]};
    gather_row(xs, 0, w, c, rows[1], line.data());
    for (int r = 0; r < 2 * h; r++) {
      if (r + 1 < 2 * h) gather_row(xs, r + 1, w, c, rows[2], line.data());
      else std::memset(rows[2], 0, sizeof(float) * m);
      const float *p = rows[0], *q = rows[1], *s = rows[2];
      bf16* to = ys + size_t(r) * m;
      for (int k = 0; k < m; k++) to[k] = narrow(0.25f * p[k] + 0.5f * q[k] + 0.25f * s[k]);
      float* old = rows[0];
      rows[0] = rows[1], rows[1] = rows[2], rows[2] = old;
    }
  }
}

// The blur is its own adjoint; interleaving is undone. What no phase reads gets no gradient.
void upblur_backward(const bf16* gy, bf16* gx, int n, int h, int w, int c) {
#pragma omp parallel for
  for (int b = 0; b < n; b++) {
    const bf16* ys = gy + size_t(b) * 4 * h * w * c;
    bf16* xs = gx + size_t(b) * (h + 1) * (w + 1) * 4 * c;
    std::memset(xs, 0, sizeof(bf16) * (h + 1) * (w + 1) * 4 * c);
    const int m = 2 * w * c;
    std::vector<float> line(m + 2 * c, 0.f), ring(3 * size_t(m), 0.f);
    float* rows[3] = {&ring[0], &ring[m], &ring[2 * size_t(m)]};
    auto across = [&](int r, float* out) {
      for (int k = 0; k < m; k++) line[k + c] = widen(ys[size_t(r) * m + k]);
      for (int k = 0; k < m; k++) out[k] = 0.25f * line[k] + 0.5f * line[k + c] + 0.25f * line[k + 2 * c];
    };
    across(0, rows[1]);
    for (int r = 0; r < 2 * h; r++) {
      if (r + 1 < 2 * h) across(r + 1, rows[2]);
      else std::memset(rows[2], 0, sizeof(float) * m);
      const float *p = rows[0], *q = rows[1], *s = rows[2];
      const int a = r & 1, i = r >> 1;
      for (int j = 0; j < w; j++)
        for (int e = 0; e < 2; e++) {
          bf16* to = xs + (size_t(i + a) * (w + 1) + j + e) * 4 * c + (a * 2 + e) * c;
          const size_t o = size_t(2 * j + e) * c;
          for (int k = 0; k < c; k++) to[k] = narrow(0.25f * p[o + k] + 0.5f * q[o + k] + 0.25f * s[o + k]);
        }
      float* old = rows[0];
      rows[0] = rows[1], rows[1] = rows[2], rows[2] = old;
    }
  }
}

// y = gain * (z - mean(z)) / sqrt(var(z) + epsilon) + shift, z = leaky(x + bias); bias [c], the others [n, c].
void epilogue_forward(const bf16* x, const float* bias, const float* gain, const float* shift, bf16* y, float* mean,
                      float* rstd, int n, int pixels, int c, float epsilon) {
#pragma omp parallel for
  for (int b = 0; b < n; b++) {
    const bf16* xs = x + size_t(b) * pixels * c;
    bf16* ys = y + size_t(b) * pixels * c;
    std::vector<double> total(2 * c, 0.0);
    std::vector<float> part(2 * c), scale(c), offset(c);
    float *s0 = part.data(), *s1 = s0 + c;
    for (int i = 0; i < pixels; i += 64) {
      std::fill(part.begin(), part.end(), 0.f);
      for (int j = i; j < i + 64 && j < pixels; j++)
        for (int k = 0; k < c; k++) {
          const float z = leaky(widen(xs[size_t(j) * c + k]) + bias[k]);
          s0[k] += z, s1[k] += z * z;
        }
      for (int k = 0; k < 2 * c; k++) total[k] += part[k];
    }
    for (int k = 0; k < c; k++) {
      const double m = total[k] / pixels, v = total[c + k] / pixels - m * m;
      const float r = float(1 / std::sqrt((v > 0 ? v : 0) + epsilon));
      mean[b * c + k] = float(m), rstd[b * c + k] = r;
      scale[k] = r * gain[b * c + k], offset[k] = shift[b * c + k] - float(m) * scale[k];
    }
    const float *a = scale.data(), *d = offset.data();
    for (int j = 0; j < pixels; j++)
      for (int k = 0; k < c; k++)
        ys[size_t(j) * c + k] = narrow(leaky(widen(xs[size_t(j) * c + k]) + bias[k]) * a[k] + d[k]);
  }
}

// Gradients of the above; those of the bias per picture.
void epilogue_backward(const bf16* x, const bf16* gy, const float* bias, const float* gain, const float* mean,
                       const float* rstd, bf16* gx, float* ggain, float* gshift, float* gbias, int n, int pixels, int c) {
#pragma omp parallel for
  for (int b = 0; b < n; b++) {
    const bf16* xs = x + size_t(b) * pixels * c;
    const bf16* gs = gy + size_t(b) * pixels * c;
    bf16* out = gx + size_t(b) * pixels * c;
    const float *m = mean + b * c, *r = rstd + b * c;
    std::vector<double> total(2 * c, 0.0);
    std::vector<float> part(2 * c), c0(c), c1(c), c2(c);
    float *s0 = part.data(), *s1 = s0 + c;
    for (int i = 0; i < pixels; i += 64) {
      std::fill(part.begin(), part.end(), 0.f);
      for (int j = i; j < i + 64 && j < pixels; j++)
        for (int k = 0; k < c; k++) {
          const float z = leaky(widen(xs[size_t(j) * c + k]) + bias[k]), g = widen(gs[size_t(j) * c + k]);
          s0[k] += g, s1[k] += g * (z - m[k]) * r[k];
        }
      for (int k = 0; k < 2 * c; k++) total[k] += part[k];
    }
    for (int k = 0; k < c; k++) {
      gshift[b * c + k] = float(total[k]), ggain[b * c + k] = float(total[c + k]);
      // gz = gain rstd (g - S0 / N - (z - mean) rstd S1 / N) = c0 g - c1 - c2 z
      c0[k] = gain[b * c + k] * r[k];
      c2[k] = c0[k] * r[k] * float(total[c + k] / pixels);
      c1[k] = c0[k] * float(total[k] / pixels) - c2[k] * m[k];
    }
    std::fill(total.begin(), total.end(), 0.0);
    const float *d0 = c0.data(), *d1 = c1.data(), *d2 = c2.data();
    for (int i = 0; i < pixels; i += 64) {
      std::fill(part.begin(), part.end(), 0.f);
      for (int j = i; j < i + 64 && j < pixels; j++)
        for (int k = 0; k < c; k++) {
          const float v = widen(xs[size_t(j) * c + k]) + bias[k];
          const float gz = d0[k] * widen(gs[size_t(j) * c + k]) - d1[k] - d2[k] * leaky(v);
          const float g = v > 0 ? gz : gz * kSlope;
          s0[k] += g;
          out[size_t(j) * c + k] = narrow(g);
        }
      for (int k = 0; k < c; k++) total[k] += s0[k];
    }
    for (int k = 0; k < c; k++) gbias[b * c + k] = float(total[k]);
  }
}

}  // extern "C"
