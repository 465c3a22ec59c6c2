# macOS 11 or later on arm64, from Linux: Zig's clang, which brings Apple's headers and stubs of its libraries along, and signs what it
# links as arm64 there wants it. The environment's ZIG is the program.
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR arm64)
set(CMAKE_CXX_COMPILER $ENV{ZIG} c++)
set(CMAKE_CXX_FLAGS_INIT "-target aarch64-macos.11.0")
# Node's functions are found when the addon is loaded.
set(CMAKE_SHARED_LINKER_FLAGS_INIT "-undefined dynamic_lookup -Wl,-install_name,facewright.node")
set(CMAKE_INSTALL_NAME_TOOL true)
