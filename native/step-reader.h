// A step's description with the checks on it. Everything that comes from JavaScript is checked here, once, when a program is
// made: every size against what a kernel can take, and every buffer against what the kernel will read or write in it.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "program.h"

namespace facewright {

constexpr int64_t kMostChannels = 1 << 16, kMostSide = 1 << 14;

/** A step's description with the checks. */
class StepReader {
 public:
  StepReader(const StepSpec& spec, const std::vector<Buffer>& buffers) : spec_(spec), buffers_(buffers) {}

  int64_t size(const std::string& name, int64_t least, int64_t most) const {
    const auto found = spec_.sizes.find(name);
    if (found == spec_.sizes.end()) fail(name + " is missing");
    if (found->second < least || found->second > most) fail(name + " is out of range");
    return found->second;
  }
  int64_t channels(const std::string& name) const { return size(name, 1, kMostChannels); }
  int64_t side(const std::string& name) const { return size(name, 1, kMostSide); }
  int64_t count(const std::string& name) const { return size(name, 1, int64_t(1) << 38); }

  float value(const std::string& name) const { return float(exact(name)); }
  double exact(const std::string& name) const {
    const auto found = spec_.values.find(name);
    if (found == spec_.values.end()) fail(name + " is missing");
    return found->second;
  }

  /** A buffer that is read: at least `floats` long. */
  int64_t input(const std::string& name, int64_t floats) const {
    const int64_t index = optional(name, floats);
    if (index < 0) fail(name + " is missing");
    return index;
  }
  /** The same, or −1 where it is absent. */
  int64_t optional(const std::string& name, int64_t floats) const {
    const auto found = spec_.buffers.find(name);
    if (found == spec_.buffers.end()) return -1;
    if (found->second < 0 || found->second >= int64_t(buffers_.size())) fail(name + " is no buffer");
    if (buffers_[found->second].size < floats) fail(name + " is too short");
    return found->second;
  }
  /** A buffer that is written. */
  int64_t output(const std::string& name, int64_t floats) const {
    const int64_t index = input(name, floats);
    if (buffers_[index].kind == Buffer::Kind::constant) fail(name + " is a constant, and would be written");
    return index;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw std::invalid_argument("step " + spec_.kernel + ": " + what);
  }

 private:
  const StepSpec& spec_;
  const std::vector<Buffer>& buffers_;
};

inline int64_t blockedFloats(int64_t channels, int64_t height, int64_t width) {
  return blocks(channels) * kBlock * height * width;
}

// Steps over blocked maps (map-steps.cc).

/** @param winograd of `up` and `down` by minimal filtering (kernels/winograd_up.h) */
Step convolutionStep(const Kernels& k, const StepReader& r, bool winograd);
Step winogradStep(const Kernels& k, const StepReader& r);
Step passStep(const Kernels& k, const StepReader& r);
Step pointwiseStep(const Kernels& k, const StepReader& r);
Step pointwiseAdjointStep(const Kernels& k, const StepReader& r);

// Steps over planar maps, channel by channel (channel-steps.cc).

Step repeatStep(const Kernels& k, const StepReader& r);
Step channelwiseStep(const Kernels& k, const StepReader& r, Channelwise operation);
Step instanceNormStep(const Kernels& k, const StepReader& r, bool gradient);
Step modulateSumsStep(const Kernels& k, const StepReader& r);

}  // namespace facewright
