// Memory for numbers: aligned to a cache line, and freed at once when it is no longer wanted.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace facewright {

/** So many floats, aligned to 64 bytes. Not initialised. */
class Floats {
 public:
  Floats() = default;
  explicit Floats(int64_t count) : count_(count) {
    if (count == 0) return;
    constexpr size_t align = 64;
    const size_t bytes = (size_t(count) * sizeof(float) + align - 1) / align * align;
#if defined(_WIN32)
    data_ = static_cast<float*>(_aligned_malloc(bytes, align));
#else
    void* memory = nullptr;
    if (posix_memalign(&memory, align, bytes) == 0) data_ = static_cast<float*>(memory);
#endif
    if (!data_) throw std::bad_alloc();
  }
  Floats(Floats&& other) noexcept { swap(other); }
  Floats& operator=(Floats&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Floats() {
#if defined(_WIN32)
    _aligned_free(data_);
#else
    std::free(data_);
#endif
  }
  float* data() const { return data_; }
  int64_t count() const { return count_; }

 private:
  void swap(Floats& other) {
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
  }
  float* data_ = nullptr;
  int64_t count_ = 0;
};

}  // namespace facewright
