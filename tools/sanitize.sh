#!/bin/bash
# Builds the addon with sanitizers and runs the tests of the native engine and of the crop on it.
#
#   tools/sanitize.sh [address | threads]
#
# address (the default): AddressSanitizer and UndefinedBehaviorSanitizer. threads: ThreadSanitizer. Anything that they find
# ends a test file with an error. Needs GCC's or Clang's sanitizer libraries, CMake, and what tools/setup.mjs makes. The last
# line is `N passed, N failed, N skipped`.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-address}
case $kind in
  address) option=FACEWRIGHT_SANITIZE library=libasan.so ;;
  threads) option=FACEWRIGHT_SANITIZE_THREADS library=libtsan.so ;;
  *)
    echo "sanitize: $kind is no kind; choose address or threads" >&2
    exit 2
    ;;
esac

out=build/$kind
mkdir -p build
(cd native && node_modules/.bin/cmake-js compile --out "../$out" --CD$option=ON --log-level error) >"$out.log" 2>&1 || {
  tail -n 20 "$out.log"
  exit 1
}

# Node is not built with the sanitizer, so its library has to be there first; the C++ library beside it, or exceptions
# are not intercepted. What Node itself leaves allocated is none of our leaks.
compiler=${CXX:-g++}
preload="$($compiler -print-file-name=$library) $($compiler -print-file-name=libstdc++.so)"
export FACEWRIGHT_ADDON=$PWD/$out/Release/facewright.node FACEWRIGHT_ENGINE=native FACEWRIGHT_ISAS=all
# What is freed is kept from use for a while; 256 MiB of it, as it is by default, would be taken for growth by the test of memory.
export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS="suppressions=$PWD/tools/tsan.supp:halt_on_error=1"

passed=0 failed=0 skipped=0
for file in align/crop engine/conformance engine/native engine/native-channels engine/native-many engine/native-transpose model/golden model/stylegan1 pulse/search; do
  log=$out/${file//\//-}.log
  if LD_PRELOAD=$preload node "dist-test/$file.test.js" >"$log" 2>&1; then code=0; else code=$?; fi
  number() { grep -oE "^ {2}$1: +[0-9]+" "$log" | grep -oE '[0-9]+' || echo 0; }
  here=$(number Passed) all=$(number Total) left=$(number Skipped)
  wrong=$((all - here))
  ((code == 0 || wrong > 0)) || wrong=1
  echo "$kind: $file: $here passed, $wrong failed"
  ((wrong == 0)) || tail -n 60 "$log"
  passed=$((passed + here)) failed=$((failed + wrong)) skipped=$((skipped + left))
done
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
