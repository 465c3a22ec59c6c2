// Weights as the kernels want them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels.h"
#include "memory.h"

namespace facewright {

/** A constant of a graph, laid out for the kernels that read it. */
struct Constant {
  Floats values;
};

/** A layout by name, with the sizes that it depends on. */
struct PackRequest {
  /**
   * plain | blocked | pointwise | same | same-adjoint | up | down | winograd | winograd-adjoint | winograd-up |
   * winograd-down
   */
  std::string layout;
  /** blocked: [c, h, w]; weights: [out, in] as in the graph's tensor. */
  std::vector<int64_t> sizes;
};

/**
 * Packs `count` values.
 * @throws std::invalid_argument when layout, sizes and count do not agree
 */
Constant pack(const Kernels& kernels, const PackRequest& request, const float* values, int64_t count);

/** Floats that a layout takes with these kernels. @throws std::invalid_argument for one that does not exist */
int64_t packedFloats(const Kernels& kernels, const PackRequest& request);

}  // namespace facewright
