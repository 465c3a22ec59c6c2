# The addon for an install without CMake; CMakeLists.txt is the build. A test holds their lists of sources together.
{
  "targets": [
    {
      "target_name": "facewright",
      "sources": [
        "native/addon.cc",
        "native/channel-steps.cc",
        "native/crop-addon.cc",
        "native/ffhq-crop.cc",
        "native/isa/avx2.cc",
        "native/isa/avx512.cc",
        "native/isa/avx512_bf16.cc",
        "native/isa/baseline.cc",
        "native/lanczos.cc",
        "native/machine.cc",
        "native/map-steps.cc",
        "native/pack.cc",
        "native/padding.cc",
        "native/peak.cc",
        "native/pool.cc",
        "native/program.cc",
        "native/steps.cc",
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_CPP_EXCEPTIONS", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
      "cflags!": ["-fno-exceptions", "-O2"],
      "cflags_cc!": ["-fno-exceptions", "-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": ["-std=c++17", "-O3", "-ffp-contract=fast", "-fno-math-errno", "-fvisibility=hidden", "-Wall", "-Wextra"],
      "xcode_settings": {
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
        "GCC_OPTIMIZATION_LEVEL": "3",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
        "OTHER_CPLUSPLUSFLAGS": ["-ffp-contract=fast", "-fno-math-errno", "-Wall", "-Wextra"],
      },
    },
  ],
}
