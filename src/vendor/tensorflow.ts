// What facewright uses of TensorFlow.js (Apache-2.0): the operations that a converted model asks for, on WebAssembly. tools/vendor.mjs
// bundles this module, with all that it imports, in the place of what the compiler makes of it; so nobody who installs facewright
// has to install TensorFlow.js, which is a hundred times as large.

export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
export { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
export { env, type io, ready, setBackend, type Tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
