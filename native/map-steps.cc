// Steps whose kernels read and write blocked maps in any form (kernels/load.h, kernels/store.h).

#include "step-reader.h"

namespace facewright {

namespace {

/** A `Load` whose pointers are still to come. */
struct LoadPlan {
  Load load{};
  int64_t x = -1, g = -1, coefficients = -1, moments = -1, sums = -1, planar = -1, planarWeights = -1;

  LoadPlan(const StepReader& step, int64_t channels, int64_t height, int64_t width) {
    const StepReader r = step.read();
    const Reading reading = r.one<Reading>("form");
    load.reading = reading;
    load.channels = int32_t(channels);
    load.height = int32_t(height);
    load.width = int32_t(width);
    x = r.input("x", blockedFloats(channels, height, width));
    if (reading != Reading::plain) coefficients = r.input("coefficients", 3 * channels);
    if (reading != Reading::gradient) return;
    if (r.has("g")) {
      g = r.input("g", blockedFloats(channels, height, width));
    } else {
      load.planarChannels = int32_t(r.channels("planarChannels"));
      planar = r.input("planar", load.planarChannels * height * width);
      planarWeights = r.input("weights", load.planarChannels * blocks(channels) * kBlock);
    }
    moments = r.input("moments", 2 * channels);
    sums = r.input("sums", 2 * channels);
    load.slope = r.value("slope");
  }
  Load at(const Frame& f) const {
    Load l = load;
    l.x = f.at(x);
    l.g = f.at(g);
    l.coefficients = f.at(coefficients);
    l.moments = f.at(moments);
    l.sums = f.at(sums);
    l.planar = f.at(planar);
    l.planarWeights = f.at(planarWeights);
    return l;
  }
};

/** A `Store` whose pointers are still to come. */
struct StorePlan {
  Store store{};
  int64_t y = -1, noise = -1, noiseWeight = -1, bias = -1, style = -1, coefficients = -1, moments = -1;
  int64_t x = -1, xMoments = -1, sums = -1;

  StorePlan(const StepReader& step, int64_t channels, int64_t height, int64_t width) {
    const StepReader r = step.write();
    store.writing = r.one<Writing>("form");
    store.channels = int32_t(channels);
    store.height = int32_t(height);
    store.width = int32_t(width);
    const bool sumsAlone = store.writing == Writing::summed && !r.has("y");
    if (!sumsAlone) y = r.output("y", blockedFloats(channels, height, width));
    if (store.writing == Writing::styled) {
      if (r.has("noise")) {
        noise = r.input("noise", height * width);
        noiseWeight = r.input("noiseWeight", channels);
      }
      bias = r.input("bias", channels);
      style = r.input("style", 2 * channels);
      coefficients = r.output("coefficients", 3 * channels);
      moments = r.output("moments", 2 * channels);
      store.slope = r.value("slope");
      store.epsilon = r.value("epsilon");
    } else if (store.writing == Writing::summed) {
      x = r.input("x", blockedFloats(channels, height, width));
      xMoments = r.input("moments", 2 * channels);
      sums = r.output("sums", 2 * channels);
    }
  }
  Store at(const Frame& f) const {
    Store s = store;
    s.y = f.at(y);
    s.noise = f.at(noise);
    s.noiseWeight = f.at(noiseWeight);
    s.bias = f.at(bias);
    s.style = f.at(style);
    s.coefficients = f.at(coefficients);
    s.moments = f.at(moments);
    s.x = f.at(x);
    s.xMoments = f.at(xMoments);
    s.sums = f.at(sums);
    return s;
  }
};

}  // namespace

template <bool winograd>
Step convolutionStep(const Kernels& k, const StepReader& r) {
  Convolution c{};
  c.geometry = r.one<Geometry>("geometry");
  if (winograd && c.geometry == Geometry::same) r.fail("has no form for the geometry same");
  c.in = int32_t(r.channels("in"));
  c.out = int32_t(r.channels("out"));
  const int64_t height = r.side("height"), width = r.side("width");
  c.height = int32_t(height);
  c.width = int32_t(width);
  const int64_t from = c.geometry == Geometry::down ? 2 : 1, to = c.geometry == Geometry::up ? 2 : 1;
  const LoadPlan load(r, c.in, from * height, from * width);
  const StorePlan store(r, c.out, to * height, to * width);
  const int64_t taps = c.geometry == Geometry::same ? 9 : 16;
  const int64_t perPair = winograd ? kBlock * 36 : k.packedWords * taps;
  const int64_t weights = r.input("weights", blocks(c.in) * blocks(c.out) * kBlock * perPair);
  c.load = load.load;
  c.store = store.store;
  return {[=, &k](const Frame& f) {
            Convolution now = c;
            now.weights = f.at(weights);
            now.load = load.at(f);
            now.store = store.at(f);
            (winograd ? k.winogradUp : k.convolution)(f.run, now);
          },
          (winograd ? k.winogradUpMemory : k.convolutionMemory)(c)};
}

template Step convolutionStep<false>(const Kernels&, const StepReader&);
template Step convolutionStep<true>(const Kernels&, const StepReader&);

Step winogradStep(const Kernels& k, const StepReader& r) {
  Winograd w{};
  w.in = int32_t(r.channels("in"));
  w.out = int32_t(r.channels("out"));
  w.height = int32_t(r.side("height"));
  w.width = int32_t(r.side("width"));
  const LoadPlan load(r, w.in, w.height, w.width);
  const StorePlan store(r, w.out, w.height, w.width);
  const int64_t weights = r.input("weights", blocks(w.in) * blocks(w.out) * kBlock * kBlock * 16);
  w.load = load.load;
  w.store = store.store;
  return {[=, &k](const Frame& f) {
            Winograd now = w;
            now.weights = f.at(weights);
            now.load = load.at(f);
            now.store = store.at(f);
            k.winograd(f.run, now);
          },
          k.winogradMemory(w)};
}

Step passStep(const Kernels& k, const StepReader& r) {
  Pass p{};
  p.blur = r.flag("blur");
  const int64_t channels = r.channels("channels"), height = r.side("height"), width = r.side("width");
  const LoadPlan load(r, channels, height, width);
  const StorePlan store(r, channels, height, width);
  p.load = load.load;
  p.store = store.store;
  return {[=, &k](const Frame& f) { k.pass(f.run, {p.blur, load.at(f), store.at(f)}); }, k.passMemory(p)};
}

Step pointwiseStep(const Kernels& k, const StepReader& r) {
  Pointwise p{};
  p.in = int32_t(r.channels("in"));
  p.out = int32_t(r.channels("out"));
  p.height = int32_t(r.side("height"));
  p.width = int32_t(r.side("width"));
  const LoadPlan load(r, p.in, p.height, p.width);
  const int64_t weights = r.input("weights", p.out * blocks(p.in) * kBlock);
  const int64_t bias = r.optional("bias", p.out);
  const int64_t y = r.output("y", int64_t(p.out) * p.height * p.width);
  if (load.load.reading == Reading::gradient) r.fail("reads no gradients");
  return {[=, &k](const Frame& f) {
            Pointwise now = p;
            now.weights = f.at(weights);
            now.bias = f.at(bias);
            now.load = load.at(f);
            now.planar = f.at(y);
            k.pointwise(f.run, now);
          },
          k.pointwiseMemory(p)};
}

Step pointwiseAdjointStep(const Kernels& k, const StepReader& r) {
  Pointwise p{};
  p.adjoint = true;
  p.in = int32_t(r.channels("in"));
  p.out = int32_t(r.channels("out"));
  p.height = int32_t(r.side("height"));
  p.width = int32_t(r.side("width"));
  const StorePlan store(r, p.in, p.height, p.width);
  const int64_t weights = r.input("weights", p.out * blocks(p.in) * kBlock);
  const int64_t g = r.input("g", int64_t(p.out) * p.height * p.width);
  p.store = store.store;
  return {[=, &k](const Frame& f) {
            Pointwise now = p;
            now.weights = f.at(weights);
            now.planarIn = f.at(g);
            now.store = store.at(f);
            k.pointwise(f.run, now);
          },
          k.pointwiseMemory(p)};
}

}  // namespace facewright
