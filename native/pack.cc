#include "pack.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "names.h"

namespace facewright {

namespace {

/** Places of a transformed tile of F(2×2, 3×3). */
constexpr int64_t kPlaces = 16;

/** Weights [o, i, k, k] seen from the kernel's side: `out` and `in` exchanged and taps turned round for an adjoint. */
struct View {
  const float* w;
  int64_t out, in, side;
  bool exchanged, flipped;

  float at(int64_t o, int64_t i, int64_t ky, int64_t kx) const {
    if (o >= out || i >= in) return 0;
    if (flipped) {
      ky = side - 1 - ky;
      kx = side - 1 - kx;
    }
    const int64_t first = exchanged ? i * out + o : o * in + i;
    return w[(first * side + ky) * side + kx];
  }
};

/** The nearest bfloat16, ties to even: the upper half of a float. Weights are finite. */
uint16_t bfloat16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/**
 * The layout of `convolution`: groups of output blocks, each [parts, in blocks, rows, words in, taps of a row, blocks,
 * 16 out], `parts` being the row phases of `up`. A word is the weight of one input channel, or those of two in bfloat16.
 */
void packDirect(const View& v, Geometry geometry, const Kernels& kernels, float* to) {
  const int64_t groupBlocks = kernels.groupBlocks, channels = kBlock / kernels.direct.packedWords;
  const int64_t outBlocks = blocks(v.out), inBlocks = blocks(v.in);
  const bool up = geometry == Geometry::up;
  const int64_t parts = up ? 2 : 1, rows = up ? 2 : v.side, taps = up ? 4 : v.side;
  for (int64_t first = 0; first < outBlocks; first += groupBlocks) {
    const int64_t group = std::min(groupBlocks, outBlocks - first);
    for (int64_t part = 0; part < parts; part++)
      for (int64_t block = 0; block < inBlocks; block++)
        for (int64_t row = 0; row < rows; row++)
          for (int64_t i = block * kBlock; i < (block + 1) * kBlock; i += channels)
            for (int64_t tap = 0; tap < taps; tap++)
              for (int64_t o = 0; o < group * kBlock; o++) {
                // Output row 2y + phase reads input rows y + dy − 1 + phase with the kernel's row 3 − phase − 2·dy.
                const int64_t ky = up ? 3 - part - 2 * row : row;
                const int64_t kx = up ? 3 - tap / 2 - 2 * (tap % 2) : tap;
                const float weight = v.at(first * kBlock + o, i, ky, kx);
                if (channels == 1) {
                  *to++ = weight;
                  continue;
                }
                const uint16_t pair[2] = {bfloat16(weight), bfloat16(v.at(first * kBlock + o, i + 1, ky, kx))};
                std::memcpy(to++, pair, sizeof pair);
              }
  }
}

/**
 * The layout of `winograd`: groups of output blocks, each [16 places, in blocks, 16 in, blocks, 16 out], of G g Gᵀ
 * (kernels/winograd.h), computed in float64.
 */
void packWinograd(const View& v, int64_t groupBlocks, float* to) {
  constexpr double g[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
  const int64_t outBlocks = blocks(v.out), inBlocks = blocks(v.in);
  for (int64_t first = 0; first < outBlocks; first += groupBlocks) {
    const int64_t width = std::min(groupBlocks, outBlocks - first) * kBlock, place = inBlocks * kBlock * width;
    for (int64_t i = 0; i < inBlocks * kBlock; i++)
      for (int64_t o = 0; o < width; o++) {
        double rows[4][3] = {};
        for (int r = 0; r < 4; r++)
          for (int kx = 0; kx < 3; kx++)
            for (int ky = 0; ky < 3; ky++) rows[r][kx] += g[r][ky] * double(v.at(first * kBlock + o, i, ky, kx));
        for (int r = 0; r < 4; r++)
          for (int c = 0; c < 4; c++) {
            double sum = 0;
            for (int kx = 0; kx < 3; kx++) sum += rows[r][kx] * g[c][kx];
            to[(4 * r + c) * place + i * width + o] = float(sum);
          }
      }
    to += kPlaces * place;
  }
}

/**
 * The layout of `winogradUp`: groups of output blocks, each [4 phases, 9 places, in blocks, 16 in, blocks, 16 out] for `up`
 * and [9 places, 4 phases, in blocks, 16 in, blocks, 16 out] for `down` (kernels/winograd_up.h).
 */
void packWinogradUp(const View& v, bool down, int64_t groupBlocks, float* to) {
  const int64_t outBlocks = blocks(v.out), channels = blocks(v.in) * kBlock;
  // The two taps of a phase: up's phase p reads rows through 3 − p and 1 − p, down's odd rows meet 0 and 2, its even
  // ones 1 and 3.
  const auto first = [&](int64_t phase) { return down ? phase : 3 - phase; };
  const auto second = [&](int64_t phase) { return down ? phase + 2 : 1 - phase; };
  for (int64_t block = 0; block < outBlocks; block += groupBlocks) {
    const int64_t width = std::min(groupBlocks, outBlocks - block) * kBlock, place = channels * width;
    for (int64_t phase = 0; phase < 4; phase++)
      for (int64_t i = 0; i < channels; i++)
        for (int64_t o = 0; o < width; o++) {
          const auto tap = [&](int64_t ky, int64_t kx) { return double(v.at(block * kBlock + o, i, ky, kx)); };
          const int64_t y[2] = {first(phase / 2), second(phase / 2)}, x[2] = {first(phase % 2), second(phase % 2)};
          double columns[3][2];
          for (int c = 0; c < 2; c++) {
            columns[0][c] = tap(y[0], x[c]);
            columns[2][c] = tap(y[1], x[c]);
            columns[1][c] = columns[0][c] + columns[2][c];
          }
          for (int r = 0; r < 3; r++) {
            const double values[3] = {columns[r][0], columns[r][0] + columns[r][1], columns[r][1]};
            for (int c = 0; c < 3; c++) {
              const int64_t k = 3 * r + c, at = down ? k * 4 + phase : phase * 9 + k;
              to[at * place + i * width + o] = float(values[c]);
            }
          }
        }
    to += 36 * place;
  }
}

/** A map [1, c, h, w] with sixteen channels side by side, and zeros beyond the last. */
void packBlocked(const std::vector<int64_t>& shape, const float* values, float* to) {
  const int64_t channels = shape[1], pixels = shape[2] * shape[3];
  for (int64_t block = 0; block < blocks(channels); block++)
    for (int64_t p = 0; p < pixels; p++)
      for (int64_t c = block * kBlock; c < (block + 1) * kBlock; c++) *to++ = c < channels ? values[c * pixels + p] : 0;
}

/** [out, ⌈in/16⌉·16] */
void packPointwise(const std::vector<int64_t>& shape, const float* values, float* to) {
  const int64_t in = shape[1], padded = blocks(in) * kBlock;
  for (int64_t o = 0; o < shape[0]; o++)
    for (int64_t i = 0; i < padded; i++) *to++ = i < in ? values[o * in + i] : 0;
}

[[noreturn]] void refuse(const PackRequest& r, const std::string& what) {
  throw std::invalid_argument(std::string("packing ") + nameOf(r.form) + ": " + what);
}

/** The product of the sizes. */
int64_t elements(const PackRequest& r) {
  constexpr int64_t most = int64_t(1) << 36;
  if (r.shape.size() != 4) refuse(r, "a shape has four sizes");
  int64_t product = 1;
  for (const int64_t size : r.shape) {
    if (size < 1 || size > most / product) refuse(r, "a size is out of range");
    product *= size;
  }
  return product;
}

}  // namespace

int64_t packedFloats(const Kernels& kernels, const PackRequest& r) {
  const int64_t count = elements(r), first = r.shape[0], second = r.shape[1];
  const auto side = [&](int64_t expected) {
    if (r.shape[2] != expected || r.shape[3] != expected) refuse(r, "weights of another side");
  };
  const bool same = r.geometry == Geometry::same;
  const int64_t padded = blocks(first) * kBlock * blocks(second) * kBlock;
  switch (r.form) {
    case Packing::plain:
      return count;
    case Packing::blocked:
      if (first != 1) refuse(r, "a constant map is one");
      return blocks(second) * kBlock * r.shape[2] * r.shape[3];
    case Packing::pointwise:
      side(1);
      return first * blocks(second) * kBlock;
    case Packing::direct:
      side(same ? 3 : 4);
      return padded * (same ? 9 : 16) * kernels.direct.packedWords / kBlock;
    case Packing::winograd:
      side(same ? 3 : 4);
      return padded * (same ? kPlaces : 36);
  }
  refuse(r, "there is no such form");
}

std::shared_ptr<const Panels> panelsOf(const Kernels& kernels, const Constant& weights, int64_t rows, int64_t columns) {
  std::shared_ptr<const Panels>& kept = weights.panels;
  if (!kept || kept->rows != rows || kept->columns != columns) {
    Panels made{rows, columns, std::vector<int32_t>(columns), Floats(kernels.panelFloats(rows, columns))};
    const Linear layer{rows, columns, false, nullptr, weights.values.data(), nullptr, 1, nullptr};
    kernels.packPanels(layer, made.order.data(), made.weights.data());
    kept = std::make_shared<const Panels>(std::move(made));
  }
  return kept;
}

Constant pack(const Kernels& kernels, const PackRequest& r, const float* values, int64_t count) {
  const int64_t floats = packedFloats(kernels, r), expected = elements(r);
  if (count != expected) refuse(r, std::to_string(count) + " values instead of " + std::to_string(expected));
  Constant constant{Floats(floats)};
  float* to = constant.values.data();
  const bool same = r.geometry == Geometry::same;
  const View view = r.adjoint ? View{values, r.shape[1], r.shape[0], r.shape[2], true, same}
                              : View{values, r.shape[0], r.shape[1], r.shape[2], false, false};
  switch (r.form) {
    case Packing::plain:
      std::copy(values, values + count, to);
      break;
    case Packing::blocked:
      packBlocked(r.shape, values, to);
      break;
    case Packing::pointwise:
      packPointwise(r.shape, values, to);
      break;
    case Packing::direct:
      packDirect(view, r.geometry, kernels, to);
      break;
    case Packing::winograd:
      if (same) packWinograd(view, kernels.groupBlocks, to);
      else packWinogradUp(view, r.geometry == Geometry::down, kernels.groupBlocks, to);
      break;
  }
  return constant;
}

}  // namespace facewright
