// npm run bench: seconds per search step and the share of each kernel, on the engine at hand; then what is found of faces
// in emoji, and how long that and cropping take; then how long weight files of full size take to open.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import type { Engine } from '../engine/engine.js';
import { convolutionVariants } from '../engine/webgpu/convolution-variants.js';
import { preferring } from '../engine/webgpu/variants.js';
import { FacewrightError } from '../errors.js';
import { openWebGpu } from '../node/dawn.js';
import { openNative } from '../node/native.js';
import { measureCrops, measureFaces } from './faces.js';
import { cropsTable, facesTable } from './faces-report.js';
import { loadingTable, measureLoading } from './loading.js';
import { measure } from './measure.js';
import { type BenchResult, kernelTable, peakLine, summaryTable } from './report.js';
import { benchShapes } from './search-step.js';

const names = benchShapes.map(({ name }) => name);
const variantNames = Object.values(convolutionVariants).flatMap((variants) => variants.map(({ kernel }) => kernel));

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .usage(
    'Measures one search step (seconds, GFLOP/s, bytes, peak memory, the share of each kernel), the search for faces (found in emoji, time, agreement with dlib, crops), and opening weight files of full size.',
  )
  .option('what', { type: 'string', default: 'steps,faces,loading', describe: 'which of steps, faces, loading' })
  .option('shapes', { type: 'string', default: names.join(), describe: `which of ${names.join(', ')}` })
  .option('steps', { type: 'number', default: 3, describe: 'steps to time, after a first one' })
  .option('batch', { type: 'number', default: 1, describe: 'pictures in a step' })
  .option('engine', { choices: ['native', 'webgpu'] as const, default: 'native', describe: 'which engine' })
  .option('threads', { type: 'number', describe: 'native: threads' })
  .option('isa', { type: 'string', describe: 'native: instruction set (avx512, avx2, baseline)' })
  .option('precision', { choices: ['f32', 'bf16'] as const, describe: 'native: bf16 multiplies in bfloat16' })
  .option('adapter', { type: 'string', describe: 'webgpu: part of the name of the adapter' })
  .option('convolutions', {
    choices: ['direct', 'winograd'] as const,
    describe: 'native: the form of convolutions',
  })
  .option('kernels', {
    type: 'string',
    describe: `webgpu: kernels to take instead of those that suit the adapter (${variantNames.join(', ')})`,
  })
  .option('json', { type: 'boolean', default: false, describe: 'print the figures as JSON' })
  .strict()
  .parseAsync();

async function openBenchEngine(): Promise<Engine> {
  const { engine, adapter, threads, isa, precision, convolutions, kernels } = options;
  const others = engine === 'native' ? { adapter, kernels } : { threads, isa, precision, convolutions };
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) throw new FacewrightError(`--${name} is not for --engine ${engine}`);
  }
  if (engine === 'native') return openNative({ threads, isa, precision, convolutions });
  const preferred = kernels?.split(',') ?? [];
  const unknown = preferred.find((kernel) => !variantNames.includes(kernel));
  if (unknown !== undefined) throw new FacewrightError(`--kernels ${unknown}: choose from ${variantNames.join(', ')}`);
  return openWebGpu({ adapter, measured: preferring(preferred) });
}

/** Measures one shape in this process. */
async function measureHere(name: string): Promise<BenchResult> {
  const shape = benchShapes.find((one) => one.name === name);
  if (!shape) throw new FacewrightError(`--shapes ${name}: choose from ${names.join(', ')}`);
  const engine = await openBenchEngine();
  return { ...(await measure(engine, shape, options.batch, options.steps)), engine: engine.info };
}

/** Measures one shape in a process of its own, so that its peak memory is its own. */
function measureApart(name: string): BenchResult {
  const words = process.argv.slice(2);
  const child = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), ...words, '--what', 'steps', '--shapes', name, '--json'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 2 ** 28,
    },
  );
  if (child.status !== 0) throw new FacewrightError(`the bench of ${name} failed`);
  return (JSON.parse(child.stdout.toString()) as BenchResult[])[0];
}

async function benchSteps(): Promise<void> {
  const wanted = String([options.shapes].flat().at(-1)).split(',');
  const results: BenchResult[] = [];
  for (const name of wanted) {
    if (!options.json) process.stderr.write(`measuring ${name} …\n`);
    results.push(wanted.length === 1 ? await measureHere(name) : measureApart(name));
  }
  if (options.json) {
    process.stdout.write(`${JSON.stringify(results)}\n`);
    return;
  }
  const { adapter, driver } = results[0].engine;
  const machine = `${adapter}${driver ? `, ${driver}` : ''}`;
  const heads = [machine, ...[peakLine(results)].filter((line) => line !== undefined)].join('\n');
  const tables = [heads, summaryTable(results), ...results.map(kernelTable)];
  process.stdout.write(`${tables.join('\n\n')}\n`);
}

async function benchFaces(): Promise<void> {
  const faces = await measureFaces((set) => {
    if (!options.json) process.stderr.write(`looking for faces in ${set} …\n`);
  });
  const crops = await measureCrops();
  const text = options.json ? JSON.stringify({ faces, crops }) : `\n${facesTable(faces)}\n\n${cropsTable(crops)}`;
  process.stdout.write(`${text}\n`);
}

async function benchLoading(): Promise<void> {
  const results = await measureLoading((file) => {
    if (!options.json) process.stderr.write(`opening ${file} …\n`);
  });
  process.stdout.write(`${options.json ? JSON.stringify(results) : loadingTable(results)}\n`);
}

try {
  for (const name of ['steps', 'batch'] as const) {
    if (!Number.isInteger(options[name]) || options[name] < 1) {
      throw new FacewrightError(`--${name} ${options[name]}: expected a whole number of at least 1`);
    }
  }
  // An option given twice (see measureApart) counts as given last.
  const what = String([options.what].flat().at(-1)).split(',');
  const unknown = what.find((word) => !['steps', 'faces', 'loading'].includes(word));
  if (unknown !== undefined) throw new FacewrightError(`--what ${unknown}: choose from steps, faces, loading`);
  if (what.includes('steps')) await benchSteps();
  if (what.includes('faces')) await benchFaces();
  if (what.includes('loading')) await benchLoading();
} catch (error) {
  if (!(error instanceof FacewrightError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
