// What the machine offers: instruction sets, and how many processors this process may use.
#pragma once

#include <string>
#include <vector>

#include "kernels.h"

namespace facewright {

/** The kernels that this processor can run: by instruction set, the best first, each with float32 first; never empty. */
std::vector<const Kernels*> usableKernels();

/** Processors that this process may use: those of its affinity mask, at most the cgroup's quota (rounded up). */
int usableProcessors();

/** The processor's name, as the system tells it; "unknown processor" where it does not. */
std::string processorName();

}  // namespace facewright
