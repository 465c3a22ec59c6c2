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

/** How a constant is laid out, and the shape that it has in the graph. */
struct PackRequest {
  Packing form;
  /** direct, winograd: the kernel's. `same` has 3×3 weights, the others 4×4. */
  Geometry geometry;
  /** direct, winograd: the weights are those of the adjoint, their inputs and outputs exchanged; 3×3 taps turned round. */
  bool adjoint;
  /** Four sizes; of weights [out, in, k, k]. */
  std::vector<int64_t> shape;
};

/**
 * Packs `count` values.
 * @throws std::invalid_argument when form, shape and count do not agree
 */
Constant pack(const Kernels& kernels, const PackRequest& request, const float* values, int64_t count);

/** Floats that it takes with these kernels. @throws std::invalid_argument where the shape does not suit the form */
int64_t packedFloats(const Kernels& kernels, const PackRequest& request);

}  // namespace facewright
