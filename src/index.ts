/**
 * facewright: finds faces, out of all that a StyleGAN generator can draw, that look like a small picture when scaled down.
 *
 * @packageDocumentation
 */

export type { FaceBox } from './align/blazeface.js';
export { CROP_SIDE, cropFace, scaleCrop } from './align/crop.js';
export type { Detected, DetectOptions, Face, FaceDetector } from './align/detector.js';
export { type Landmarks, landmarksOf, type Point } from './align/landmarks.js';
export { type CropQuad, cropQuad, quadCentre, quadRotation, quadSize } from './align/quad.js';
export { type DetectorOptions, openFaceDetector } from './align/worker-detector.js';
export { type SelectOptions, selectEmoji, type ToneChoice } from './emoji/select.js';
export { drawPicture, type EmojiSet, openEmojiFolder, openEmojiSet, type SetCredit } from './emoji/sets.js';
export { type BaseEmoji, type Emoji, type EmojiTable, emojiTable } from './emoji/unicode.js';
export type { Engine, EngineInfo, Executable, KernelTime } from './engine/engine.js';
export type { NativeAddon } from './engine/native/addon.js';
export { createNativeEngine, type NativeOptions } from './engine/native/engine.js';
export { createWebGpuEngine, type WebGpuOptions } from './engine/webgpu/engine.js';
export { AbortedError, FacewrightError } from './errors.js';
export { readImage8, type SourceImage8 } from './image/read.js';
export { makeTarget, type Target } from './image/target.js';
export { encodePng, toRgb8 } from './image/write.js';
export { type GaussianFit, GaussianFitter, truncate } from './model/gaussian.js';
export { type GenerateRequest, Generator, type GeneratorInfo, type GeneratorOptions } from './model/generator.js';
export type { NoiseMaps, SynthesisGradients } from './model/network-on-engine.js';
export { type AdapterDescription, type AdapterReport, describeAdapters, openWebGpu } from './node/dawn.js';
export { describeEngines, type EngineName, type EngineReport, type EngineRequest, openEngine } from './node/engines.js';
export { loadAddon, type NativeDescription, openNative } from './node/native.js';
export { type OpenOptions, openGenerator } from './open.js';
export {
  checkSearchOptions,
  defaultSearchOptions,
  type LossTerm,
  parseLoss,
  type SearchOptions,
  targetSizes,
} from './pulse/options.js';
export { normals } from './pulse/random.js';
export { scheduleFactor, scheduleNames } from './pulse/schedule.js';
export {
  Search,
  type SearchExtra,
  type SearchLosses,
  type SearchProgress,
  type SearchResult,
  type SearchTarget,
  search,
} from './pulse/search.js';
export { randomStart, type SearchStart } from './pulse/start.js';
export { readWeights, type WeightFile } from './read-weights.js';
export type { EmojiLabel, SkinTone } from './results/emoji-label.js';
export type { JournalLine } from './results/journal.js';
export { readResults } from './results/read-results.js';
export { readSafetensors, writeSafetensors } from './weights/safetensors.js';
