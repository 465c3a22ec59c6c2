// facewright generate: draws faces from seeds or saved latents, and a contact sheet of them.

import { join } from 'node:path';
import type { ArgumentsCamelCase } from 'yargs';
import { errorText } from '../../errors.js';
import { downscale } from '../../image/bicubic.js';
import { type GridCell, gridSheet } from '../../image/sheet.js';
import { encodePng, type Generator, type OpenOptions, type PictureNotes, toRgb8, withNotes } from '../../index.js';
import { writeWholeFile } from '../../node/whole-file.js';
import { saveNpz } from '../../runs/latents-file.js';
import { creatorTool, exists, inFolder } from '../../runs/out-folder.js';
import { usualBatch } from '../../runs/usual-batch.js';
import { counted } from '../../words.js';
import { Arguments, batchSize, openOptions } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import type { Interrupt } from '../shared/interrupt.js';
import { oneOf, realNumber, seedList, seedNumber, wholeNumber } from '../shared/values.js';
import { withGenerator } from '../shared/with-generator.js';
import { type Face, facesBetween, facesOfFiles, facesOfSeeds, type RngName, rngNames } from './faces.js';

/** Faces beyond these are not on the contact sheet, which has to stay a picture that can be opened. */
const MOST_ON_SHEET = 256;

/** Pictures on the sheet are no larger, in pixels. */
const SHEET_SIDE = 256;

interface GenerateRequest {
  readonly out: string;
  readonly generator: OpenOptions;
  readonly batch: number | undefined;
  readonly seeds: readonly number[];
  readonly rng: RngName;
  readonly latents: readonly string[];
  readonly ends: readonly string[];
  readonly frames: number;
  readonly truncation: number;
  readonly noiseSeed: number | undefined;
  readonly saveNpz: boolean;
  /** Whether faces say how they were made. */
  readonly metadata: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

export async function generateCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const request = readGenerateRequest(words);
  return inFolder(request.out, () => generateInto(request, console));
}

async function generateInto(request: GenerateRequest, console: Console): Promise<number> {
  // Every call writes it: known before a model is opened for nothing.
  if (!request.force) await refuseExisting(join(request.out, SHEET));
  return withGenerator(request.generator, console, 'stopping; again: stop at once', async (generator, interrupt) => {
    const faces = await chooseFaces(generator, request);
    await protectFiles(request, faces);
    return draw(generator, request, faces, console, interrupt);
  });
}

function readGenerateRequest(words: Arguments): GenerateRequest {
  const out = words.text('out');
  if (out === undefined) throw new UsageError('no output folder: say where the faces go, for example --out faces');
  const seeds = words.value('seeds', seedList);
  const latents = words.list('latents');
  const ends = words.list('interpolate');
  const frames = words.value('frames', (option, text) => wholeNumber(option, text, 2, 100_000));
  if (Number(seeds !== undefined) + Number(latents.length > 0) + Number(ends.length > 0) > 1) {
    throw new UsageError('--seeds, --latents and --interpolate: give one of them');
  }
  if (ends.length > 2) throw new UsageError('--interpolate takes two faces, A and B');
  const rng = words.value('rng', (option, text) => oneOf(option, text, rngNames));
  if (rng !== undefined && latents.length > 0) {
    throw new UsageError('--rng is about what is drawn from seeds; leave it out with --latents');
  }
  if (frames !== undefined && ends.length === 0) throw new UsageError('--frames needs --interpolate A B');
  return {
    out,
    generator: { ...openOptions(words), purpose: 'draw' },
    batch: batchSize(words),
    seeds: seeds ?? Array.from({ length: 16 }, (_, seed) => seed),
    rng: rng ?? 'philox',
    latents,
    ends,
    frames: frames ?? 24,
    truncation: words.value('truncation', (option, text) => realNumber(option, text, 'such as 0.7', () => true)) ?? 1,
    noiseSeed: words.value('noise-seed', seedNumber),
    saveNpz: words.flag('save-npz'),
    metadata: !words.without('metadata'),
    force: words.flag('force'),
    json: words.flag('json'),
  };
}

async function chooseFaces(generator: Generator, request: GenerateRequest): Promise<Face[]> {
  const { seeds, latents, ends, frames, noiseSeed } = request;
  if (ends.length === 2) return facesBetween(generator, [ends[0], ends[1]], frames, request);
  if (latents.length > 0) return facesOfFiles(generator, latents, noiseSeed);
  return facesOfSeeds(generator, '--seeds', seeds, request);
}

const SHEET = 'sheet.png';

/** Where the w of a face goes. */
const npzFile = ({ name }: Pick<Face, 'name'>) => `${name}.latents.npz`;

/** Refuses to write two faces to one file, and over files that are there. */
async function protectFiles({ out, saveNpz, force }: GenerateRequest, faces: readonly Face[]): Promise<void> {
  const files = new Set<string>();
  for (const { name } of faces) {
    const file = `${name}.png`;
    if (files.has(file) || file === SHEET) {
      throw new UsageError(`two pictures would be written as ${join(out, file)}; rename one of the latents files`);
    }
    files.add(file);
  }
  if (force) return;
  const arrays = saveNpz ? faces.map(npzFile) : [];
  for (const file of [...files, ...arrays]) await refuseExisting(join(out, file));
}

async function refuseExisting(path: string): Promise<void> {
  if (await exists(path)) {
    throw new UsageError(`${path}: is there already; choose another --out, or overwrite it with --force`);
  }
}

async function draw(
  generator: Generator,
  request: GenerateRequest,
  faces: readonly Face[],
  console: Console,
  { signal }: Interrupt,
): Promise<number> {
  const { out, json } = request;
  const batch = request.batch ?? usualBatch(generator);
  const cells: GridCell[] = [];
  console.beginProgress(faces.length);
  try {
    for (let first = 0; first < faces.length && !signal.aborted; first += batch) {
      const together = faces.slice(first, first + batch);
      const w = await latentsOf(generator, together, request.truncation);
      const images = await drawBatch(generator, together, w, signal);
      for (const [i, face] of together.entries()) {
        await writeFace(generator, request, face, images[i]);
        if (request.saveNpz) await saveNpz(join(out, npzFile(face)), part(w, i, together.length), generator);
        if (cells.length < MOST_ON_SHEET) cells.push(sheetCell(images[i], generator.info.resolution, face.label));
        if (json) console.result(JSON.stringify(faceLine(generator, request, face)));
      }
      console.progress({ done: first + together.length, count: `${first + together.length} of ${faces.length} faces` });
    }
  } catch (error) {
    if (signal.aborted) return exitCode.interrupted;
    console.endProgress();
    console.error(`facewright: ${errorText(error)}`);
    return exitCode.someFailed;
  } finally {
    console.endProgress();
  }
  if (signal.aborted) return exitCode.interrupted;
  const path = join(out, SHEET);
  await writeWholeFile(path, await gridSheet({ ...sheetHead(generator, request, faces), cells }));
  if (json) console.note(`${counted(faces.length, 'face')} in ${out}, with ${SHEET}`);
  else console.result(`${counted(faces.length, 'face')} in ${out}\n${path}`);
  return exitCode.done;
}

/** w [n, L, d] of the faces, truncated: as it is drawn. */
async function latentsOf(generator: Generator, faces: readonly Face[], truncation: number): Promise<Float32Array> {
  const { layers, latentSize } = generator.info;
  const w = new Float32Array(faces.length * layers * latentSize);
  for (const [i, face] of faces.entries()) w.set(await face.w(), i * layers * latentSize);
  return generator.truncate(w, truncation);
}

/** The numbers of one face out of those of several. */
function part(values: Float32Array, face: number, faces: number): Float32Array {
  const size = values.length / faces;
  return values.slice(face * size, (face + 1) * size);
}

async function drawBatch(
  generator: Generator,
  faces: readonly Face[],
  w: Float32Array,
  signal: AbortSignal,
): Promise<Float32Array[]> {
  const { noiseSides } = generator.info;
  const noise = noiseSides.map((side, layer) => {
    const size = side ** 2;
    const maps = new Float32Array(faces.length * size);
    for (const [i, face] of faces.entries()) maps.set(face.noise(layer), i * size);
    return maps;
  });
  return generator.generate({ w, noise, signal });
}

async function writeFace(
  generator: Generator,
  request: GenerateRequest,
  face: Face,
  image: Float32Array,
): Promise<void> {
  const { resolution } = generator.info;
  const rgb = { data: toRgb8(image, resolution, resolution), width: resolution, height: resolution };
  const png = await encodePng(rgb, { creatorTool: creatorTool.generate });
  const notes = { made_by: creatorTool.generate, ...faceNotes(generator, request, face) };
  await writeWholeFile(join(request.out, `${face.name}.png`), request.metadata ? withNotes(png, notes) : png);
}

/** What --json says of a face. */
function faceLine(generator: Generator, request: GenerateRequest, face: Face): object {
  const npz = request.saveNpz ? { npz: npzFile(face) } : {};
  return { v: 1, output: `${face.name}.png`, ...npz, ...faceNotes(generator, request, face) };
}

/** What a face follows from. */
function faceNotes({ info, engine }: Generator, { truncation, noiseSeed }: GenerateRequest, face: Face): PictureNotes {
  return {
    ...face.origin,
    truncation,
    truncation_centre: info.truncationCentre,
    ...(info.class === undefined ? {} : { class: info.class }),
    ...(noiseSeed === undefined ? {} : { noise_seed: noiseSeed }),
    model: { name: info.name, sha256: info.sha256, licence: info.licence },
    engine: engine.info.kind,
    adapter: engine.info.adapter,
  };
}

function sheetCell(image: Float32Array, resolution: number, label: string): GridCell {
  const side = Math.min(resolution, SHEET_SIDE);
  return { image: toRgb8(downscale(image, resolution, side), side, side), width: side, height: side, label };
}

function sheetHead({ info }: Generator, { truncation }: GenerateRequest, faces: readonly Face[]) {
  const psi = truncation === 1 ? '' : `, truncation ${truncation}`;
  const shown = faces.length > MOST_ON_SHEET ? `the first ${MOST_ON_SHEET} of ` : '';
  return { footer: [`${shown}${counted(faces.length, 'face')} of ${info.name}, ${info.resolution} px${psi}`] };
}
