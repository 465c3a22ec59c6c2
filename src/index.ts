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
export { type ConvertOptions, convertWeights } from './convert-weights.js';
export { type Drawing, drawingsOf } from './emoji/drawings.js';
export { type EmojiOptions, searchEmoji } from './emoji/search-emoji.js';
export { allEmoji, type SelectOptions, selectEmoji, type ToneChoice } from './emoji/select.js';
export { drawPicture, type EmojiSet, openEmojiFolder, openEmojiSet, type SetCredit } from './emoji/sets.js';
export { type BaseEmoji, type Emoji, type EmojiTable, emojiTable } from './emoji/unicode.js';
export type { Engine, EngineInfo, Executable, KernelTime } from './engine/engine.js';
export type { NativeAddon } from './engine/native/addon.js';
export { createNativeEngine, type NativeOptions } from './engine/native/engine.js';
export { createWebGpuEngine, type WebGpuOptions } from './engine/webgpu/engine.js';
export { AbortedError, BrokenOffError, DeviceLostError, FacewrightError, OutOfMemoryError } from './errors.js';
export type { FetchEvent } from './fetch/events.js';
export type { DType } from './graph/dtype.js';
export { float32Values, type HostTensor, type HostTensors, hostTensor } from './graph/host-tensor.js';
export type { FilmOptions } from './image/animation/film.js';
export { type AnimationFormat, animationFormats } from './image/animation/formats.js';
export { usualFilm } from './image/animation/schedule.js';
export type { PassedOver } from './image/passed-over.js';
export { readImage8, type SourceImage8 } from './image/read.js';
export { makeTarget, type Target } from './image/target.js';
export { encodePng, toRgb8 } from './image/write.js';
export { inspectWeights, type NetworkReport, type WeightsReport } from './inspect-weights.js';
export { type GaussianFit, GaussianFitter, truncate } from './model/gaussian.js';
export { type GenerateRequest, Generator, type GeneratorInfo, type GeneratorOptions } from './model/generator.js';
export type { NetworkKind } from './model/network.js';
export type { NoiseMaps, SynthesisGradients } from './model/network-on-engine.js';
export { type AdapterDescription, type AdapterReport, describeAdapters, openWebGpu } from './node/dawn.js';
export { describeEngines, type EngineName, type EngineReport, type EngineRequest, openEngine } from './node/engines.js';
export { loadAddon, type NativeDescription, openNative } from './node/native.js';
export { readShaders } from './node/paths.js';
export { type DescribedGenerator, describeGenerator, type OpenOptions, openGenerator } from './open.js';
export { GREATEST_NUMPY_SEED, numpyNormals } from './pulse/numpy-normals.js';
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
export { type EnqueueOptions, enqueuePictures } from './queue/enqueue.js';
export { type EnqueueEmojiOptions, enqueueEmoji } from './queue/enqueue-emoji.js';
export type {
  Enqueued,
  EnqueueEvent,
  EnqueueSpared,
  EnqueueStarted,
  EnqueueSummary,
  JobEnded,
  QueueNotice,
  WorkBegun,
  WorkEvent,
  WorkFailed,
  WorkFound,
  WorkOpened,
  WorkSummary,
} from './queue/events.js';
export { type FailedJob, type JobFilter, QueueKeeper, type QueueStatus } from './queue/keeper.js';
export { type MetricsOptions, type MetricsPage, serveMetrics, WorkCounters } from './queue/metrics.js';
export { type PullEvent, type PullOptions, type PullSummary, pullResults } from './queue/pull.js';
export { type WorkOptions, workOn } from './queue/work.js';
export { readWeights, type WeightFile } from './read-weights.js';
export type { EmojiLabel, SkinTone } from './results/emoji-label.js';
export type { JournalLine, Shard } from './results/journal.js';
export { type PictureNotes, withNotes } from './results/picture-notes.js';
export { readNotes } from './results/read-notes.js';
export { readResults } from './results/read-results.js';
export type {
  AlignBegun,
  AlignEvent,
  AlignedFace,
  AlignedPicture,
  AlignLine,
  AlignStarted,
  AlignSummary,
} from './runs/align-events.js';
export type { AlignOptions } from './runs/align-options.js';
export { alignPictures, croppedPictures } from './runs/align-pictures.js';
export {
  type AnimateDrawn,
  type AnimateEvent,
  type AnimateFailed,
  type AnimateOptions,
  type AnimateStarted,
  type AnimateSummary,
  type AnimateWritten,
  animateResults,
} from './runs/animate-results.js';
export { type Astray, facesAstray } from './runs/astray.js';
export type { Beside } from './runs/beside.js';
export type {
  RunBegun,
  RunEvent,
  RunFailed,
  RunFound,
  RunNotice,
  RunSkipped,
  RunStarted,
  RunStep,
  RunSummary,
  RunWarning,
  Searched,
} from './runs/events.js';
export type { RunAnimation, RunOptions } from './runs/options.js';
export { findPictures, NoPictureError, type Picture, type PictureSearch, partOf } from './runs/pictures.js';
export type { Running } from './runs/running.js';
export {
  chooseResults,
  groupResults,
  type ResultGroup,
  type SavedResult,
  savedResults,
} from './runs/saved-results.js';
export { searchPictures } from './runs/search-pictures.js';
export type { ServeLimits } from './serve/limits.js';
export { type FaceServer, type ServeOptions, serveFaces } from './serve/server.js';
export type { ContainerName } from './weights/container.js';
export { type FoundFile, type ListedOffer, listWeights, type WeightsList } from './weights/list.js';
export { type FetchedFile, type LocatedWeights, type LocateOptions, locateWeights } from './weights/locate.js';
export { OFFERS, type OfferedFile, type WeightsOffer } from './weights/offers.js';
export { readSafetensors, writeSafetensors } from './weights/safetensors-file.js';
