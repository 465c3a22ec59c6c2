// The options of all commands, as data: yargs, the check for unknown ones and the help are made from these tables.

import { toneChoices } from '../../emoji/select.js';
import { emojiSetNames } from '../../emoji/set-names.js';
import { animationFormats } from '../../image/animation/formats.js';
import { noiseKinds, optimizerNames } from '../../pulse/options.js';
import { scheduleNames } from '../../pulse/schedule.js';
import { besides } from '../../runs/beside.js';
import { usualLimits, usualPlace } from '../../serve/limits.js';

/** One option. Values arrive as text and are read by the command, so that every error is a sentence of ours. */
export interface OptionSpec {
  /** flag: stands alone; value: takes one word after it; pair: two; list: one or more. */
  readonly kind: 'flag' | 'value' | 'pair' | 'list';
  readonly group: string;
  readonly describe: string;
  readonly alias?: string;
  /** The default, in words. */
  readonly byDefault?: string;
  /** Not in the help, and not suggested. */
  readonly hidden?: boolean;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

const MODEL = 'Generator and engine:';
const PICTURES = 'Pictures:';
const SEARCH = 'Search:';
const START = 'Where it starts:';
const WRITTEN = 'What is written:';
const REPORT = 'Reports:';

const value = (group: string, describe: string, byDefault?: string): OptionSpec => ({
  kind: 'value',
  group,
  describe,
  byDefault,
});
const flag = (group: string, describe: string): OptionSpec => ({ kind: 'flag', group, describe });
const hidden = (kind: OptionSpec['kind']): OptionSpec => ({ kind, group: REPORT, describe: '', hidden: true });

const words = (choices: readonly string[]) => choices.join(' | ');

/** What opens a generator, in every command that needs one. */
const modelOptions: OptionTable = {
  model: value(MODEL, 'weights: a file or folder, a name (weights list), or an address', 'the demo generator'),
  class: value(MODEL, 'which class a conditional generator draws, counted from 0'),
  engine: value(MODEL, 'auto | webgpu (GPU) | native (processor)', 'auto: a GPU if there is one'),
  adapter: value(MODEL, 'webgpu: part of the name of the GPU to use; doctor lists them'),
  precision: value(
    MODEL,
    'f32 | bf16: native, with AVX512-BF16: faster, less exact | f16: webgpu, with shader-f16: less memory, less exact',
    'f32',
  ),
  threads: value(MODEL, 'native: threads that compute', 'all processors, fewer while these are busy'),
  'no-tuned': flag(MODEL, 'webgpu: the usual kernels, whatever facewright tune has found'),
  cache: value(MODEL, 'folder that keeps what is fetched, and Gaussian fits', "the user's cache folder"),
};

/** For processes that share a folder and its work, as the tasks of an array job do. */
const shard = value(
  WRITTEN,
  'I/N: do the I-th of N parts; the others may run at the same time, into the same folder; auto, or auto/N: as the array job says (docs/machines.md)',
);

const MACHINES = 'Many machines:';

const queue = value(MACHINES, 'redis://HOST or postgres://HOST/DATABASE (docs/machines.md)');

/** What puts a run's pictures into a queue. */
const queueOptions: OptionTable = {
  queue: { ...queue, describe: `enqueue for facewright work, and wait: ${queue.describe}` },
  detach: flag(MACHINES, 'with --queue: leave once all is enqueued'),
  ahead: value(MACHINES, 'with --queue: jobs that wait there at most', '10000'),
};

const FACES = 'Faces:';

/** What says which faces are looked for. */
const detectOptions: OptionTable = {
  'max-faces': value(FACES, 'the largest so many of each picture', 'all'),
  'min-face': value(FACES, 'width of the smallest in pixels', "30, or 1/150 of the picture's longer side"),
  'min-score': value(FACES, 'how sure it must be, 0 to 1', '0.5'),
  'any-rotation': flag(FACES, 'sideways and upside-down ones too; four times as slow'),
};

const alignOptions: OptionTable = {
  out: { ...value(PICTURES, 'folder for the crops; made when missing'), alias: 'o' },
  size: value(PICTURES, 'sides of the crops in pixels, for example 16,32,1024', '1024'),
  background: value(PICTURES, 'colour under transparent parts', 'white'),
  ...detectOptions,
  landmarks: value(FACES, 'JSON with your own points, 5 or 68 for each face, instead of looking for any'),
  overlay: flag(WRITTEN, 'also NAME.overlay.png: the picture with boxes, points and crops'),
  force: flag(WRITTEN, 'align again what is done, and overwrite what others wrote'),
  shard,
  workers: value(WRITTEN, 'threads that look for faces', 'as many as processors, at most 4'),
  json: flag(REPORT, 'the lines of align.jsonl on stdout instead of a table'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
  strict: flag(REPORT, 'exit code 3 when a picture has no face'),
  // Behind the original's spellings (original.ts).
  original: hidden('flag'),
  seed: hidden('value'),
  cache: hidden('value'),
};

const noMetadata = flag(WRITTEN, 'nothing in a face about seed, options and model, which show prints');

const runOptions: OptionTable = {
  out: {
    ...value(PICTURES, 'folder for the faces; made when missing; with --queue also s3://BUCKET/PREFIX'),
    alias: 'o',
  },
  size: value(
    PICTURES,
    'side of the target in pixels',
    "a square picture's own up to 32; else 32, or 16 for generators below 256 px",
  ),
  fit: value(PICTURES, 'what is not square: pad | crop | stretch | error', 'pad'),
  background: value(PICTURES, 'colour under transparent parts and beside padded ones', 'white'),
  align: flag(FACES, 'crop the pictures to their faces first: NAME_0, NAME_1, …'),
  ...Object.fromEntries(
    Object.entries(detectOptions).map(([name, spec]) => [
      name,
      { ...spec, describe: `with --align: ${spec.describe}` },
    ]),
  ),
  ...modelOptions,
  loss: value(SEARCH, 'weight*TERM joined by +, of L2, L1, GEOCROSS', '100*L2+0.05*GEOCROSS'),
  eps: value(SEARCH, 'a picture that is this close (L2) is close enough', '0.002'),
  steps: value(SEARCH, 'steps of the optimiser', '100'),
  optimizer: value(SEARCH, words(optimizerNames), 'adam'),
  'learning-rate': value(SEARCH, 'its greatest learning rate', '0.4'),
  schedule: value(SEARCH, words(scheduleNames), 'linear1cycledrop'),
  noise: value(SEARCH, words(noiseKinds), 'trainable'),
  'trainable-noise': value(SEARCH, 'search the first N noise maps as well', '5'),
  'bad-noise': value(SEARCH, 'noise maps that stay zero, for example 17,3; or none', 'as the generator says'),
  tile: flag(SEARCH, 'one latent for all layers'),
  seed: value(START, 'a whole number, 0 included', "drawn, or the folder's last one"),
  duplicates: value(START, 'so many results per picture: NAME_1, NAME_2, …', '1'),
  restarts: value(START, 'search so many times, keep the best', '1'),
  start: value(START, 'latents to start from, as --save-latents and --save-npz write them'),
  'save-intermediate': flag(WRITTEN, 'also the best picture after every step, in NAME/HR and NAME/LR'),
  animate: value(
    WRITTEN,
    `also the search as an animation, NAME.FORMAT: ${words(animationFormats)}; webp,target,curve shows these too`,
  ),
  'save-latents': flag(WRITTEN, 'also NAME.latents.safetensors'),
  'save-npz': flag(WRITTEN, "also NAME.latents.npz: w alone, as NVIDIA's scripts have it"),
  trace: flag(WRITTEN, 'the losses of every step, in run.jsonl'),
  'no-metadata': noMetadata,
  force: flag(WRITTEN, 'search again what is done, and overwrite what others wrote'),
  shard,
  ...queueOptions,
  batch: value(
    MODEL,
    'pictures searched at once; no result depends on it',
    '4, from 512 px 2, from 1024 px 1; more on a GPU, by its memory',
  ),
  json: flag(REPORT, 'the lines of run.jsonl on stdout instead of a table'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
  strict: flag(REPORT, 'exit code 3 when a picture came no closer than eps'),
  // Behind the original's spellings (original.ts).
  original: hidden('flag'),
  'bad-noise-layers': hidden('value'),
};

const { out, size, fit, background, align, duplicates, strict, original, ...searching } = runOptions;
/** What says which faces are looked for is not for an emoji, which has one. */
const searchingEmoji = Object.fromEntries(
  Object.entries(searching).filter(
    ([name]) => !Object.hasOwn(detectOptions, name) && !['bad-noise-layers', 'start'].includes(name),
  ),
);

const EMOJI = 'Emoji:';

const emojiOptions: OptionTable = {
  set: { kind: 'list', group: EMOJI, describe: `sets of drawings: ${emojiSetNames.join(', ')}` },
  'set-dir': {
    kind: 'list',
    group: EMOJI,
    describe: 'NAME=FOLDER: a set of your own, of files such as 1f600.png',
  },
  all: flag(EMOJI, 'all emoji'),
  tones: value(EMOJI, `skin tones where none is named: ${toneChoices.join(',')}`, 'none'),
  frame: value(EMOJI, 'face: the crop to the face that is found | art: the whole drawing', 'face'),
  'min-score': value(EMOJI, 'how sure it must be that there is a face, 0 to 1', '0.5'),
  'dry-run': flag(EMOJI, 'only say what would be done'),
  out: {
    ...value(PICTURES, 'folder for all that is made; made when missing; with --queue also s3://BUCKET/PREFIX'),
    alias: 'o',
  },
  size: value(PICTURES, 'sides of the targets in pixels, for example 16,32', '32, or 16 for generators below 256 px'),
  background: value(PICTURES, 'colour behind the drawings', 'white'),
  ...searchingEmoji,
  seed: value(START, 'a whole number, 0 included', '1'),
  seeds: value(START, 'so many faces of each: NAME_1, NAME_2, …', '1'),
  strict: flag(REPORT, 'exit code 3 when an emoji is missing, has no face, or missed eps'),
};

const generateOptions: OptionTable = {
  out: { ...value(WRITTEN, 'folder for the faces; made when missing'), alias: 'o' },
  seeds: value(PICTURES, 'seeds of the faces, for example 0,5,7-9', '0-15'),
  rng: value(PICTURES, "what draws z from a seed: philox | numpy (as NVIDIA's and most others' scripts do)", 'philox'),
  latents: { kind: 'list', group: PICTURES, describe: 'draw saved latents instead (.safetensors or .npz with w)' },
  interpolate: {
    kind: 'pair',
    group: PICTURES,
    describe: 'frames between two faces instead; each a seed or a latents file',
  },
  frames: value(PICTURES, 'how many frames, both ends included', '24'),
  truncation: value(PICTURES, 'psi: how far from the average face, 0 to 1 and beyond', '1: off'),
  'noise-seed': value(PICTURES, 'one noise for all faces', "each face's own seed"),
  ...modelOptions,
  batch: value(MODEL, 'faces drawn at once', '4, from 512 px 2, from 1024 px 1; more on a GPU, by its memory'),
  'no-metadata': noMetadata,
  'save-npz': flag(WRITTEN, "also NAME.latents.npz: w as it is drawn, as NVIDIA's scripts have it"),
  force: flag(WRITTEN, 'overwrite files that are there'),
  json: flag(REPORT, 'a line of JSON per face on stdout'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

const SHOWN = 'What is shown:';
const TIME = 'Time:';

const animateOptions: OptionTable = {
  out: { ...value(WRITTEN, 'folder for the animations, or the file of the only one', 'beside the faces'), alias: 'o' },
  format: value(WRITTEN, `${words(animationFormats)}; avif and mp4 need ffmpeg`, "--out's ending, or webp"),
  loop: value(WRITTEN, 'how often it is played; 0: for ever', '0'),
  force: flag(WRITTEN, 'overwrite what others wrote'),
  beside: value(SHOWN, `beside each other: ${words(besides)}: results that differ in no more, or those you name`),
  side: value(SHOWN, 'side of a face in pixels', '256'),
  target: flag(SHOWN, 'the target beside the face'),
  curve: flag(SHOWN, 'the loss curve beside the face'),
  seconds: value(TIME, 'how long the search takes', '0.1 for each step, at most 5'),
  hold: value(TIME, 'seconds that the last picture stays', '1.5'),
  intro: value(TIME, "seconds of the target first, in the face's place", '0'),
  fps: value(TIME, 'frames a second, at most; 1 to 50', '20'),
  json: flag(REPORT, 'a line of JSON per animation on stdout'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

const demoOptions: OptionTable = {
  out: { ...value(WRITTEN, 'folder for the faces; made when missing', 'demo-out'), alias: 'o' },
  count: value(PICTURES, 'so many emoji', '12'),
  size: value(PICTURES, 'side of the target in pixels', '16'),
  steps: value(SEARCH, 'steps of the optimiser', '100'),
  seed: value(SEARCH, 'a whole number', '1'),
  restarts: value(SEARCH, 'search so many times, keep the best', '1'),
  ...modelOptions,
  batch: value(MODEL, 'pictures searched at once', '4, from 512 px 2, from 1024 px 1; more on a GPU, by its memory'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

const reportOptions: OptionTable = {
  out: { ...value(WRITTEN, 'folder for the report; made when missing', 'DIR/report'), alias: 'o' },
  force: flag(WRITTEN, 'overwrite files that facewright report did not write'),
  json: flag(REPORT, 'the report as JSON on stdout instead of a table'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

const galleryOptions: OptionTable = {
  out: { ...value(WRITTEN, 'folder for the site; made when missing', 'DIR/gallery'), alias: 'o' },
  title: value(WRITTEN, 'what stands above it', 'Faces from emoji, or Faces'),
  force: flag(WRITTEN, 'write into a folder that has other files in it'),
  json: flag(REPORT, 'a line of JSON about the site on stdout instead of its path'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

const { model, precision, ...fittingOptions } = modelOptions;

const found: OptionTable = {
  cache: fittingOptions.cache,
  json: flag(REPORT, 'what is found as JSON on stdout'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

const convertOptions: OptionTable = {
  half: flag(WRITTEN, 'in half precision'),
  fit: flag(WRITTEN, 'with the Gaussian fit of a search, made if the file has none'),
  force: flag(WRITTEN, 'overwrite OUT'),
  ...fittingOptions,
  ...found,
};

const MEASURED = 'What is measured:';
const TRIED = 'A kernel of your own:';

const benchReport: OptionTable = {
  json: flag(REPORT, 'the figures as JSON on stdout'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

/** Which engine, and how it is set up. */
const benchEngine: OptionTable = {
  engine: modelOptions.engine,
  adapter: modelOptions.adapter,
  kernels: value(MODEL, 'webgpu: kernels to take instead of those that suit the adapter, for example conv3x3_tiled'),
  'no-tuned': modelOptions['no-tuned'],
  threads: modelOptions.threads,
  isa: value(MODEL, 'native: instruction set: avx512 | avx2 | baseline', 'the best that the processor has'),
  precision: modelOptions.precision,
  convolutions: value(MODEL, 'native: direct | winograd', 'as suits their shape'),
};

const benchStepOptions: OptionTable = {
  model: value(
    MEASURED,
    `demo, 256, 1024, sg2-256, sg2-1024 (random weights), or weight files; several with commas`,
    'all shapes',
  ),
  steps: value(MEASURED, 'steps to time, after a first one', '3'),
  batch: value(MEASURED, 'pictures in a step', '1'),
  ...benchEngine,
  trace: value(
    WRITTEN,
    'instead of the figures, a trace of steps of one model on the webgpu engine: open it at ui.perfetto.dev',
  ),
  ...benchReport,
};

const benchSearchOptions: OptionTable = {
  model: value(
    MEASURED,
    'demo, 256, 1024, sg2-256, sg2-1024 (random weights), or weight files; several with commas',
    'the demo generator',
  ),
  count: value(MEASURED, 'faces, rounded up to whole batches', '12'),
  batch: value(MEASURED, 'faces searched for together', 'as run has it'),
  steps: value(MEASURED, 'steps of a search', '100'),
  size: value(MEASURED, 'the side of the targets', '16 below 256 px, or else 32'),
  ...benchEngine,
  ...benchReport,
};

const benchCompareOptions: OptionTable = {
  fail: value(MEASURED, 'exit code 1 when a kernel or the step got slower by more than this, for example 5%'),
  force: flag(MEASURED, 'compare what was measured on different adapters, drivers, models or batches'),
  plot: value(WRITTEN, 'SVG file: the newer report as a roofline, with arrows from the older one'),
  all: flag(REPORT, 'every kernel, not only those that changed'),
  ...benchReport,
};

const COMPILED = 'The code that an AMD GPU would be given, without one:';

const benchKernelsOptions: OptionTable = {
  model: value(
    MEASURED,
    'demo, 256, 1024, sg2-256, sg2-1024 (random weights), or a weight file',
    'demo; 1024 with --isa',
  ),
  batch: value(MEASURED, 'pictures in a launch', '1'),
  variants: flag(MEASURED, 'also the convolution kernels that the adapter could run instead'),
  try: value(TRIED, 'a kernel of your own in WGSL: whether it is right, and how fast beside the engine’s'),
  as: value(TRIED, 'the kernel that it stands for, as bench contract has it: conv3x3, blur, …'),
  set: { kind: 'list', group: TRIED, describe: 'values for overrides of its own: ROWS=4' },
  watch: flag(TRIED, 'try it again whenever it is saved'),
  isa: value(COMPILED, 'the family, for example navi31, navi21, gfx1201, vega10 or mi200; Linux, with Mesa and gcc'),
  precision: value(COMPILED, 'f32 | f16, with which GPUs that have subgroup matrices use them', 'f32'),
  listing: flag(COMPILED, 'the code itself instead of the table'),
  gate: value(COMPILED, 'JSON file of figures; exit code 1 where one got worse'),
  'write-gate': value(COMPILED, 'write the figures to such a file'),
  plot: value(WRITTEN, 'SVG file: the kernels under the adapter’s roof'),
  against: value(WRITTEN, 'with --plot: an older report of bench kernels --json, for arrows'),
  adapter: modelOptions.adapter,
  json: flag(REPORT, 'everything with every sample, as JSON on stdout instead of the table'),
  csv: flag(REPORT, 'every sample as CSV on stdout instead of the table'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

const TABLE = 'The table:';

const tuneOptions: OptionTable = {
  model: value(MEASURED, `demo, 256, 1024, sg2-256, sg2-1024 (random weights), or a weight file`, '1024'),
  batch: value(MEASURED, 'pictures in a step', 'as many as a search has at once'),
  budget: value(MEASURED, 'how long it may take, for example 90s or 5m', '60s'),
  adapter: modelOptions.adapter,
  explain: value(
    TABLE,
    'OP@SIDE, for example conv3x3@64: what there is to choose, what was measured, what runs and why',
  ),
  export: value(TABLE, 'write what was found here to a file'),
  import: value(TABLE, 'take what was found from such a file'),
  force: flag(
    TABLE,
    'measure again what is known; with --import: of another adapter, driver or Dawn too; with --export: overwrite',
  ),
  'no-tuned': flag(TABLE, 'with --explain: what runs with --no-tuned'),
  json: flag(REPORT, 'what was found as JSON on stdout instead of a table'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

const showOptions: OptionTable = {
  json: flag(REPORT, 'a line of JSON for each picture'),
};

const doctorOptions: OptionTable = {
  model: value(
    MODEL,
    'tell what a search with it takes of memory: a file or folder, or a name (weights list) that was fetched',
  ),
  class: modelOptions.class,
  engine: modelOptions.engine,
  adapter: modelOptions.adapter,
  precision: modelOptions.precision,
  json: flag(REPORT, 'everything that is known, as JSON'),
};

/** The options of every command, by the command's words. */
const JOBS = 'Jobs:';

const workOptions: OptionTable = {
  queue: { ...queue, byDefault: 'FACEWRIGHT_QUEUE' },
  'until-empty': flag(MACHINES, 'end once nothing waits or is in work'),
  lock: value(MACHINES, 'seconds without a sign of life after which others get a job', '60'),
  metrics: value(
    MACHINES,
    'PORT or HOST:PORT: figures for Prometheus at /metrics; without a host only for this machine',
  ),
  weights: { kind: 'list', group: MODEL, describe: 'weight files that are here, for jobs that want them' },
  engine: modelOptions.engine,
  adapter: modelOptions.adapter,
  threads: modelOptions.threads,
  'no-tuned': modelOptions['no-tuned'],
  cache: modelOptions.cache,
  batch: value(
    MODEL,
    'pictures searched at once; no result depends on it',
    '4, from 512 px 2, from 1024 px 1; more on a GPU, by its memory',
  ),
  json: flag(REPORT, 'the lines of results on stdout'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

const SERVED = 'Who is served:';

const serveOptions: OptionTable = {
  port: value(SERVED, 'to listen on; 0: any that is free', `${usualPlace.port}`),
  host: value(SERVED, 'address to listen on; any that others reach wants a token', usualPlace.host),
  token: value(SERVED, 'what requests have to bring, as Authorization: Bearer TOKEN', 'FACEWRIGHT_TOKEN'),
  'max-waiting': value(SERVED, 'searches that may wait', `${usualLimits.waiting}`),
  'max-steps': value(SERVED, 'steps of one search, with its restarts', `${usualLimits.steps}`),
  'max-bytes': value(SERVED, 'bytes of one request', `${usualLimits.bytes}`),
  'max-pixels': value(SERVED, 'pixels of one picture', `${usualLimits.pixels}`),
  ...modelOptions,
  model: {
    kind: 'list',
    group: MODEL,
    describe: 'weights, one or several to choose from: files or folders, names (weights list), or addresses',
    byDefault: 'the demo generator',
  },
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

const keeperOptions: OptionTable = {
  queue: workOptions.queue,
  json: flag(REPORT, 'JSON on stdout'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

const chosenJobs: OptionTable = { out: value(JOBS, 'only those whose results go there'), ...keeperOptions };

const pullOptions: OptionTable = {
  force: flag(WRITTEN, 'overwrite what others wrote'),
  json: flag(REPORT, 'the lines of run.jsonl on stdout'),
  quiet: flag(REPORT, 'nothing on stderr but errors'),
};

export const optionsOf: Readonly<Record<string, OptionTable>> = {
  run: runOptions,
  align: alignOptions,
  emoji: emojiOptions,
  work: workOptions,
  serve: serveOptions,
  'queue status': keeperOptions,
  'queue failed': chosenJobs,
  'queue retry': chosenJobs,
  'queue cancel': chosenJobs,
  'queue drain': keeperOptions,
  pull: pullOptions,
  animate: animateOptions,
  generate: generateOptions,
  demo: demoOptions,
  show: showOptions,
  gallery: galleryOptions,
  report: reportOptions,
  'weights list': found,
  'weights fetch': { force: flag(WRITTEN, 'fetch again what is there'), ...found },
  'weights inspect': found,
  'weights convert': convertOptions,
  'bench step': benchStepOptions,
  'bench kernels': benchKernelsOptions,
  'bench search': benchSearchOptions,
  'bench busy': {
    model: value(MEASURED, 'demo, 256, 1024, sg2-256, sg2-1024 (random weights), or a weight file', 'demo'),
    rounds: value(MEASURED, 'how often', '5'),
    seconds: value(MEASURED, 'how long each time', '3'),
    ...benchReport,
  },
  'bench compare': benchCompareOptions,
  'bench contract': {},
  'bench fit': { latents: value(MEASURED, 'how many', '1000000'), ...benchEngine, ...benchReport },
  'bench load': benchReport,
  'bench faces': benchReport,
  tune: tuneOptions,
  doctor: doctorOptions,
};
