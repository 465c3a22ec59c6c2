// From a step's description to a call of its kernel: all kernels but those of map-steps.cc and channel-steps.cc,
// and the list by name.

#include <algorithm>
#include <limits>

#include "step-reader.h"

namespace facewright {

namespace {

Step noiseGradientStep(const Kernels& k, const StepReader& r) {
  const int64_t channels = r.channels("channels"), height = r.side("height"), width = r.side("width");
  const int64_t g = r.input("g", blockedFloats(channels, height, width)), w = r.input("noiseWeight", channels);
  const int64_t y = r.output("y", height * width);
  return {[=, &k](const Frame& f) {
    k.noiseGradient(f.run, {int32_t(channels), int32_t(height), int32_t(width), f.at(g), f.at(w), f.at(y)});
  }};
}

template <bool toBlocked>
Step layoutStep(const Kernels& k, const StepReader& r) {
  const int64_t channels = r.channels("channels"), height = r.side("height"), width = r.side("width");
  const int64_t planar = channels * height * width, blocked = blockedFloats(channels, height, width);
  const int64_t from = r.input("x", toBlocked ? planar : blocked), to = r.output("y", toBlocked ? blocked : planar);
  return {[=, &k](const Frame& f) {
    (toBlocked ? k.toBlocked : k.toPlanar)(f.run, {int32_t(channels), height * width, f.at(from), f.at(to)});
  }};
}

Step linearStep(const Kernels& k, const StepReader& r) {
  const int64_t rows = r.size("rows", 1, 1 << 20), columns = r.size("columns", 1, 1 << 20);
  const bool adjoint = r.flag("adjoint");
  const int64_t from = adjoint ? rows : columns, to = adjoint ? columns : rows;
  const int64_t x = r.input("x", from), bias = r.optional("bias", to);
  const int64_t weights = r.input("weights", rows * columns);
  const int64_t y = r.output("y", to);
  const float slope = r.value("slope");
  const auto layer = [=](const Frame& f) {
    return Linear{rows, columns, adjoint, f.at(x), f.at(weights), f.at(bias), slope, f.at(y)};
  };
  Step step{[=, &k](const Frame& f) { k.linear(f.run, layer(f)); }};
  if (adjoint || !r.shared(weights) || !r.shared(bias)) return step;
  step.many = [=, &k, constant = r.constant(weights)] {
    const auto panels = panelsOf(k, *constant, rows, columns);
    const auto run = [=, &k](const Frame* frames, int64_t count) {
      const float* from[kMostAtOnce];
      float* into[kMostAtOnce];
      for (int64_t i = 0; i < count; i++) {
        from[i] = frames[i].at(x);
        into[i] = frames[i].at(y);
      }
      k.linearMany(frames[0].run, {layer(frames[0]), panels->order.data(), panels->weights.data(), count, from, into});
    };
    return Many{run, k.linearManyScratch(columns, kMostAtOnce)};
  };
  return step;
}

/** A sparse matrix, row by row. */
struct Sparse {
  std::vector<int32_t> starts, sources;
  std::vector<float> weights;
};

/**
 * The reduction of `to`·factor samples to `to`, or its transpose: tap t of output j reads sample j·factor + t − before,
 * reflected at the edges.
 */
Sparse reduction(int64_t to, int64_t factor, int64_t before, const std::vector<double>& taps, bool adjoint) {
  const int64_t from = to * factor;
  std::vector<std::vector<std::pair<int32_t, double>>> rows(adjoint ? from : to);
  for (int64_t j = 0; j < to; j++) {
    for (int64_t t = 0; t < int64_t(taps.size()); t++) {
      int64_t sample = j * factor + t - before;
      while (sample < 0 || sample >= from) sample = sample < 0 ? -sample : 2 * (from - 1) - sample;
      rows[adjoint ? sample : j].emplace_back(int32_t(adjoint ? j : sample), taps[t]);
    }
  }
  Sparse m;
  for (const auto& row : rows) {
    m.starts.push_back(int32_t(m.sources.size()));
    for (const auto& [source, weight] : row) {
      m.sources.push_back(source);
      m.weights.push_back(float(weight));
    }
  }
  m.starts.push_back(int32_t(m.sources.size()));
  return m;
}

Step bicubicStep(const Kernels& k, const StepReader& r) {
  const int64_t factor = r.size("factor", 2, kMostSide), small = r.side("small");
  const bool adjoint = r.flag("adjoint");
  const int64_t outer = r.count("outer"), inner = r.count("inner");
  if (small * factor > kMostSide) r.fail("small·factor is out of range");
  const int64_t from = adjoint ? small : small * factor, to = adjoint ? small * factor : small;
  if (outer > (int64_t(1) << 38) / inner / std::max(from, to)) r.fail("outer·inner is out of range");
  const int64_t x = r.input("x", outer * from * inner), y = r.output("y", outer * to * inner);
  // A single sample reflects onto itself for ever; two or more do not.
  if (small * factor < 2) r.fail("too few samples");
  const int64_t before = r.size("before", 0, 4 * factor);
  std::vector<double> taps;
  for (int64_t t = 0; t < 4 * factor; t++) taps.push_back(r.exact("tap" + std::to_string(t)));
  auto matrix = std::make_shared<const Sparse>(reduction(small, factor, before, taps, adjoint));
  return {[=, &k](const Frame& f) {
    k.bicubic(f.run, {outer, from, to, inner, matrix->starts.data(), matrix->sources.data(), matrix->weights.data(),
                       f.at(x), f.at(y)});
  }};
}

template <Elementwise operation>
Step elementsStep(const Kernels& k, const StepReader& r) {
  const int64_t count = r.count("count");
  constexpr bool two = operation == Elementwise::add || operation == Elementwise::lreluGradient;
  const int64_t from = r.size("from", 0, int64_t(1) << 38), to = r.size("to", 0, int64_t(1) << 38);
  const int64_t a = operation == Elementwise::fill ? -1 : r.input("a", from + count);
  const int64_t b = two ? r.input("b", count) : -1;
  const int64_t y = r.output("y", to + count);
  const float scale = r.value("scale"), shift = r.value("shift");
  return {[=, &k](const Frame& f) {
    const float* first = f.at(a);
    k.elementwise(f.run, {operation, count, first ? first + from : nullptr, f.at(b), scale, shift, f.at(y) + to});
  }};
}

template <bool gradient>
Step latentStep(const Kernels& k, const StepReader& r) {
  const int64_t rows = r.count("rows"), size = r.size("size", 1, 1 << 20);
  if (rows > (1 << 20)) r.fail("rows is out of range");
  const int64_t x = r.input("x", rows * size), std = r.input("std", size);
  const int64_t w = gradient ? r.input("w", rows * size) : -1, mean = gradient ? -1 : r.input("mean", size);
  const int64_t y = r.output("y", rows * size);
  const float slope = r.value("slope");
  return {[=, &k](const Frame& f) {
    k.latent(f.run, {gradient, rows, size, f.at(x), f.at(w), f.at(mean), f.at(std), slope, f.at(y)});
  }};
}

Step pixelNormStep(const Kernels& k, const StepReader& r) {
  const int64_t count = r.count("count");
  const int64_t g = r.optional("g", count), x = r.input("x", count), y = r.output("y", count);
  return {[=, &k](const Frame& f) { k.pixelNorm(f.run, {count, f.at(g), f.at(x), f.at(y)}); }};
}

Step pixelLossStep(const Kernels& k, const StepReader& r) {
  const int64_t count = r.count("count");
  const bool absolute = r.flag("absolute");
  const int64_t g = r.optional("g", 1), x = r.input("x", count), target = r.input("target", count);
  const int64_t y = r.output("y", g < 0 ? 1 : count);
  return {[=, &k](const Frame& f) { k.pixelLoss(f.run, {count, absolute, f.at(g), f.at(x), f.at(target), f.at(y)}); }};
}

Step geocrossStep(const Kernels& k, const StepReader& r) {
  const int64_t rows = r.size("rows", 1, 1 << 10), size = r.size("size", 1, 1 << 20);
  const int64_t g = r.optional("g", 1), w = r.input("w", rows * size);
  const int64_t pairs = g < 0 ? r.output("pairs", 2 * rows * rows) : r.input("pairs", 2 * rows * rows);
  const int64_t value = g < 0 ? r.output("value", 1) : -1, gradient = g < 0 ? -1 : r.output("gradient", rows * size);
  return {[=, &k](const Frame& f) {
    k.geocross(f.run, {rows, size, f.at(g), f.at(w), f.at(value), f.at(pairs), f.at(gradient)});
  }};
}

/** Σ weight·max(term, floor) of up to three terms. */
Step objectiveStep(const Kernels&, const StepReader& r) {
  const int64_t terms = r.size("terms", 1, 3), y = r.output("y", 1);
  int64_t term[3] = {-1, -1, -1};
  float weight[3] = {}, floor[3] = {};
  for (int64_t t = 0; t < terms; t++) {
    const std::string number = std::to_string(t);
    term[t] = r.input("term" + number, 1);
    weight[t] = r.value("weight" + number);
    floor[t] = r.value("floor" + number);
  }
  return {[=](const Frame& f) {
    float total = 0;
    for (int64_t t = 0; t < terms; t++) {
      const float value = *f.at(term[t]);
      // NaN stays NaN.
      total += weight[t] * (value < floor[t] ? floor[t] : value);
    }
    *f.at(y) = total;
  }};
}

Step objectiveGradientStep(const Kernels&, const StepReader& r) {
  const int64_t g = r.input("g", 1), term = r.input("term", 1), y = r.output("y", 1);
  const float weight = r.value("weight"), floor = r.value("floor");
  return {[=](const Frame& f) { *f.at(y) = *f.at(term) >= floor ? *f.at(g) * weight : 0.0f; }};
}

Step optimiseStep(const Kernels& k, const StepReader& r) {
  const Optimiser kind = r.one<Optimiser>("kind");
  const int64_t count = r.count("count");
  const int64_t parameter = r.output("parameter", count), g = r.input("g", count);
  const int64_t first = kind == Optimiser::sgd ? -1 : r.output("first", count);
  const int64_t second = kind == Optimiser::adam || kind == Optimiser::adamax ? r.output("second", count) : -1;
  return {[=, &k](const Frame& f) {
    k.optimise(f.run, {kind, count, f.at(parameter), f.at(g), f.at(first), f.at(second), f.scalars.rate,
                       f.scalars.rootCorrection});
  }};
}

Step sphereStep(const Kernels& k, const StepReader& r) {
  const int64_t rows = r.size("rows", 1, 1 << 20), size = r.size("size", 1, int64_t(1) << 32);
  const int64_t parameter = r.output("parameter", rows * size), radius = r.input("radius", rows);
  return {[=, &k](const Frame& f) { k.sphere(f.run, {rows, size, f.at(parameter), f.at(radius)}); }};
}

Step keepBestStep(const Kernels&, const StepReader& r) {
  const int64_t total = r.input("total", 1), distance = r.input("distance", 1), best = r.output("best", 1);
  const int64_t within = r.output("within", 1), bestStep = r.output("bestStep", 1), improved = r.output("improved", 1);
  const float eps = r.value("eps");
  return {[=](const Frame& f) {
    const float near = *f.at(distance) <= eps ? 1.0f : 0.0f;
    const bool nearer = near > *f.at(within) && *f.at(total) <= std::numeric_limits<float>::max();
    const bool better = nearer || (near == *f.at(within) && *f.at(total) < *f.at(best));
    if (better) {
      *f.at(best) = *f.at(total);
      *f.at(within) = near;
      *f.at(bestStep) = f.scalars.step;
    }
    *f.at(improved) = better ? 1.0f : 0.0f;
  }};
}

Step keepIfStep(const Kernels& k, const StepReader& r) {
  const int64_t count = r.count("count");
  const int64_t improved = r.input("improved", 1), source = r.input("source", count), kept = r.output("kept", count);
  return {[=, &k](const Frame& f) {
    if (*f.at(improved) == 0.0f) return;
    k.elementwise(f.run, {Elementwise::copy, count, f.at(source), nullptr, 1, 0, f.at(kept)});
  }};
}

struct Maker {
  const char* kernel;
  Step (*make)(const Kernels&, const StepReader&);
};

#define FACEWRIGHT_MAKER(name, ...) {#name, __VA_ARGS__},
constexpr Maker kMakers[] = {FACEWRIGHT_KERNELS(FACEWRIGHT_MAKER)};

}  // namespace

Step makeStep(const Kernels& kernels, const StepSpec& spec, const std::vector<Buffer>& buffers) {
  for (const Maker& maker : kMakers)
    if (spec.kernel == maker.kernel) return maker.make(kernels, StepReader(spec, buffers));
  throw std::invalid_argument("there is no kernel " + spec.kernel);
}

}  // namespace facewright
