// Four floats to a vector: what every processor of the architecture has (SSE2 on x86-64, NEON on arm64).
#include "../kernels.h"

#define FACEWRIGHT_ISA baseline
#define FACEWRIGHT_ISA_NAME "baseline"
#define FACEWRIGHT_LANES 4
#include "kernels.inl"
