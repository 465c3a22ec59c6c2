// Eight floats to a vector: AVX2 with FMA.
#include "../kernels.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx2,fma")
#endif
#define FACEWRIGHT_ISA avx2
#define FACEWRIGHT_ISA_NAME "avx2"
#define FACEWRIGHT_LANES 8
#include "kernels.inl"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
