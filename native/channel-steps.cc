// Steps over planar maps, channel by channel (kernels/channels.h, kernels/upsample.h), and those that make factors for channels
// (kernels/demodulate.h).

#include "step-reader.h"

namespace facewright {

namespace {

constexpr int64_t kMostPixels = kMostSide * kMostSide;

struct Planar {
  int64_t channels, pixels;
  explicit Planar(const StepReader& r) : channels(r.channels("channels")), pixels(r.size("pixels", 1, kMostPixels)) {}
  int64_t floats() const { return channels * pixels; }
};

}  // namespace

/** A constant for a picture: [c, pixels] as it is. */
Step repeatStep(const Kernels& k, const StepReader& r) {
  const Planar map(r);
  const int64_t count = map.floats(), x = r.input("x", count), y = r.output("y", count);
  return {[=, &k](const Frame& f) {
    k.elementwise(f.run, {Elementwise::copy, count, f.at(x), nullptr, 1, 0, f.at(y)});
  }};
}

template <Channelwise operation>
Step channelwiseStep(const Kernels& k, const StepReader& r) {
  const Planar map(r);
  constexpr bool gradient = operation == Channelwise::modulateGradient;
  const int64_t x = r.input(gradient ? "g" : "x", map.floats());
  int64_t perChannel = -1, noise = -1;
  float slope = 1, clamp = 0;
  switch (operation) {
    case Channelwise::addNoise:
      perChannel = r.input("noiseWeight", map.channels);
      noise = r.input("noise", map.pixels);
      break;
    case Channelwise::biasAct:
      perChannel = r.input("bias", map.channels);
      slope = r.value("slope");
      clamp = r.value("clamp");
      break;
    case Channelwise::scale:
      perChannel = r.input("factor", map.channels);
      break;
    case Channelwise::modulate:
    case Channelwise::modulateGradient:
      perChannel = r.input("style", 2 * map.channels);
      break;
  }
  const int64_t y = r.output("y", map.floats());
  return {[=, &k](const Frame& f) {
    k.channelwise(f.run, {operation, map.channels, map.pixels, f.at(x), f.at(perChannel), f.at(noise), slope, clamp,
                          f.at(y)});
  }};
}

template <bool gradient>
Step instanceNormStep(const Kernels& k, const StepReader& r) {
  const Planar map(r);
  const int64_t x = r.input("x", map.floats()), g = gradient ? r.input("g", map.floats()) : -1;
  const int64_t y = r.output("y", map.floats());
  const float epsilon = r.value("epsilon");
  return {[=, &k](const Frame& f) {
    k.instanceNorm(f.run, {map.channels, map.pixels, f.at(g), f.at(x), epsilon, f.at(y)});
  }};
}

template <bool both>
Step channelSumsStep(const Kernels& k, const StepReader& r) {
  const Planar map(r);
  const int64_t g = r.input("g", map.floats()), x = r.input("x", map.floats());
  const int64_t y = r.output("y", (both ? 2 : 1) * map.channels);
  return {[=, &k](const Frame& f) {
    k.channelSums(f.run, {both, map.channels, map.pixels, f.at(g), f.at(x), f.at(y)});
  }};
}

Step upsampleStep(const Kernels& k, const StepReader& r) {
  const bool adjoint = r.flag("adjoint");
  const int64_t channels = r.channels("channels"), height = r.side("height"), width = r.side("width");
  const int64_t small = channels * height * width, large = 4 * small;
  const int64_t x = r.input("x", adjoint ? large : small), y = r.output("y", adjoint ? small : large);
  return {[=, &k](const Frame& f) { k.upsample(f.run, {adjoint, channels, height, width, f.at(x), f.at(y)}); },
          {2 * width, 0, 0}};
}

template <bool gradient>
Step demodulateStep(const Kernels& k, const StepReader& r) {
  const int64_t out = r.channels("out"), in = r.channels("in");
  const int64_t style = r.input("style", in), squares = r.input("squares", out * in);
  const int64_t g = gradient ? r.input("g", out) : -1, d = gradient ? r.input("d", out) : -1;
  const int64_t y = r.output("y", gradient ? in : out);
  const float epsilon = gradient ? 0 : r.value("epsilon");
  return {[=, &k](const Frame& f) {
    k.demodulate(f.run, {out, in, f.at(style), f.at(squares), epsilon, f.at(g), f.at(d), f.at(y)});
  }};
}

template Step channelwiseStep<Channelwise::addNoise>(const Kernels&, const StepReader&);
template Step channelwiseStep<Channelwise::biasAct>(const Kernels&, const StepReader&);
template Step channelwiseStep<Channelwise::modulate>(const Kernels&, const StepReader&);
template Step channelwiseStep<Channelwise::modulateGradient>(const Kernels&, const StepReader&);
template Step instanceNormStep<false>(const Kernels&, const StepReader&);
template Step instanceNormStep<true>(const Kernels&, const StepReader&);
template Step channelwiseStep<Channelwise::scale>(const Kernels&, const StepReader&);
template Step channelSumsStep<false>(const Kernels&, const StepReader&);
template Step channelSumsStep<true>(const Kernels&, const StepReader&);
template Step demodulateStep<false>(const Kernels&, const StepReader&);
template Step demodulateStep<true>(const Kernels&, const StepReader&);

}  // namespace facewright
