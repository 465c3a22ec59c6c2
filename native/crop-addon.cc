#include "crop-addon.h"

#include <algorithm>

#include "ffhq-crop.h"
#include "node.h"

namespace facewright {

namespace {

/** Sides of a crop that are made: its rows are held several times over. */
constexpr int64_t kMostCropSide = 4096;

class Cropping : public PromiseWorker {
 public:
  Cropping(const Napi::Env& env, const CropPlan& plan, Picture held, int64_t side)
      : PromiseWorker(env), plan_(plan), held_(std::move(held)), side_(side) {}
  void work() override {
    made_ = makeCrop(held_, plan_, side_);
    held_ = {};
  }
  Napi::Value result(const Napi::Env& env) override {
    Napi::Uint8Array pixels = Napi::Uint8Array::New(env, size_t(side_ * side_ * 3));
    std::copy(made_.data.begin(), made_.data.begin() + side_ * side_ * 3, pixels.Data());
    return pixels;
  }

 private:
  CropPlan plan_;
  Picture held_;
  int64_t side_;
  Picture made_;
};

template <typename Array>
Array typedArray(const Napi::Value& value, napi_typedarray_type type, const char* what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) {
    throw std::invalid_argument(std::string(what) + ": expected a typed array of another kind");
  }
  return value.As<Array>();
}

}  // namespace

Napi::Value crop(const Napi::CallbackInfo& info) {
  return guarded(info.Env(), [&]() -> Napi::Value {
    const int64_t width = wholeNumber(info[1], "width"), height = wholeNumber(info[2], "height");
    const int64_t side = wholeNumber(info[4], "side");
    constexpr int64_t most = int64_t(1) << 30;
    if (width < 1 || height < 1 || width > most || height > most || width > most / height) {
      throw std::invalid_argument("width and height: not those of a picture");
    }
    if (side < 1 || side > kMostCropSide) throw std::invalid_argument("side: expected 1 to 4096");
    const auto corners = typedArray<Napi::Float64Array>(info[3], napi_float64_array, "quad");
    if (corners.ElementLength() != 8) throw std::invalid_argument("quad: expected four corners");
    Quad quad;
    for (size_t i = 0; i < 4; i++) quad.x[i] = corners[2 * i], quad.y[i] = corners[2 * i + 1];
    const auto pixels = typedArray<Napi::Uint8Array>(info[0], napi_uint8_array, "pixels");
    if (int64_t(pixels.ElementLength()) != width * height * 3) throw std::invalid_argument("pixels: wrong length");

    const CropPlan plan = planCrop(width, height, quad, side);
    // A copy of what is needed: JavaScript may hand its array to another thread meanwhile.
    Picture held(plan.reads.width(), plan.reads.height());
    for (int64_t y = 0; y < held.height; y++) {
      const uint8_t* const from = pixels.Data() + ((plan.reads.top + y) * width + plan.reads.left) * 3;
      std::copy(from, from + held.width * 3, held.at(0, y));
    }
    return (new Cropping(info.Env(), plan, std::move(held), side))->start();
  });
}

}  // namespace facewright
