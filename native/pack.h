// Weights as the kernels want them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels.h"
#include "memory.h"

namespace facewright {

/** The weights of a dense layer for many pictures at once (kernels/linear_many.h). */
struct Panels {
  int64_t rows, columns;
  std::vector<int32_t> order;
  Floats weights;
};

/** A constant of a graph, laid out for the kernels that read it. */
struct Constant {
  Floats values;
  /** Once somebody wants them. */
  mutable std::shared_ptr<const Panels> panels{};
};

/**
 * Plain weights [rows, columns] as panels: made once for all programs that share the constant, all of them made on one
 * thread, that of its JavaScript.
 */
std::shared_ptr<const Panels> panelsOf(const Kernels& kernels, const Constant& weights, int64_t rows, int64_t columns);

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
