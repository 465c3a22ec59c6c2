#include "parse.h"

#include "machine.h"
#include "names.h"
#include "node.h"

namespace facewright {

namespace {

std::string word(const Napi::Value& value, const char* what) {
  if (!value.IsString()) throw std::invalid_argument(std::string(what) + ": expected a name");
  return value.ToString();
}

bool isAbsent(const Napi::Value& value) { return value.IsUndefined() || value.IsNull(); }

/** The entries of an object; none where it is absent. */
template <typename T, typename Convert>
std::map<std::string, T> entries(const Napi::Value& value, const char* what, Convert convert) {
  std::map<std::string, T> result;
  if (isAbsent(value)) return result;
  const Napi::Object from = object(value, what);
  const Napi::Array names = from.GetPropertyNames();
  for (uint32_t i = 0; i < names.Length(); i++) {
    const std::string name = names.Get(i).ToString();
    result[name] = convert(from.Get(name));
  }
  return result;
}

Fields fieldsOf(const Napi::Object& from) {
  return {entries<int64_t>(from.Get("buffers"), "buffers", [](const Napi::Value& v) { return wholeNumber(v, "a buffer"); }),
          entries<int64_t>(from.Get("sizes"), "sizes", [](const Napi::Value& v) { return wholeNumber(v, "a size"); }),
          entries<double>(from.Get("values"), "values", [](const Napi::Value& v) { return v.ToNumber().DoubleValue(); }),
          entries<std::string>(from.Get("names"), "names", [](const Napi::Value& v) { return word(v, "a name"); })};
}

std::optional<Fields> halfOf(const Napi::Value& value, const char* what) {
  if (isAbsent(value)) return std::nullopt;
  const Napi::Object from = object(value, what);
  Fields fields = fieldsOf(from);
  fields.names["form"] = word(from.Get("form"), "form");
  return fields;
}

}  // namespace

Napi::Float32Array floatArray(const Napi::Value& value, const char* what) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_float32_array) {
    throw std::invalid_argument(std::string(what) + ": expected a Float32Array");
  }
  return value.As<Napi::Float32Array>();
}

std::vector<int64_t> wholeNumbers(const Napi::Value& value, const char* what) {
  if (!value.IsArray()) throw std::invalid_argument(std::string(what) + ": expected an array");
  const Napi::Array array = value.As<Napi::Array>();
  std::vector<int64_t> result;
  for (uint32_t i = 0; i < array.Length(); i++) result.push_back(wholeNumber(array.Get(i), what));
  return result;
}

const Kernels& kernelsOf(const Napi::Value& value) {
  const Napi::Object from = object(value, "kernels");
  const std::string isa = word(from.Get("isa"), "isa"), precision = word(from.Get("precision"), "precision");
  const Precision wanted = named<Precision>(precision, "precision");
  for (const Kernels* kernels : usableKernels())
    if (isa == kernels->isa && wanted == kernels->direct.precision) return *kernels;
  throw std::invalid_argument("this processor has no instruction set " + isa + " with precision " + precision);
}

std::shared_ptr<Pool> poolOf(const Napi::Value& value) {
  const int64_t threads = wholeNumber(value, "threads");
  if (threads < 1 || threads > 1024) throw std::invalid_argument("threads: expected 1 to 1024");
  return sharedPool(int(threads));
}

PackRequest packRequestOf(const Napi::Value& value) {
  const Napi::Object from = object(value, "packing");
  const Napi::Value geometry = from.Get("geometry"), adjoint = from.Get("adjoint");
  return {named<Packing>(word(from.Get("form"), "form"), "packing"),
          isAbsent(geometry) ? Geometry::same : named<Geometry>(word(geometry, "geometry"), "geometry"),
          adjoint.ToBoolean(), wholeNumbers(from.Get("shape"), "shape")};
}

std::vector<StepSpec> stepsOf(const Napi::Value& value) {
  if (!value.IsArray()) throw std::invalid_argument("steps: expected an array");
  const Napi::Array array = value.As<Napi::Array>();
  std::vector<StepSpec> result;
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Napi::Object from = object(array.Get(i), "a step");
    result.push_back({word(from.Get("kernel"), "kernel"), fieldsOf(from), halfOf(from.Get("read"), "read"),
                      halfOf(from.Get("write"), "write")});
  }
  return result;
}

}  // namespace facewright
