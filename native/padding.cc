#include "padding.h"

#include <algorithm>
#include <cmath>

namespace facewright {

namespace {

/** Cells per σ: what a cell hides, the Gaussian hides four times over. */
constexpr double kCellsPerSigma = 4;
/** A cell's column sums have to fit 16 bits: 257 rows of 255. */
constexpr int64_t kLargestCell = 256;
/** Pixels that the median is taken of. */
constexpr double kMedianPixels = 250'000;
/** Steps of a histogram in one step of 8 bits. */
constexpr int kBinsPerStep = 16;

/** The index that mirroring about the first and last of `size` puts at i. */
int64_t mirror(int64_t i, int64_t size) {
  if (size == 1) return 0;
  const int64_t period = 2 * (size - 1), r = ((i % period) + period) % period;
  return r < size ? r : period - r;
}

std::vector<int64_t> mirrorTable(int64_t before, int64_t size, int64_t after) {
  std::vector<int64_t> table;
  // One more, for the right neighbour of the last.
  for (int64_t i = -before; i <= size + after; i++) table.push_back(mirror(std::min(i, size + after - 1), size));
  return table;
}

float clip01(float x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

/** Blurs rows of `count` pixels, `stride` apart, `step` from row to row; beyond the ends the ends are mirrored. */
void blurLines(std::vector<Pixel>& grid, const std::vector<float>& kernel, int64_t lines, int64_t lineStep, int64_t count,
               int64_t stride) {
  const int64_t radius = int64_t(kernel.size()) / 2;
  std::vector<Pixel> line(size_t(count + 2 * radius));
  for (int64_t l = 0; l < lines; l++) {
    Pixel* const first = grid.data() + l * lineStep;
    // Half-sample symmetric, (d c b a | a b c d | d c b a), as scipy's gaussian_filter has it.
    for (int64_t i = -radius; i < count + radius; i++) {
      const int64_t period = 2 * count, r = ((i % period) + period) % period;
      line[size_t(i + radius)] = first[(r < count ? r : period - 1 - r) * stride];
    }
    for (int64_t i = 0; i < count; i++) {
      Pixel sum{};
      for (size_t k = 0; k < kernel.size(); k++) sum += kernel[k] * line[size_t(i) + k];
      first[i * stride] = sum;
    }
  }
}

}  // namespace

PaddedPicture::PaddedPicture(const Picture& picture, const Border& border, double sigma)
    : picture_(picture),
      border_(border),
      width_(picture.width + border.left + border.right),
      height_(picture.height + border.top + border.bottom),
      columns_(mirrorTable(border.left, picture.width, border.right)),
      rows_(mirrorTable(border.top, picture.height, border.bottom)) {
  makeBlur(sigma);
  findMedian();
}

float PaddedPicture::fade(float x, float y) const {
  const float across = std::min(x / float(border_.left), (float(width_ - 1) - x) / float(border_.right));
  const float down = std::min(y / float(border_.top), (float(height_ - 1) - y) / float(border_.bottom));
  return 1 - std::min(across, down);
}

Pixel PaddedPicture::mirrored(float x, float y) const {
  const int64_t left = int64_t(x), top = int64_t(y);
  const float fx = x - float(left), fy = y - float(top);
  const uint8_t* const upper = picture_.at(0, rows_[size_t(top)]);
  const uint8_t* const lower = picture_.at(0, rows_[size_t(top + 1)]);
  const int64_t a = columns_[size_t(left)] * 3, b = columns_[size_t(left + 1)] * 3;
  const Pixel above = loadRgb(upper + a) + fx * (loadRgb(upper + b) - loadRgb(upper + a));
  const Pixel below = loadRgb(lower + a) + fx * (loadRgb(lower + b) - loadRgb(lower + a));
  return above + fy * (below - above);
}

Pixel PaddedPicture::blurred(float x, float y) const {
  const auto place = [&](float at, int64_t count, int64_t& low, int64_t& high, float& part) {
    const float cell = std::min(std::max((at + 0.5f) / float(cell_) - 0.5f, 0.0f), float(count - 1));
    low = int64_t(cell);
    high = std::min(low + 1, count - 1);
    part = cell - float(low);
  };
  int64_t left, right, top, bottom;
  float fx, fy;
  place(x, gridWidth_, left, right, fx);
  place(y, gridHeight_, top, bottom, fy);
  const Pixel* const upper = &grid_[size_t(top * gridWidth_)];
  const Pixel* const lower = &grid_[size_t(bottom * gridWidth_)];
  const Pixel above = upper[left] + fx * (upper[right] - upper[left]);
  const Pixel below = lower[left] + fx * (lower[right] - lower[left]);
  return above + fy * (below - above);
}

Pixel PaddedPicture::at(float x, float y) const {
  x = std::min(std::max(x + float(border_.left), 0.0f), float(width_ - 1));
  y = std::min(std::max(y + float(border_.top), 0.0f), float(height_ - 1));
  const Pixel own = mirrored(x, y);
  const float m = fade(x, y), soft = clip01(3 * m + 1);
  if (soft == 0) return own;
  const Pixel value = own + soft * (blurred(x, y) - own);
  return value + clip01(m) * (median_ - value);
}

void PaddedPicture::makeBlur(double sigma) {
  cell_ = std::min(std::max<int64_t>(int64_t(sigma / kCellsPerSigma), 1), kLargestCell);
  gridWidth_ = (width_ + cell_ - 1) / cell_;
  gridHeight_ = (height_ + cell_ - 1) / cell_;
  grid_.resize(size_t(gridWidth_ * gridHeight_));
  std::vector<uint16_t> sums(size_t(picture_.width * 3));
  for (int64_t gy = 0; gy < gridHeight_; gy++) {
    std::fill(sums.begin(), sums.end(), uint16_t(0));
    const int64_t top = gy * cell_, bottom = std::min(top + cell_, height_);
    for (int64_t y = top; y < bottom; y++) {
      const uint8_t* const row = picture_.at(0, rows_[size_t(y)]);
      for (size_t i = 0; i < sums.size(); i++) sums[i] = uint16_t(sums[i] + row[i]);
    }
    for (int64_t gx = 0; gx < gridWidth_; gx++) {
      const int64_t left = gx * cell_, right = std::min(left + cell_, width_);
      Pixel sum{};
      for (int64_t x = left; x < right; x++) {
        const uint16_t* const column = &sums[size_t(columns_[size_t(x)] * 3)];
        sum += Pixel{float(column[0]), float(column[1]), float(column[2]), 0};
      }
      grid_[size_t(gy * gridWidth_ + gx)] = sum * (1 / float((right - left) * (bottom - top)));
    }
  }
  // The cells' averages have blurred it already (variance (cell² − 1)/12), and reading between them will (cell²/6).
  const double cell = double(cell_), before = cell_ == 1 ? 0 : (cell * cell - 1) / 12 + cell * cell / 6;
  const double inCells = std::sqrt(sigma * sigma - before) / cell;
  const int64_t radius = int64_t(4 * inCells + 0.5);
  std::vector<float> kernel;
  double total = 0;
  for (int64_t i = -radius; i <= radius; i++) total += std::exp(-0.5 * double(i * i) / (inCells * inCells));
  for (int64_t i = -radius; i <= radius; i++) {
    kernel.push_back(float(std::exp(-0.5 * double(i * i) / (inCells * inCells)) / total));
  }
  blurLines(grid_, kernel, gridHeight_, gridWidth_, gridWidth_, 1);
  blurLines(grid_, kernel, gridWidth_, 1, gridHeight_, gridWidth_);
}

void PaddedPicture::findMedian() {
  const int64_t step = std::max<int64_t>(int64_t(std::sqrt(double(width_) * double(height_) / kMedianPixels)), 1);
  std::vector<int64_t> counts[3];
  for (auto& channel : counts) channel.resize(255 * kBinsPerStep + 1);
  int64_t pixels = 0;
  for (int64_t y = step / 2; y < height_; y += step) {
    for (int64_t x = step / 2; x < width_; x += step, pixels++) {
      const Pixel own = loadRgb(picture_.at(columns_[size_t(x)], rows_[size_t(y)]));
      const float soft = clip01(3 * fade(float(x), float(y)) + 1);
      const Pixel value = soft == 0 ? own : own + soft * (blurred(float(x), float(y)) - own);
      for (int c = 0; c < 3; c++) {
        const int bin = int(value[c] * kBinsPerStep + 0.5f);
        counts[c][size_t(std::min(std::max(bin, 0), 255 * kBinsPerStep))]++;
      }
    }
  }
  for (int c = 0; c < 3; c++) {
    int64_t below = 0;
    size_t bin = 0;
    while (bin + 1 < counts[c].size() && 2 * (below + counts[c][bin]) < pixels) below += counts[c][bin++];
    median_[c] = float(bin) / kBinsPerStep;
  }
}

}  // namespace facewright
