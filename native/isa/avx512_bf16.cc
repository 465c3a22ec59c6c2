// AVX-512 with bfloat16 products in the direct convolutions (AVX512-BF16); sums, and all else, in float32.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "../kernels.h"

#if FACEWRIGHT_HAS_BF16
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,avx2,fma"))), \
                             apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,avx2,fma,prefer-vector-width=512")
#endif
#define FACEWRIGHT_ISA avx512_bf16
#define FACEWRIGHT_ISA_NAME "avx512"
#define FACEWRIGHT_LANES 16
#define FACEWRIGHT_BF16 1
#include "kernels.inl"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
