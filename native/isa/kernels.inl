// The kernels for one instruction set. A file of isa/ chooses it, defines FACEWRIGHT_ISA (a namespace), FACEWRIGHT_ISA_NAME,
// FACEWRIGHT_LANES (floats in a vector), and includes this. With FACEWRIGHT_BF16 it is the direct convolutions alone, in
// bfloat16: all else is what it is in float32, and stands there (machine.cc).

namespace facewright {
namespace FACEWRIGHT_ISA {

#include "../kernels/simd.h"

#include "../kernels/load.h"
#include "../kernels/store.h"

#include "../kernels/convolution.h"

extern const Direct direct;
constexpr Direct direct = {kPrecision, kPacked, convolutionMemory, convolution};

#if !FACEWRIGHT_BF16
#include "../kernels/linear.h"
#include "../kernels/linear_many.h"
#include "../kernels/pass.h"
#include "../kernels/peak.h"
#include "../kernels/pointwise.h"
#include "../kernels/small.h"
#include "../kernels/transpose.h"
#include "../kernels/winograd.h"
#include "../kernels/winograd_up.h"

#include "../kernels/channels.h"
#include "../kernels/demodulate.h"
#include "../kernels/upsample.h"

extern const Kernels kernels;
constexpr Kernels kernels = {
    FACEWRIGHT_ISA_NAME,
    kGroup,
    direct,
    winogradMemory,
    winograd,
    winogradUpMemory,
    winogradUp,
    transpose,
    passMemory,
    pass,
    pointwiseMemory,
    pointwise,
    noiseGradient,
    toBlocked,
    toPlanar,
    linear,
    panelFloats,
    packPanels,
    linearManyScratch,
    linearMany,
    bicubic,
    elementwise,
    latent,
    pixelNorm,
    pixelLoss,
    geocross,
    optimise,
    sphere,
    channelwise,
    instanceNorm,
    channelSums,
    upsample,
    demodulate,
    multiplyAdds,
    copyFloats,
};
#endif

}  // namespace FACEWRIGHT_ISA
}  // namespace facewright
