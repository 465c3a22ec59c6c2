#!/usr/bin/env bash
# Measures facewright on this computer's GPU, once, in less than four minutes: whole searches, steps of all shapes and precisions, every
# kernel, what tuning gains, PyTorch beside it where python3 has it, and whether results are right. Leaves gpu-check/gpu-check.md,
# a page to read, and gpu-check/gpu-check.json with everything in it.
#
#   tools/gpu-check.sh [--out FOLDER] [--adapter NAME] [--seconds 230] [--quick]
#
# --adapter (or FACEWRIGHT_ADAPTER) takes another GPU than the first; --seconds 900 gives all commands, and each of them, more time; --quick
# tries the check itself with small shapes, on lavapipe too. Every command has a time limit, and one that fails does not stop the others.
# The exit code is 1 where one failed.
#
# In a clone it builds first what is to be built, which is not part of the four minutes. Without npm it takes what is there: node on the
# PATH or in .gpu/ (a packed host with enter.sh), node_modules, dist and dist-test.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v node >/dev/null && [ -f .gpu/enter.sh ]; then . .gpu/enter.sh; fi
if ! command -v node >/dev/null; then
  echo 'gpu-check: there is no node; install Node.js 20.19 or later' >&2
  exit 2
fi
if command -v npm >/dev/null; then
  [ -d node_modules/webgpu ] || npm ci >&2
  if [ -d node_modules/typescript ] && ! npm run --silent build >&2; then
    echo 'gpu-check: it could not be built; going on with what is there' >&2
  fi
fi
if [ ! -f dist/bench/gpu-check/check.js ]; then
  echo 'gpu-check: dist/ is not built; run npm ci && npm run build where there is npm, and carry dist/ and dist-test/ over' >&2
  exit 2
fi
# Where dist/ is a link to another folder, as a packed host may have it: the package is here all the same, with its shaders.
if [ -L dist ]; then export NODE_OPTIONS="--preserve-symlinks --preserve-symlinks-main ${NODE_OPTIONS:-}"; fi
exec node tools/gpu-check.mjs "$@"
