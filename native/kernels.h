// The kernels of the native engine: what they are given, and the table through which they are called.
//
// Nothing in this header, and nothing that it includes, is compiled for more than the baseline instruction set, except
// inside the namespaces of isa/*.cc. Those files use neither templates nor inline functions of the standard library: the
// linker would keep one copy of each, perhaps one that needs AVX-512.
//
// **Layouts.** A tensor of one picture is either *planar*, [c, h, w] row-major as at every boundary, or *blocked*:
// [⌈c/16⌉, h, w, 16], sixteen channels side by side, so that a vector holds the same pixel of sixteen channels. Padding
// lanes of blocked maps hold finite numbers that nothing reads. Blocked memory is aligned to 64 bytes.
#pragma once

#include <cstdint>

#include "tables.h"

/** Whether the compiler knows AVX512-BF16: GCC since 10. */
#if defined(__x86_64__) && (defined(__clang__) || __GNUC__ >= 10)
#define FACEWRIGHT_HAS_BF16 1
#else
#define FACEWRIGHT_HAS_BF16 0
#endif

namespace facewright {

/** Channels that lie side by side in a blocked map. */
constexpr int kBlock = 16;

inline int64_t blocks(int64_t channels) { return (channels + kBlock - 1) / kBlock; }

// What JavaScript names (tables.h).
enum class Reading : int32_t { FACEWRIGHT_READINGS(FACEWRIGHT_ENUMERATOR) };
enum class Writing : int32_t { FACEWRIGHT_WRITINGS(FACEWRIGHT_ENUMERATOR) };
enum class Geometry : int32_t { FACEWRIGHT_GEOMETRIES(FACEWRIGHT_ENUMERATOR) };
enum class Optimiser : int32_t { FACEWRIGHT_OPTIMISERS(FACEWRIGHT_ENUMERATOR) };
enum class Packing : int32_t { FACEWRIGHT_PACKINGS(FACEWRIGHT_ENUMERATOR) };
enum class Precision : int32_t { FACEWRIGHT_PRECISIONS(FACEWRIGHT_ENUMERATOR) };

/** A piece of a kernel's work. `scratch` belongs to the thread that runs it. */
using Task = void (*)(void* argument, int64_t index, float* scratch);

struct Run {
  /** Calls `task(argument, index, scratch)` for each index < tasks, in any order, on any thread; returns when all are done. */
  void (*parallel)(void* pool, int64_t tasks, Task task, void* argument);
  void* pool;
  /** Memory that all tasks of one kernel share. */
  float* shared;
  /** Partial results of tiles; not overlapping with `shared`. */
  float* partial;
};

struct Load {
  Reading reading;
  int32_t channels, height, width;
  /** Blocked [c, h, w]; `g` only where a gradient is read. */
  const float *x, *g;
  /** [3, c], [2, c], [2, c] */
  const float *coefficients, *moments, *sums;
  /** scaled: [c]; unactivated: [c] or null */
  const float* factor;
  /** gradient, unactivated; the clamp is unactivated's, ∞ being none */
  float slope, clamp;
  /**
   * Where a gradient is read and `g` is null: g = Σ_o planarWeights[o, c]·planar[o], the adjoint of a 1×1 convolution to few
   * channels, which then is never stored; times planarFactor[c] where that is there. Planar [planarChannels, h, w],
   * [planarChannels, ⌈c/16⌉·16] and [c].
   */
  const float *planar, *planarWeights, *planarFactor;
  int32_t planarChannels;
};

struct Store {
  Writing writing;
  int32_t channels, height, width;
  /** Blocked [c, h, w]; summed, scaled: may be null, where the sums alone are wanted. */
  float* y;
  /** styled, activated, and for `demodulationSums`: planar [h, w] or null; [c], [c]. styled alone: [2, c]. */
  const float *noise, *noiseWeight, *bias, *style;
  float slope, epsilon, clamp;
  /** activated, scaled: [c] or null. */
  const float* factor;
  /** styled: results [3, c], [2, c]. */
  float *coefficients, *moments;
  /** summed, scaled: the stored map; summed: its moments [2, c]. Result [2, c]; scaled: [c] or null. */
  const float *x, *xMoments;
  float* sums;
  /** scaled: blocked [c, h, w] or null. */
  const float* plus;
  /** scaled: the factors [c] that demodulated the map of which x was made, and the result [c]; both null where it is not wanted. */
  const float* demodulation;
  float* demodulationSums;
  /** scaled: whether y goes back through the activation that made x, and the factors [c] that it is then scaled by, or null. */
  bool unactivates;
  const float* backFactor;
};

struct Convolution {
  Geometry geometry;
  int32_t in, out;
  /** Of the side on which tiles are counted: the output of `same` and `down`; of `up` the input, and its margin. */
  int32_t height, width;
  /** Of `up` and `down`: the margin (graph/ops.ts, conv_up). */
  bool margin;
  /** As `packDirect` lays them out, for `winogradUp` `packWinogradUp` (pack.cc). */
  const float* weights;
  Load load;
  Store store;
};

struct Winograd {
  int32_t in, out, height, width;
  /** As `packWinograd` lays them out. */
  const float* weights;
  Load load;
  Store store;
};

/** Packed weights of the adjoint of a convolution, made of those of the convolution: float32 in the form that `winograd` says. */
struct Transpose {
  bool winograd;
  /** Of the adjoint: `same`, or `down` of `up`. */
  Geometry geometry;
  /** The adjoint's. */
  int32_t in, out;
  const float* from;
  float* to;
};

/** Blur, or with `blur` false a pass that only reads and writes, over a blocked map. */
struct Pass {
  bool blur;
  /** The middle of the nine samples that a blurred pixel is made of is so far to the right and below: 0, with a margin 1, adjoint −1. */
  int32_t shift;
  Load load;
  Store store;
};

struct Pointwise {
  int32_t in, out, height, width;
  bool adjoint;
  /** [out, ⌈in/16⌉·16] */
  const float* weights;
  /** [out] or null */
  const float* bias;
  /** forward: a blocked map read with coefficients or plain → planar `planar`; adjoint: planar → `store`. */
  Load load;
  float* planar;
  const float* planarIn;
  Store store;
};

struct NoiseGradient {
  int32_t channels, height, width;
  const float *g, *noiseWeight;
  float* y;
};

struct Layout {
  int32_t channels;
  int64_t pixels;
  const float* from;
  float* to;
};

struct Linear {
  int64_t rows, columns;
  bool adjoint;
  const float* x;
  const float* weights;
  const float* bias;
  float slope;
  float* y;
};

/** The same layer, not adjoint, for several pictures at once: `x` and `y` of each. */
struct LinearMany {
  Linear layer;
  /** The columns in the order in which they are met, and the weights laid out for that (kernels/linear_many.h). */
  const int32_t* order;
  const float* panels;
  int64_t pictures;
  const float* const* x;
  float* const* y;
};

/** A bicubic reduction or its transpose: y[o, j, i] = Σ_k weights[k]·x[o, sources[k], i] over the entries k of row j of a sparse matrix. */
struct Bicubic {
  int64_t outer, from, to, inner;
  /** [to + 1], then [starts[to]] each */
  const int32_t *starts, *sources;
  const float* weights;
  const float* x;
  float* y;
};

enum class Elementwise : int32_t { add, affine, fill, lreluGradient, copy };

struct Elements {
  Elementwise operation;
  int64_t count;
  const float *a, *b;
  /** affine: scale·a + shift; fill: shift; lreluGradient: slope in `scale`, clamp in `shift`. */
  float scale, shift;
  float* y;
};

struct Latent {
  bool gradient;
  int64_t rows, size;
  /** forward: v, mean, std → w; gradient: g, w, std. */
  const float *x, *w, *mean, *std;
  float slope;
  float* y;
};

struct PixelNorm {
  int64_t count;
  /** `g` null: forward. */
  const float *g, *x;
  float* y;
};

struct PixelLoss {
  int64_t count;
  bool absolute;
  /** `g` null: the loss itself. */
  const float *g, *x, *target;
  float* y;
};

struct Geocross {
  int64_t rows, size;
  /** `g` null: forward, to value and pairs. */
  const float *g, *w;
  float *value, *pairs, *gradient;
};

struct Optimise {
  Optimiser kind;
  int64_t count;
  float* parameter;
  const float* gradient;
  float *first, *second;
  float rate, rootCorrection;
};

struct Sphere {
  int64_t rows, size;
  float* parameter;
  const float* radius;
};

/** What is done to every value of a planar map, channel by channel (kernels/channels.h). */
enum class Channelwise : int32_t { addNoise, biasAct, modulate, modulateGradient, scale };

struct Channels {
  Channelwise operation;
  int64_t channels, pixels;
  /** [c, pixels]; of `modulateGradient` the gradient. */
  const float* x;
  /** addNoise: the weights [c]; biasAct: the bias [c]; modulate, modulateGradient: the style [2, c]; scale: the factor [c]. */
  const float* perChannel;
  /** addNoise: [pixels] */
  const float* noise;
  float slope, clamp;
  float* y;
};

struct InstanceNorm {
  int64_t channels, pixels;
  /** `g` null: forward. */
  const float *g, *x;
  float epsilon;
  float* y;
};

/** Σ g·x of each channel, and with `both` then Σ g. */
struct ChannelSums {
  bool both;
  int64_t channels, pixels;
  const float *g, *x;
  /** [c], or [2, c] */
  float* y;
};

/** Upsampling by 2 with [1 3 3 1]⊗[1 3 3 1]/16 over planar maps, or its transpose. */
struct Upsample {
  bool adjoint;
  /** Of the small side. */
  int64_t channels, height, width;
  const float* x;
  float* y;
};

/** Factors that demodulate, or their gradient by the style (graph/ops.ts, demodulate). */
struct Demodulate {
  int64_t out, in;
  /** [in], [out, in] */
  const float *style, *squares;
  float epsilon;
  /** [out] each; `g` null: forward. */
  const float *g, *d;
  float* y;
};

/** Floats of scratch that each thread needs, and of shared and partial memory. */
struct Memory {
  int64_t scratch, shared, partial;
};

/** Direct convolutions: what a precision is of. */
struct Direct {
  /** Of the products; sums are in float32. */
  Precision precision;
  /** Words of 32 bits that sixteen channels of a packed pixel take: 16 floats, or 8 pairs of bfloat16. */
  int packedWords;
  Memory (*memory)(const Convolution&);
  void (*run)(const Run&, const Convolution&);
};

/** The kernels of one instruction set, in one precision. */
struct Kernels {
  const char* isa;
  /** Blocks of output channels that convolutions make at once; part of the layout of their weights. */
  int groupBlocks;
  Direct direct;
  Memory (*winogradMemory)(const Winograd&);
  void (*winograd)(const Run&, const Winograd&);
  Memory (*winogradUpMemory)(const Convolution&);
  void (*winogradUp)(const Run&, const Convolution&);
  void (*transpose)(const Run&, const Transpose&);
  Memory (*passMemory)(const Pass&);
  void (*pass)(const Run&, const Pass&);
  Memory (*pointwiseMemory)(const Pointwise&);
  void (*pointwise)(const Run&, const Pointwise&);
  void (*noiseGradient)(const Run&, const NoiseGradient&);
  void (*toBlocked)(const Run&, const Layout&);
  void (*toPlanar)(const Run&, const Layout&);
  void (*linear)(const Run&, const Linear&);
  /** Floats that the panels of a layer take, and what makes them and the order of its columns. */
  int64_t (*panelFloats)(int64_t rows, int64_t columns);
  void (*packPanels)(const Linear&, int32_t* order, float* panels);
  /** Floats of scratch that each thread needs for so many pictures. */
  int64_t (*linearManyScratch)(int64_t columns, int64_t pictures);
  void (*linearMany)(const Run&, const LinearMany&);
  void (*bicubic)(const Run&, const Bicubic&);
  void (*elementwise)(const Run&, const Elements&);
  void (*latent)(const Run&, const Latent&);
  void (*pixelNorm)(const Run&, const PixelNorm&);
  void (*pixelLoss)(const Run&, const PixelLoss&);
  void (*geocross)(const Run&, const Geocross&);
  void (*optimise)(const Run&, const Optimise&);
  void (*sphere)(const Run&, const Sphere&);
  void (*channelwise)(const Run&, const Channels&);
  void (*instanceNorm)(const Run&, const InstanceNorm&);
  void (*channelSums)(const Run&, const ChannelSums&);
  void (*upsample)(const Run&, const Upsample&);
  void (*demodulate)(const Run&, const Demodulate&);
  double (*multiplyAdds)(int64_t rounds, float* result);
  void (*copyFloats)(const float* from, float* to, int64_t count);
};

}  // namespace facewright
