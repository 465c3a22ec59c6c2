// What the FFHQ crop finds beyond the edge of a picture: its mirror image, blurred and faded to the median colour.
#pragma once

#include <vector>

#include "picture.h"

namespace facewright {

/** Widths of a border, in pixels. */
struct Border {
  int64_t left, top, right, bottom;
};

/**
 * A picture with a border on every side, as a function of the place: the padded picture itself is never made.
 *
 * FFHQ's dataset tool mirrors the picture about its outermost pixels and then, with m = 1 where the border ends, 0 at the
 * picture's edge and less inside, moves each pixel towards the Gaussian blur of all (σ = `sigma`) by clip(3m + 1, 0, 1)
 * and from there towards the median colour of all by clip(m, 0, 1). So the blur begins inside the picture.
 *
 * The blur is found on a coarser grid, which a Gaussian of σ hides, and the median over a subset of the pixels.
 */
class PaddedPicture {
 public:
  /** @param border at least 1 px on every side */
  PaddedPicture(const Picture& picture, const Border& border, double sigma);

  /** The value at a place in pixels of the picture, whose first pixel's centre is (0, 0); clamped to the border's end. */
  Pixel at(float x, float y) const;

 private:
  /** m of the head comment, at a place of the padded picture. */
  float fade(float x, float y) const;
  Pixel mirrored(float x, float y) const;
  Pixel blurred(float x, float y) const;
  void makeBlur(double sigma);
  void findMedian();

  const Picture& picture_;
  Border border_;
  int64_t width_, height_;
  /** For each column and row of the padded picture, the picture's. One more than there are. */
  std::vector<int64_t> columns_, rows_;
  /** The blur's grid: cells of `cell_` × `cell_` px. */
  int64_t cell_ = 1, gridWidth_ = 0, gridHeight_ = 0;
  std::vector<Pixel> grid_;
  Pixel median_{};
};

}  // namespace facewright
