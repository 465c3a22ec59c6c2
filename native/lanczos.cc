#include "lanczos.h"

#include <algorithm>
#include <cmath>

namespace facewright {

namespace {

constexpr double kRadius = 3;
constexpr double kPi = 3.14159265358979323846;

/** sinc(x)·sinc(x/3) within the radius (Lanczos, as Duchon 1979 windows it). */
double lanczos(double x) {
  if (x == 0) return 1;
  if (std::abs(x) >= kRadius) return 0;
  return kRadius * std::sin(kPi * x) * std::sin(kPi * x / kRadius) / (kPi * kPi * x * x);
}

/** The samples that result i is made of: [first, last). */
void range(int64_t from, int64_t to, int64_t i, int64_t& first, int64_t& last) {
  const double scale = double(from) / double(to), support = kRadius * std::max(scale, 1.0);
  const double centre = (double(i) + 0.5) * scale;
  first = std::max<int64_t>(int64_t(std::floor(centre - support + 0.5)), 0);
  last = std::min<int64_t>(int64_t(std::floor(centre + support + 0.5)), from);
}

}  // namespace

std::vector<Tap> lanczosTaps(int64_t from, int64_t to, int64_t begin, int64_t end) {
  const double scale = double(from) / double(to), stretch = std::max(scale, 1.0);
  std::vector<Tap> taps;
  taps.reserve(size_t(end - begin));
  for (int64_t i = begin; i < end; i++) {
    int64_t first, last;
    range(from, to, i, first, last);
    const double centre = (double(i) + 0.5) * scale;
    std::vector<double> weights;
    double sum = 0;
    for (int64_t j = first; j < last; j++) {
      weights.push_back(lanczos((double(j) + 0.5 - centre) / stretch));
      sum += weights.back();
    }
    Tap tap{first, {}};
    for (const double weight : weights) tap.weights.push_back(float(weight / sum));
    taps.push_back(std::move(tap));
  }
  return taps;
}

Box shrinkReads(int64_t fullWidth, int64_t fullHeight, int64_t width, int64_t height, const Box& part) {
  Box reads{};
  int64_t unused;
  range(fullWidth, width, part.left, reads.left, unused);
  range(fullWidth, width, part.right - 1, unused, reads.right);
  range(fullHeight, height, part.top, reads.top, unused);
  range(fullHeight, height, part.bottom - 1, unused, reads.bottom);
  return reads;
}

Picture shrinkPart(const Picture& source, const Box& held, int64_t fullWidth, int64_t fullHeight, int64_t width,
                   int64_t height, const Box& part) {
  const std::vector<Tap> across = lanczosTaps(fullWidth, width, part.left, part.right);
  const std::vector<Tap> down = lanczosTaps(fullHeight, height, part.top, part.bottom);
  // Rows first, rounded to 8 bits between the passes as Pillow does; a row is needed only while its taps reach it.
  Picture rows(part.width(), held.height());
  for (int64_t y = 0; y < held.height(); y++) {
    for (int64_t x = 0; x < part.width(); x++) {
      const Tap& tap = across[size_t(x)];
      const uint8_t* from = source.at(tap.first - held.left, y);
      Pixel sum{};
      for (const float weight : tap.weights) {
        sum += weight * loadRgb(from);
        from += 3;
      }
      uint8_t* to = rows.at(x, y);
      for (int c = 0; c < 3; c++) to[c] = to8Bits(sum[c]);
    }
  }
  Picture result(part.width(), part.height());
  const int64_t samples = part.width() * 3;
  std::vector<float> sums(static_cast<size_t>(samples));
  for (int64_t y = 0; y < part.height(); y++) {
    const Tap& tap = down[size_t(y)];
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (size_t t = 0; t < tap.weights.size(); t++) {
      const uint8_t* from = rows.at(0, tap.first + int64_t(t) - held.top);
      const float weight = tap.weights[t];
      for (int64_t i = 0; i < samples; i++) sums[size_t(i)] += weight * float(from[i]);
    }
    uint8_t* to = result.at(0, y);
    for (int64_t i = 0; i < samples; i++) to[i] = to8Bits(sums[size_t(i)]);
  }
  return result;
}

}  // namespace facewright
