// Sixteen floats to a vector: AVX-512.
#include "../kernels.h"

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,prefer-vector-width=512")
#endif
#define FACEWRIGHT_ISA avx512
#define FACEWRIGHT_ISA_NAME "avx512"
#define FACEWRIGHT_LANES 16
#include "kernels.inl"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
