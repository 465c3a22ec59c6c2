// Steps whose kernels read and write blocked maps in any form (kernels/load.h, kernels/store.h).

#include "step-reader.h"

namespace facewright {

namespace {

/** A `Load` whose pointers are still to come. */
struct LoadPlan {
  Load load{};
  int64_t x = -1, g = -1, coefficients = -1, moments = -1, sums = -1, factor = -1;
  int64_t planar = -1, planarWeights = -1, planarFactor = -1;

  LoadPlan(const StepReader& step, int64_t channels, int64_t height, int64_t width) {
    const StepReader r = step.read();
    const Reading reading = r.one<Reading>("form");
    load.reading = reading;
    load.channels = int32_t(channels);
    load.height = int32_t(height);
    load.width = int32_t(width);
    x = r.input("x", blockedFloats(channels, height, width));
    switch (reading) {
      case Reading::plain:
        break;
      case Reading::styled:
        coefficients = r.input("coefficients", 3 * channels);
        break;
      case Reading::scaled:
        factor = r.input("factor", channels);
        break;
      case Reading::gradient:
        source(r);
        coefficients = r.input("coefficients", 3 * channels);
        moments = r.input("moments", 2 * channels);
        sums = r.input("sums", 2 * channels);
        load.slope = r.value("slope");
        break;
      case Reading::unactivated:
        source(r);
        factor = r.optional("factor", channels);
        load.slope = r.value("slope");
        load.clamp = r.value("clamp");
        break;
    }
  }
  Load at(const Frame& f) const {
    Load l = load;
    l.x = f.at(x);
    l.g = f.at(g);
    l.coefficients = f.at(coefficients);
    l.moments = f.at(moments);
    l.sums = f.at(sums);
    l.factor = f.at(factor);
    l.planar = f.at(planar);
    l.planarWeights = f.at(planarWeights);
    l.planarFactor = f.at(planarFactor);
    return l;
  }

 private:
  /** Where a gradient comes from. */
  void source(const StepReader& r) {
    const int64_t channels = load.channels, pixels = int64_t(load.height) * load.width;
    if (r.has("g")) {
      g = r.input("g", blocks(channels) * kBlock * pixels);
      return;
    }
    load.planarChannels = int32_t(r.channels("planarChannels"));
    planar = r.input("planar", load.planarChannels * pixels);
    planarWeights = r.input("weights", load.planarChannels * blocks(channels) * kBlock);
    planarFactor = r.optional("planarFactor", channels);
  }
};

/** A `Store` whose pointers are still to come. */
struct StorePlan {
  Store store{};
  int64_t y = -1, noise = -1, noiseWeight = -1, bias = -1, style = -1, coefficients = -1, moments = -1;
  int64_t x = -1, xMoments = -1, sums = -1, factor = -1, plus = -1, demodulation = -1, demodulationSums = -1;
  int64_t backFactor = -1;

  StorePlan(const StepReader& step, int64_t channels, int64_t height, int64_t width) {
    const StepReader r = step.write();
    store.writing = r.one<Writing>("form");
    store.channels = int32_t(channels);
    store.height = int32_t(height);
    store.width = int32_t(width);
    const int64_t floats = blockedFloats(channels, height, width);
    const bool mayBeSumsAlone = store.writing == Writing::summed || store.writing == Writing::scaled;
    if (!mayBeSumsAlone || r.has("y")) y = r.output("y", floats);
    switch (store.writing) {
      case Writing::plain:
        break;
      case Writing::styled:
        beforeActivation(r);
        style = r.input("style", 2 * channels);
        coefficients = r.output("coefficients", 3 * channels);
        moments = r.output("moments", 2 * channels);
        store.epsilon = r.value("epsilon");
        break;
      case Writing::summed:
        x = r.input("x", floats);
        xMoments = r.input("moments", 2 * channels);
        sums = r.output("sums", 2 * channels);
        break;
      case Writing::activated:
        beforeActivation(r);
        factor = r.optional("factor", channels);
        store.clamp = r.value("clamp");
        break;
      case Writing::scaled:
        x = r.input("x", floats);
        factor = r.optional("factor", channels);
        plus = r.optional("plus", floats);
        if (r.has("sums")) sums = r.output("sums", channels);
        store.unactivates = r.flag("unactivates");
        backFactor = r.optional("backFactor", channels);
        if (store.unactivates || r.has("demodulation")) {
          store.slope = r.value("slope");
          store.clamp = r.value("clamp");
        }
        if (!r.has("demodulation")) break;
        demodulation = r.input("demodulation", channels);
        demodulationSums = r.output("demodulationSums", channels);
        beforeActivation(r);
        if (store.slope == 0) r.fail("a slope of 0 cannot be undone");
        break;
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
    s.factor = f.at(factor);
    s.plus = f.at(plus);
    s.demodulation = f.at(demodulation);
    s.demodulationSums = f.at(demodulationSums);
    s.backFactor = f.at(backFactor);
    return s;
  }

 private:
  /** What is added before an activation, and its slope. */
  void beforeActivation(const StepReader& r) {
    if (r.has("noise")) {
      noise = r.input("noise", int64_t(store.height) * store.width);
      noiseWeight = r.input("noiseWeight", store.channels);
    }
    bias = r.input("bias", store.channels);
    store.slope = r.value("slope");
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
  const bool down = c.geometry == Geometry::down, up = c.geometry == Geometry::up;
  c.margin = (down || up) && r.flag("margin");
  const int64_t more = c.margin ? 1 : 0;
  c.height = int32_t(up ? height + more : height);
  c.width = int32_t(up ? width + more : width);
  const int64_t largeHeight = 2 * (height + more), largeWidth = 2 * (width + more);
  const LoadPlan load(r, c.in, down ? largeHeight : height, down ? largeWidth : width);
  const StorePlan store(r, c.out, up ? largeHeight : height, up ? largeWidth : width);
  const int64_t taps = c.geometry == Geometry::same ? 9 : 16;
  const int64_t perPair = winograd ? kBlock * 36 : k.direct.packedWords * taps;
  const int64_t weights = r.input("weights", blocks(c.in) * blocks(c.out) * kBlock * perPair);
  c.load = load.load;
  c.store = store.store;
  return {[=, &k](const Frame& f) {
            Convolution now = c;
            now.weights = f.at(weights);
            now.load = load.at(f);
            now.store = store.at(f);
            (winograd ? k.winogradUp : k.direct.run)(f.run, now);
          },
          (winograd ? k.winogradUpMemory : k.direct.memory)(c)};
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

/** The packed weights of an adjoint, for the steps above. */
Step transposeStep(const Kernels& k, const StepReader& r) {
  Transpose t{};
  t.winograd = r.flag("winograd");
  t.geometry = r.one<Geometry>("geometry");
  const bool same = t.geometry == Geometry::same;
  if (t.geometry == Geometry::up) r.fail("makes the weights of an adjoint, which is same or down");
  if (!t.winograd && k.direct.packedWords != kBlock) r.fail("transposes no pairs of bfloat16");
  t.in = int32_t(r.channels("in"));
  t.out = int32_t(r.channels("out"));
  const int64_t taps = t.winograd ? (same ? 16 : 36) : (same ? 9 : 16);
  const int64_t floats = blocks(t.in) * blocks(t.out) * kBlock * kBlock * taps;
  const int64_t from = r.input("weights", floats), to = r.output("y", floats);
  return {[=, &k](const Frame& f) {
    Transpose now = t;
    now.from = f.at(from);
    now.to = f.at(to);
    k.transpose(f.run, now);
  }};
}

Step passStep(const Kernels& k, const StepReader& r) {
  Pass p{};
  p.blur = r.flag("blur");
  p.shift = int32_t(r.size("shift", p.blur ? -1 : 0, p.blur ? 1 : 0));
  const int64_t channels = r.channels("channels"), height = r.side("height"), width = r.side("width");
  // A margin of the map that is read is as wide as it is shifted.
  const int64_t left = 2 * p.shift;
  if (height <= left || width <= left) r.fail("nothing is left within the margin");
  const LoadPlan load(r, channels, height, width);
  const StorePlan store(r, channels, height - left, width - left);
  p.load = load.load;
  p.store = store.store;
  return {[=, &k](const Frame& f) { k.pass(f.run, {p.blur, p.shift, load.at(f), store.at(f)}); }, k.passMemory(p)};
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
  if (load.load.reading == Reading::gradient || load.load.reading == Reading::unactivated) r.fail("reads no gradients");
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
