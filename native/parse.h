// What JavaScript hands over, as plain C++. Only its form is checked here; what it says, by those who use it.
#pragma once

#include <napi.h>

#include <vector>

#include "pack.h"
#include "pool.h"
#include "program.h"

namespace facewright {

Napi::Float32Array floatArray(const Napi::Value& value, const char* what);
std::vector<int64_t> wholeNumbers(const Napi::Value& value, const char* what);

/** {isa, precision} */
const Kernels& kernelsOf(const Napi::Value& value);
std::shared_ptr<Pool> poolOf(const Napi::Value& threads);
/** {form, geometry?, adjoint?, shape} */
PackRequest packRequestOf(const Napi::Value& value);
/** [{kernel, buffers, sizes, values, names, read?: {form, …}, write?: {form, …}}], the groups of fields being optional */
std::vector<StepSpec> stepsOf(const Napi::Value& value);

}  // namespace facewright
