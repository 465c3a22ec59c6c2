/**
 * facewright in a browser: the same search, on the browser's WebGPU, from the bytes of a safetensors file. It imports nothing of Node,
 * bundles with esbuild or Vite as it is, and runs in a worker. What it needs of pictures comes from canvases.
 *
 * @packageDocumentation
 */

export type { Engine, EngineInfo } from '../engine/engine.js';
export { AbortedError, DeviceLostError, errorText, FacewrightError, OutOfMemoryError } from '../errors.js';
export type { Fit } from '../image/fit.js';
export type { Target, ToTargetOptions } from '../image/to-target.js';
export type { GenerateRequest, Generator, GeneratorInfo } from '../model/generator.js';
export {
  checkSearchOptions,
  defaultSearchOptions,
  parseLoss,
  type SearchOptions,
  targetSizes,
  usualSize,
} from '../pulse/options.js';
export { normals } from '../pulse/random.js';
export {
  isBetter,
  type Search,
  type SearchExtra,
  type SearchLosses,
  type SearchProgress,
  type SearchResult,
  type SearchTarget,
  search,
} from '../pulse/search.js';
export { randomStart, type SearchStart, type StartKey } from '../pulse/start.js';
export { notesIn, type PictureNotes, withNotes } from '../results/picture-notes.js';
export { namedOptions } from '../runs/named-options.js';
export { type LoneSearch, searchNotes } from '../runs/search-notes.js';
export { type BrowserEngineOptions, openBrowserEngine } from './engine.js';
export { type ReadGeneratorOptions, readGenerator } from './generator.js';
export { facePixels, type Pixels, targetFromPixels } from './pixels.js';
export { shaders } from './shaders.js';
