// The crop of the FFHQ dataset: a square quad of a picture, turned upright, with what lies beyond the picture made up.
#pragma once

#include "picture.h"

namespace facewright {

/** The corners of a crop in pixels of the picture, whose first pixel's centre is (0, 0): a square, turned anyhow. */
struct Quad {
  double x[4], y[4];
};

/** The order of a quad's corners. */
enum Corner { kTopLeft, kBottomLeft, kBottomRight, kTopRight };

/**
 * How the crop of a quad is to be made: with the numbers of FFHQ's dataset tool (Karras et al. 2019, appendix A).
 * All in pixels of the picture that was scaled down by `shrink`.
 */
struct CropPlan {
  /** The size of the whole picture, and after scaling it down. */
  int64_t fullWidth, fullHeight, width, height;
  int64_t shrink;
  /** The crop, and the length of its side. */
  Quad quad;
  double size;
  /** The part of the picture that is used. */
  Box part;
  /** What of the unscaled picture that part is made from. */
  Box reads;
  /** Whether a border has to be made up, and how wide, around `part`. */
  bool padded;
  int64_t border[4];
};

/**
 * @param side of the crop that is made
 * @throws std::invalid_argument when the quad is not a square, or lies beside the picture
 */
CropPlan planCrop(int64_t width, int64_t height, const Quad& quad, int64_t side);

/**
 * Makes the crop: the quad is sampled on a grid four times as fine with bilinear interpolation, and scaled down by the
 * Lanczos kernel as its rows come, so that neither the padded picture nor the fine grid is ever held.
 *
 * @param held the part `plan.reads` of the picture
 */
Picture makeCrop(const Picture& held, const CropPlan& plan, int64_t side);

}  // namespace facewright
