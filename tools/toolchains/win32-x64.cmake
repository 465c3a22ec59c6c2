# Windows on x64, from Linux: clang with mingw-w64's libraries and the libstdc++ of its GCC. Not that GCC itself: on Windows it keeps
# 32-byte vectors on a stack that is aligned to 16 bytes (GCC bug 54412), and AVX code crashes.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(CMAKE_CXX_COMPILER clang++)
set(CMAKE_CXX_COMPILER_TARGET x86_64-w64-windows-gnu)

set(GCC x86_64-w64-mingw32-g++-posix)
execute_process(COMMAND ${GCC} -print-file-name=libstdc++.a OUTPUT_VARIABLE LIBSTDCXX OUTPUT_STRIP_TRAILING_WHITESPACE)
execute_process(COMMAND ${GCC} -print-libgcc-file-name OUTPUT_VARIABLE LIBGCC OUTPUT_STRIP_TRAILING_WHITESPACE)
get_filename_component(GCC_FOLDER ${LIBGCC} DIRECTORY)
get_filename_component(STDCXX_FOLDER ${LIBSTDCXX} DIRECTORY)

# Debian calls GCC's folder 12-posix, which clang does not look for.
set(CMAKE_CXX_FLAGS_INIT
  "-stdlib++-isystem ${GCC_FOLDER}/include/c++ -isystem ${GCC_FOLDER}/include/c++/x86_64-w64-mingw32")
set(CMAKE_SHARED_LINKER_FLAGS_INIT
  "-fuse-ld=lld -static -L${GCC_FOLDER} -L${STDCXX_FOLDER} -B${GCC_FOLDER}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "${CMAKE_SHARED_LINKER_FLAGS_INIT}")

set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
