// Scaling with the Lanczos kernel of radius 3, as Pillow's ANTIALIAS does it: the filter of the FFHQ crop.
#pragma once

#include <vector>

#include "picture.h"

namespace facewright {

/** The samples that make one sample of the result, and their weights, which sum to 1. */
struct Tap {
  int64_t first;
  std::vector<float> weights;
};

/**
 * The taps that scale `from` samples to `to`, for the results begin ≤ i < end: the kernel stretched by from/to where that
 * is more than 1, cut off at the ends of the picture and normalised.
 */
std::vector<Tap> lanczosTaps(int64_t from, int64_t to, int64_t begin, int64_t end);

/**
 * Part of a picture that is scaled to `width` × `height` as a whole. `source` need only hold the rows and columns of
 * `held`, in the coordinates of the picture of `fullWidth` × `fullHeight`.
 *
 * @param part in pixels of the result
 */
Picture shrinkPart(const Picture& source, const Box& held, int64_t fullWidth, int64_t fullHeight, int64_t width,
                   int64_t height, const Box& part);

/** What `shrinkPart` reads of the source for a part. */
Box shrinkReads(int64_t fullWidth, int64_t fullHeight, int64_t width, int64_t height, const Box& part);

}  // namespace facewright
