// The FFHQ crop for JavaScript.
#pragma once

#include <napi.h>

namespace facewright {

/** crop(pixels: Uint8Array [height, width, 3], width, height, quad: Float64Array [4, 2], side): Promise<Uint8Array [side, side, 3]> */
Napi::Value crop(const Napi::CallbackInfo& info);

}  // namespace facewright
