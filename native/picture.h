// Pictures and the numbers of a pixel, for the pixel work that sharp does not do.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

namespace facewright {

/** Red, green, blue and a lane of padding, in 0 … 255. */
typedef float Pixel __attribute__((vector_size(16)));

/** The pixel at p, with whatever byte follows it in the last lane. */
inline Pixel loadRgb(const uint8_t* p) {
  typedef uint8_t Bytes __attribute__((vector_size(4)));
  Bytes bytes;
  std::memcpy(&bytes, p, sizeof bytes);
  return __builtin_convertvector(bytes, Pixel);
}

/** A value as 8 bits: rounded to the nearest, clamped. */
inline uint8_t to8Bits(float value) { return uint8_t(value < 0 ? 0 : value > 255 ? 255 : int(value + 0.5f)); }

/** 8 bits a channel, interleaved red, green, blue: [height, width, 3], and one byte more, which `loadRgb` may touch. */
struct Picture {
  int64_t width = 0;
  int64_t height = 0;
  std::vector<uint8_t> data;

  Picture() = default;
  Picture(int64_t w, int64_t h) : width(w), height(h), data(size_t(w * h * 3 + 1)) {}
  const uint8_t* at(int64_t x, int64_t y) const { return data.data() + (y * width + x) * 3; }
  uint8_t* at(int64_t x, int64_t y) { return data.data() + (y * width + x) * 3; }
};

/** Whole pixels: left ≤ x < right, top ≤ y < bottom. */
struct Box {
  int64_t left, top, right, bottom;
  int64_t width() const { return right - left; }
  int64_t height() const { return bottom - top; }
  bool empty() const { return right <= left || bottom <= top; }
};

}  // namespace facewright
