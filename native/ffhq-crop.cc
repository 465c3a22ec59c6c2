#include "ffhq-crop.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "lanczos.h"
#include "padding.h"

namespace facewright {

namespace {

/**
 * Samples per pixel of the crop, in each direction: so many for each pixel of the picture, within bounds. The dataset tool
 * always takes four; on smooth and on sharp pictures the difference is below half a step of 8 bits.
 */
constexpr double kSamplesPerPixel = 1.6;
constexpr int64_t kLeastFine = 2, kMostFine = 4;
/** A larger quad than this, in pixels per pixel of the crop, is scaled down first. */
constexpr double kShrinkFrom = 2;
/** No picture reaches this far, in pixels. */
constexpr double kFarthest = 1e9;
/** Parts of the quad's side: the border that is kept around it, the least border that is made up, the border's blur. */
constexpr double kMargin = 0.1, kLeastPad = 0.3, kBlur = 0.02;

/** The box around a quad, in whole pixels. */
Box around(const Quad& quad) {
  const auto [left, right] = std::minmax_element(quad.x, quad.x + 4);
  const auto [top, bottom] = std::minmax_element(quad.y, quad.y + 4);
  return {int64_t(std::floor(*left)), int64_t(std::floor(*top)), int64_t(std::ceil(*right)), int64_t(std::ceil(*bottom))};
}

/** A line of places: the first and the way to the next, in pixels. */
struct Line {
  double x, y, stepX, stepY;
};

/** Samples a picture along a line by bilinear interpolation; the four pixels around every place have to be in it. */
void sampleBilinear(const Picture& picture, const Line& line, std::vector<Pixel>& row) {
  // Places in 32 bits before and 32 after the point: their whole and broken parts cost a shift each.
  constexpr double kOne = 4294967296.0;
  int64_t x = int64_t(line.x * kOne), y = int64_t(line.y * kOne);
  const int64_t stepX = int64_t(line.stepX * kOne), stepY = int64_t(line.stepY * kOne);
  const auto fraction = [](int64_t place) { return float(int32_t(uint32_t(place) >> 8)) * (1.0f / 16777216); };
  const uint8_t* const data = picture.data.data();
  const int64_t stride = picture.width * 3;
  for (Pixel& sample : row) {
    const uint8_t* const upper = data + (y >> 32) * stride + (x >> 32) * 3;
    const uint8_t* const lower = upper + stride;
    const float fx = fraction(x), fy = fraction(y);
    const Pixel a = loadRgb(upper), b = loadRgb(lower);
    const Pixel left = a + fy * (b - a), c = loadRgb(upper + 3), d = loadRgb(lower + 3);
    sample = left + fx * (c + fy * (d - c) - left);
    x += stepX, y += stepY;
  }
}

void samplePadded(const PaddedPicture& picture, const Line& line, std::vector<Pixel>& row) {
  for (size_t u = 0; u < row.size(); u++) {
    row[u] = picture.at(float(line.x + line.stepX * double(u)), float(line.y + line.stepY * double(u)));
  }
}

/** The weighted sum of neighbouring pixels, in four chains: one alone would wait for itself. */
Pixel weighted(const Tap& tap, const Pixel* from) {
  const float* const weights = tap.weights.data();
  const size_t count = tap.weights.size();
  Pixel a{}, b{}, c{}, d{};
  size_t t = 0;
  for (; t + 4 <= count; t += 4) {
    a += weights[t] * from[t];
    b += weights[t + 1] * from[t + 1];
    c += weights[t + 2] * from[t + 2];
    d += weights[t + 3] * from[t + 3];
  }
  for (; t < count; t++) a += weights[t] * from[t];
  return (a + b) + (c + d);
}

/** Makes the crop of `side` px from `sample(line, row)`, which fills a row; `size` is the length of the quad's side. */
template <typename Sample>
Picture resample(const Quad& quad, double size, int64_t side, Sample sample) {
  const int64_t wanted = int64_t(std::ceil(kSamplesPerPixel * size / double(side)));
  const int64_t fine = side * std::min(std::max(wanted, kLeastFine), kMostFine);
  const double acrossX = (quad.x[kTopRight] - quad.x[kTopLeft]) / double(fine);
  const double acrossY = (quad.y[kTopRight] - quad.y[kTopLeft]) / double(fine);
  const double downX = (quad.x[kBottomLeft] - quad.x[kTopLeft]) / double(fine);
  const double downY = (quad.y[kBottomLeft] - quad.y[kTopLeft]) / double(fine);
  const std::vector<Tap> taps = lanczosTaps(fine, side, 0, side);
  int64_t longest = 0;
  for (const Tap& tap : taps) longest = std::max(longest, int64_t(tap.weights.size()));

  Picture crop(side, side);
  std::vector<Pixel> row(static_cast<size_t>(fine));
  // The last rows of the fine grid, scaled across: row y is at y modulo their number.
  std::vector<Pixel> recent(size_t(longest * side));
  std::vector<Pixel> sums(static_cast<size_t>(side));
  int64_t done = 0;
  for (int64_t y = 0; y < side; y++) {
    const Tap& tap = taps[size_t(y)];
    const int64_t last = tap.first + int64_t(tap.weights.size());
    for (; done < last; done++) {
      const double v = double(done) + 0.5;
      const double startX = quad.x[kTopLeft] + downX * v + acrossX * 0.5;
      const double startY = quad.y[kTopLeft] + downY * v + acrossY * 0.5;
      sample(Line{startX, startY, acrossX, acrossY}, row);
      Pixel* const to = &recent[size_t((done % longest) * side)];
      for (int64_t x = 0; x < side; x++) {
        const Tap& across = taps[size_t(x)];
        to[x] = weighted(across, &row[size_t(across.first)]);
      }
    }
    std::fill(sums.begin(), sums.end(), Pixel{});
    for (int64_t t = tap.first; t < last; t++) {
      const Pixel* const from = &recent[size_t((t % longest) * side)];
      const float weight = tap.weights[size_t(t - tap.first)];
      for (int64_t x = 0; x < side; x++) sums[size_t(x)] += weight * from[x];
    }
    for (int64_t x = 0; x < side; x++) {
      for (int c = 0; c < 3; c++) crop.at(x, y)[c] = to8Bits(sums[size_t(x)][c]);
    }
  }
  return crop;
}

}  // namespace

CropPlan planCrop(int64_t width, int64_t height, const Quad& corners, int64_t side) {
  CropPlan plan{width, height, width, height, 1, corners, 0, {}, {}, false, {}};
  Quad& quad = plan.quad;
  const double acrossX = quad.x[kTopRight] - quad.x[kTopLeft], acrossY = quad.y[kTopRight] - quad.y[kTopLeft];
  const double downX = quad.x[kBottomLeft] - quad.x[kTopLeft], downY = quad.y[kBottomLeft] - quad.y[kTopLeft];
  // In long double, and not std::hypot, whose current version in glibc would ask for 2.35 or later.
  plan.size = double(std::sqrt(static_cast<long double>(acrossX) * acrossX + static_cast<long double>(acrossY) * acrossY));
  const double slack = 1e-3 * plan.size;
  const auto near = [&](double a, double b) { return std::abs(a - b) <= slack; };
  const bool square = near(downX, -acrossY) && near(downY, acrossX) &&
                      near(quad.x[kBottomRight], quad.x[kTopRight] + downX) &&
                      near(quad.y[kBottomRight], quad.y[kTopRight] + downY);
  if (!(plan.size > 0) || !square) throw std::invalid_argument("the quad of a crop has to be a square");
  // Whole pixels have to fit whole numbers.
  for (int i = 0; i < 4; i++) {
    if (std::abs(quad.x[i]) > kFarthest || std::abs(quad.y[i]) > kFarthest) {
      throw std::invalid_argument("the quad of a crop lies beside the picture");
    }
  }
  if (plan.size > 1e6) throw std::invalid_argument("the quad of a crop is too large");

  plan.shrink = int64_t(plan.size / (kShrinkFrom * double(side)));
  if (plan.shrink > 1) {
    const double by = double(plan.shrink);
    plan.width = std::max<int64_t>(int64_t(std::nearbyint(double(width) / by)), 1);
    plan.height = std::max<int64_t>(int64_t(std::nearbyint(double(height) / by)), 1);
    for (int i = 0; i < 4; i++) quad.x[i] /= by, quad.y[i] /= by;
    plan.size /= by;
  } else {
    plan.shrink = 1;
  }

  const int64_t margin = std::max<int64_t>(int64_t(std::nearbyint(kMargin * plan.size)), 3);
  const Box box = around(quad);
  plan.part = {std::max<int64_t>(box.left - margin, 0), std::max<int64_t>(box.top - margin, 0),
               std::min(box.right + margin, plan.width), std::min(box.bottom + margin, plan.height)};
  if (plan.part.empty()) throw std::invalid_argument("the quad of a crop lies beside the picture");
  plan.reads = plan.shrink == 1 ? plan.part : shrinkReads(width, height, plan.width, plan.height, plan.part);

  // How far the box and its margin stand out of the part on each side.
  int64_t* const border = plan.border;
  border[0] = std::max<int64_t>(plan.part.left - box.left + margin, 0);
  border[1] = std::max<int64_t>(plan.part.top - box.top + margin, 0);
  border[2] = std::max<int64_t>(box.right - plan.part.right + margin, 0);
  border[3] = std::max<int64_t>(box.bottom - plan.part.bottom + margin, 0);
  plan.padded = *std::max_element(border, border + 4) > margin - 4;
  const int64_t least = std::max<int64_t>(int64_t(std::nearbyint(kLeastPad * plan.size)), 1);
  for (int i = 0; i < 4; i++) border[i] = std::max(border[i], least);
  return plan;
}

Picture makeCrop(const Picture& held, const CropPlan& plan, int64_t side) {
  Picture shrunk;
  if (plan.shrink > 1) {
    shrunk = shrinkPart(held, plan.reads, plan.fullWidth, plan.fullHeight, plan.width, plan.height, plan.part);
  }
  const Picture& picture = plan.shrink > 1 ? shrunk : held;
  Quad quad = plan.quad;
  for (int i = 0; i < 4; i++) quad.x[i] -= double(plan.part.left), quad.y[i] -= double(plan.part.top);
  if (!plan.padded) {
    return resample(quad, plan.size, side, [&](const Line& line, std::vector<Pixel>& row) { sampleBilinear(picture, line, row); });
  }
  const int64_t* const border = plan.border;
  const PaddedPicture padded(picture, {border[0], border[1], border[2], border[3]}, kBlur * plan.size);
  return resample(quad, plan.size, side, [&](const Line& line, std::vector<Pixel>& row) { samplePadded(padded, line, row); });
}

}  // namespace facewright
