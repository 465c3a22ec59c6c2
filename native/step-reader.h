// A step's description with the checks on it. Everything that comes from JavaScript is checked here, once, when a program is
// made: every size against what a kernel can take, and every buffer against what the kernel will read or write in it.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "names.h"
#include "program.h"

namespace facewright {

constexpr int64_t kMostChannels = 1 << 16, kMostSide = 1 << 14;

/** The fields of a step, or of its half that reads or writes a map, with the checks. */
class StepReader {
 public:
  StepReader(const StepSpec& step, const std::vector<Buffer>& buffers)
      : StepReader(step, step.fields, "step " + step.kernel, buffers) {}

  StepReader read() const { return half(step_.read, "read"); }
  StepReader write() const { return half(step_.write, "write"); }

  int64_t size(const std::string& name, int64_t least, int64_t most) const {
    const int64_t size = field(fields_.sizes, name);
    if (size < least || size > most) fail(name + " is out of range");
    return size;
  }
  int64_t channels(const std::string& name) const { return size(name, 1, kMostChannels); }
  int64_t side(const std::string& name) const { return size(name, 1, kMostSide); }
  int64_t count(const std::string& name) const { return size(name, 1, int64_t(1) << 38); }
  bool flag(const std::string& name) const { return size(name, 0, 1) == 1; }

  float value(const std::string& name) const { return float(exact(name)); }
  double exact(const std::string& name) const { return field(fields_.values, name); }

  /** The value of an enumeration whose name in tables.h is given. */
  template <typename Enumeration>
  Enumeration one(const std::string& name) const {
    const std::string& word = field(fields_.names, name);
    const std::optional<Enumeration> found = find<Enumeration>(word);
    if (!found) fail("there is no " + name + " " + word);
    return *found;
  }

  bool has(const std::string& buffer) const { return fields_.buffers.count(buffer) > 0; }
  /** A buffer that is read: at least `floats` long. */
  int64_t input(const std::string& name, int64_t floats) const {
    const int64_t index = field(fields_.buffers, name);
    if (index < 0 || index >= int64_t(buffers_.size())) fail(name + " is no buffer");
    if (buffers_[index].size < floats) fail(name + " is too short");
    return index;
  }
  /** The same, or −1 where it is absent. */
  int64_t optional(const std::string& name, int64_t floats) const { return has(name) ? input(name, floats) : -1; }
  /** Whether all pictures have the same in a buffer, or it is absent. */
  bool shared(int64_t buffer) const { return buffer < 0 || buffers_[buffer].kind == Buffer::Kind::constant; }
  std::shared_ptr<const Constant> constant(int64_t buffer) const { return buffers_[buffer].constant; }
  /** A buffer that is written. */
  int64_t output(const std::string& name, int64_t floats) const {
    const int64_t index = input(name, floats);
    if (buffers_[index].kind == Buffer::Kind::constant) fail(name + " is a constant, and would be written");
    return index;
  }

  [[noreturn]] void fail(const std::string& what) const { throw std::invalid_argument(where_ + ": " + what); }

 private:
  StepReader(const StepSpec& step, const Fields& fields, std::string where, const std::vector<Buffer>& buffers)
      : step_(step), fields_(fields), where_(std::move(where)), buffers_(buffers) {}

  StepReader half(const std::optional<Fields>& fields, const std::string& name) const {
    if (!fields) fail(name + " is missing");
    return {step_, *fields, where_ + ", " + name, buffers_};
  }

  template <typename T>
  const T& field(const std::map<std::string, T>& fields, const std::string& name) const {
    const auto found = fields.find(name);
    if (found == fields.end()) fail(name + " is missing");
    return found->second;
  }

  const StepSpec& step_;
  const Fields& fields_;
  const std::string where_;
  const std::vector<Buffer>& buffers_;
};

inline int64_t blockedFloats(int64_t channels, int64_t height, int64_t width) {
  return blocks(channels) * kBlock * height * width;
}

// Steps over blocked maps (map-steps.cc).

/** @tparam winograd of `up` and `down` by minimal filtering (kernels/winograd_up.h) */
template <bool winograd>
Step convolutionStep(const Kernels& k, const StepReader& r);
Step winogradStep(const Kernels& k, const StepReader& r);
Step transposeStep(const Kernels& k, const StepReader& r);
Step passStep(const Kernels& k, const StepReader& r);
Step pointwiseStep(const Kernels& k, const StepReader& r);
Step pointwiseAdjointStep(const Kernels& k, const StepReader& r);

// Steps over planar maps, channel by channel (channel-steps.cc).

Step repeatStep(const Kernels& k, const StepReader& r);
template <Channelwise operation>
Step channelwiseStep(const Kernels& k, const StepReader& r);
template <bool gradient>
Step instanceNormStep(const Kernels& k, const StepReader& r);
/** @tparam both Σ g·x and Σ g, instead of the first alone */
template <bool both>
Step channelSumsStep(const Kernels& k, const StepReader& r);
Step upsampleStep(const Kernels& k, const StepReader& r);
template <bool gradient>
Step demodulateStep(const Kernels& k, const StepReader& r);

}  // namespace facewright
