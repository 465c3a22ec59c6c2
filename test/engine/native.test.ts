// What is the native engine's own: its build, threads, stopping, worker threads, memory, and what it refuses.

import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileStep } from '../../dist/bench/compiled-step.js';
import { shapedModel } from '../../dist/bench/search-step.js';
import type { Engine } from '../../dist/engine/engine.js';
import type { AddonPacking, AddonProgramSpec, AddonStep } from '../../dist/engine/native/addon.js';
import {
  GEOMETRIES,
  type Geometry,
  KERNELS,
  type KernelName,
  OPTIMISERS,
  PACKINGS,
  PRECISIONS,
  READ_FORMS,
  WRITE_FORMS,
} from '../../dist/engine/native/table.js';
import { AbortedError } from '../../dist/errors.js';
import { backward } from '../../dist/graph/backward.js';
import { apply, apply1 } from '../../dist/graph/build.js';
import { elements, Graph, type Tensor } from '../../dist/graph/graph.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { loadAddon, openNative } from '../../dist/node/native.js';
import { openGenerator } from '../../dist/open.js';
import { defaultSearchOptions } from '../../dist/pulse/options.js';
import { search } from '../../dist/pulse/search.js';
import { randomStart } from '../../dist/pulse/start.js';
import { facewrightProcess, newFolder, writePicture } from '../cli/command.js';
import { engineSuite, engines } from '../engines.js';
import { golden, goldenTensors, relativeError } from '../golden-values.js';
import { styledLayer } from '../graph/layers.js';
import { normals } from '../random.js';
import { runReference } from '../reference.js';
import { skippingSuite } from '../skip.js';
import { batchFaults, conformanceCases, conformanceFaults, engineRuns, mismatch } from './conformance.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

const byName = (a: string, b: string) => (a < b ? -1 : 1);

/** The build files, and what each says before the names of sources. */
const builds = { 'native/CMakeLists.txt': '', 'binding.gyp': 'native/' };

/** The sources that a build file lists, as they are called in native/. */
function sourcesIn(file: keyof typeof builds): string[] {
  const found = [...readFileSync(join(root, file), 'utf8').matchAll(/[\w/-]+\.cc/g)].map(([path]) => path);
  assert.ok(found.every((path) => path.startsWith(builds[file])));
  return [...new Set(found)].map((path) => path.slice(builds[file].length)).sort(byName);
}

test('CMakeLists.txt and binding.gyp build the same sources: all of them', () => {
  const all = readdirSync(join(root, 'native'), { recursive: true })
    .map((path) => String(path).replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.cc') && !path.startsWith('node_modules/'))
    .sort(byName);
  assert.equal(sourcesIn('native/CMakeLists.txt'), all);
  assert.equal(sourcesIn('binding.gyp'), all);
});

test('both builds are told the same of floating point', () => {
  for (const file of Object.keys(builds)) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const flag of ['-O3', '-ffp-contract=fast', '-fno-math-errno', 'NAPI_VERSION=8']) {
      assert.ok(text.includes(flag), `${file}: ${flag}`);
    }
    assert.not.match(text, /fast-math|march=native/, file);
  }
});

test('without the addon: what is missing, what is needed, what to type; all else goes on', async () => {
  // A copy of the package in which nothing was built.
  const folder = newFolder();
  for (const part of ['dist', 'shaders', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const code = `
    import { describeEngines, openNative } from ${JSON.stringify(pathToFileURL(join(folder, 'dist', 'index.js')).href)};
    const { native, engine } = await describeEngines();
    console.log(JSON.stringify({ native, engine }));
    try { openNative(); } catch (error) { console.log(error.name + ': ' + error.message); }`;
  const { FACEWRIGHT_ADDON: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { env, encoding: 'utf8' });
  const [report, error] = stdout.trim().split('\n');
  assert.is(JSON.parse(report).native.usable, false);
  assert.is.not(JSON.parse(report).engine, 'native');
  assert.match(error, /FacewrightError: the native engine .*for \w+-\w+/);
  rmSync(folder, { recursive: true });
});

test('FACEWRIGHT_ADDON that names no file, or one that does not load', async () => {
  const folder = newFolder();
  await writePicture(join(folder, 'x.png'), 16);
  const before = process.env.FACEWRIGHT_ADDON;
  try {
    process.env.FACEWRIGHT_ADDON = join(folder, 'none.node');
    const { code, stderr } = await facewrightProcess(folder, ['run', 'x.png', '--out', 'out', '--engine', 'native']);
    assert.is(code, 2);
    assert.match(stderr, /FACEWRIGHT_ADDON is .*none\.node, and no such file is there/);
    process.env.FACEWRIGHT_ADDON = 'x.png';
    const broken = await facewrightProcess(folder, ['generate', '--out', 'out', '--engine', 'native']);
    assert.match(broken.stderr, /addon .*x\.png does not load on .*npm run build:addon/);
  } finally {
    if (before === undefined) delete process.env.FACEWRIGHT_ADDON;
    else process.env.FACEWRIGHT_ADDON = before;
    rmSync(folder, { recursive: true });
  }
});

test.run();

/** Whether the processor multiplies in bfloat16; no, where the addon is not built. */
function hasBfloat16(): boolean {
  try {
    return loadAddon()
      .machine()
      .isas.some(({ precisions }) => precisions.includes('bf16'));
  } catch {
    return false;
  }
}

for (const one of engines.filter(({ name }) => name === 'native')) {
  const suite = (title: string) => engineSuite(one, title);

  const names = suite('names');
  names('TypeScript and C++ have the same, in the same order', () => {
    assert.equal(loadAddon().names(), {
      kernel: KERNELS,
      read: READ_FORMS,
      write: WRITE_FORMS,
      geometry: GEOMETRIES,
      optimiser: OPTIMISERS,
      packing: PACKINGS,
      precision: PRECISIONS,
    });
  });
  names.run();

  // By its shape a convolution gets one form or the other; each has to be right at every shape.
  for (const convolutions of ['direct', 'winograd'] as const) {
    const forms = suite(`${convolutions} convolutions`);
    for (const each of conformanceCases().filter(({ name }) => name.startsWith('conv'))) {
      forms(each.name, async () => {
        const engine = openNative({ convolutions });
        const faults = await conformanceFaults(engine, each);
        engine.close();
        assert.is(faults.length, 0, faults.join('\n'));
      });
    }
    forms.run();
  }

  // bfloat16 has 8 bits: each product is off by up to 2⁻⁸, at random. All else is as exact as ever.
  const bfloat16 = hasBfloat16()
    ? suite('bf16, with products off by a hundredth at most')
    : skippingSuite('native: bf16', 'this processor has no AVX512-BF16');
  for (const each of conformanceCases().filter(({ name }) =>
    /^conv(_up)?( adjoint)? \d|^blur|^styled layer 17/.test(name),
  )) {
    const rough = { ...each, tolerance: each.name.startsWith('conv') ? 1e-2 : each.tolerance };
    bfloat16(each.name, async () => {
      const engine = openNative({ precision: 'bf16' });
      const faults = [...(await conformanceFaults(engine, rough)), ...(await batchFaults(engine, each))];
      engine.close();
      assert.is(faults.length, 0, faults.join('\n'));
    });
  }
  bfloat16('an image of the golden network', async () => {
    const generator = await openGenerator({ model: golden('stylegan1/synthesis.pt'), precision: 'bf16' });
    const tensors = await goldenTensors('stylegan1/synthesis.io.safetensors');
    const noise = Array.from({ length: 12 }, (_, layer) => tensors.get(`noise${layer}`)!.data);
    const image = await generator.synthesize(tensors.get('latent')!.data, noise);
    assert.is(generator.engine.info.kind, 'native');
    assert.is(generator.engine.info.precision, 'bf16');
    generator.close();
    const error = relativeError(image, tensors.get('image_f64')!.data);
    // It must have been bfloat16: float32 comes to 1e-6.
    assert.ok(error > 1e-4 && error < 2e-2, `${error}`);
  });
  bfloat16('is a precision of an instruction set, and not one itself', () => {
    const { isas } = loadAddon().machine();
    const [{ name: able }] = isas.filter(({ precisions }) => precisions.includes('bf16'));
    const engine = openNative({ precision: 'bf16', isa: able });
    assert.match(engine.info.driver, new RegExp(`^${able}, `));
    engine.close();
    assert.throws(
      () => openNative({ precision: 'bf16', isa: 'baseline' }),
      new RegExp(`precision bf16: needs the instruction set ${able}, and baseline was asked for`),
    );
    const kernels = { isa: 'baseline', precision: 'bf16' } as const;
    assert.throws(() => loadAddon().peak(1, kernels, false), /no instruction set baseline with precision bf16/);
  });
  bfloat16.run();

  // An op that runs inside another's kernel runs at another place: not where a state that it reads has changed by then.
  const moved = suite('states that change between ops that could be fused');
  const shape = [3, 5, 6] as const;
  const recipes: Record<string, (graph: Graph, state: Tensor, touch: () => void) => void> = {
    'a convolution of a state, then a styled layer': (graph, state, touch) => {
      const y = apply1(graph, 'conv', [state, graph.constant('weight', [3, 3, 3, 3])], { adjoint: false });
      touch();
      graph.output('x', styledLayer(graph, '', y, {}).styled);
    },
    'noise that is a state, then the rest of a styled layer': (graph, state, touch) => {
      const weight = graph.constant('noise weight', [3, 1, 1, 1]);
      const first = apply1(graph, 'blur', [graph.input('y', shape)], { adjoint: false, margin: 0 });
      const noise = graph.state('noise', [1, 5, 6]);
      const noisy = apply1(graph, 'add_noise', [first, noise, weight], {});
      touch();
      apply(graph, 'keep_if', [graph.input('improved', [1, 1, 1]), graph.input('new noise', [1, 5, 6]), noise], {});
      graph.output('x', apply1(graph, 'add', [styledLayer(graph, '', noisy, {}).styled, state], {}));
    },
    'the gradient of a styled layer that is a state, then a convolution': (graph, state, touch) => {
      const y = graph.input('y', shape);
      const { styled } = styledLayer(graph, '', y, {});
      const [g] = backward(graph, [{ output: styled, seed: state }], [y]);
      touch();
      graph.output('x', apply1(graph, 'conv', [g, graph.constant('weight', [3, 3, 3, 3])], { adjoint: true }));
    },
    'a convolution of a state, then the sums of a style': (graph, state, touch) => {
      const layer = styledLayer(graph, '', graph.input('y', shape), {});
      const weight = graph.constant('weight', [3, 3, 3, 3]);
      const g = apply1(graph, 'conv', [state, weight], { adjoint: true });
      touch();
      graph.output('g', g);
      graph.output('x', backward(graph, [{ output: layer.styled, seed: g }], layer.inputs)[0]!);
    },
  };
  for (const [name, recipe] of Object.entries(recipes)) {
    moved(name, async () => {
      const graph = new Graph(1);
      const state = graph.state('state', shape);
      recipe(graph, state, () => apply(graph, 'sphere', [state, graph.input('radius', [3, 1, 1])], {}));
      const values = new Map(
        graph.tensors
          .filter(({ kind }) => kind !== 'temp')
          .map((tensor) => [tensor.name, normals(tensor.name, elements(tensor.shape))]),
      );
      const engine = openNative();
      const [found] = await engineRuns(engine, { graph, values }, [{}]);
      engine.close();
      const fault = mismatch('x', graph.outputs.get('x')!.shape, found.x, runReference(graph, values).read('x'), 5e-6);
      assert.is(fault, undefined, fault);
    });
  }
  moved.run();

  const threads = suite('threads');
  threads('no result depends on their number, to the bit', async () => {
    const cases = conformanceCases().filter(({ name }) => /37|129|256×256|2×130×67|adam|L2/.test(name));
    assert.ok(cases.length > 20);
    for (const { name, build, runs } of cases) {
      const results: Record<string, Float32Array>[][] = [];
      // Undefined: as many as there are processors, or fewer while these are busy.
      for (const count of [1, 2, 3, 7, undefined]) {
        const engine = openNative({ threads: count });
        results.push(await engineRuns(engine, build(3), runs));
        engine.close();
      }
      for (const other of results.slice(1)) assert.equal(other, results[0], name);
    }
  });
  threads('f32 unless it is asked for otherwise', () => {
    const engine = openNative();
    assert.is(engine.info.precision, 'f32');
    engine.close();
  });
  threads('a number that cannot be is refused', () => {
    for (const count of [0, -1, 1.5, 1025, Number.NaN]) {
      assert.throws(() => openNative({ threads: count }), /threads .*from 1 to 1024/);
    }
    assert.throws(() => openNative({ isa: 'mmx' }), /instruction set mmx: this processor has .*baseline/);
    assert.throws(() => openNative({ isa: 'avx512_bf16' }), /instruction set avx512_bf16/);
    assert.throws(() => openNative({ precision: 'f16' }), /precision f16: the native engine has f32 and bf16/);
    assert.throws(() => openNative({ convolutions: 'x' } as object), /choose auto, direct or winograd/);
  });
  threads.run();

  /** A chain of convolutions that takes about a second, and its output. */
  async function slow(engine: Engine) {
    const graph = new Graph(1);
    const weight = graph.constant('weight', [64, 64, 3, 3]);
    let x = graph.input('x', [64, 256, 256]);
    for (let i = 0; i < 60; i++) x = apply1(graph, 'conv', [x, weight], { adjoint: false });
    graph.output('y', x);
    const data = normals('slow', 64 * 64 * 9, 0.04);
    const executable = await engine.compile(graph, new Map([['weight', hostTensor([64, 64, 3, 3], data)]]));
    executable.write('x', normals('slow x', 64 * 256 * 256));
    return executable;
  }

  const stopping = suite('stopping');
  stopping('cancel ends what runs at its next kernel and drops what is queued; then all begins anew', async () => {
    const engine = openNative();
    try {
      const executable = await slow(engine);
      executable.run();
      await executable.read(['y']);
      const began = performance.now();
      executable.run();
      const { y } = await executable.read(['y']);
      const whole = performance.now() - began;
      for (let i = 0; i < 20; i++) executable.run();
      const read = executable.read(['y']).then(
        () => undefined,
        (error) => error,
      );
      await new Promise((resolve) => setTimeout(resolve, whole / 10));
      const cancelled = performance.now();
      executable.cancel();
      assert.instance(await read, AbortedError);
      const took = performance.now() - cancelled;
      assert.ok(took < 3 * whole, `20 runs of ${whole} ms were queued, and it took ${took} ms to stop`);
      executable.run();
      assert.equal((await executable.read(['y'])).y, y);
    } finally {
      engine.close();
    }
  });
  stopping('the event loop turns while the engine computes', async () => {
    const engine = openNative();
    try {
      const executable = await slow(engine);
      executable.run();
      await executable.read(['y']);
      let turns = 0;
      const timer = setInterval(() => turns++, 1);
      executable.run();
      await executable.read(['y']);
      clearInterval(timer);
      assert.ok(turns > 3, `${turns} turns`);
    } finally {
      engine.close();
    }
  });
  stopping('an executable that is closed while it runs ends its reads', async () => {
    const engine = openNative();
    const executable = await slow(engine);
    executable.run();
    const read = executable.read(['y']).then(
      () => undefined,
      (error) => error,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    engine.close();
    assert.instance(await read, Error);
  });
  stopping.run();

  const sharing = suite('sharing');
  sharing('worker threads compute what the main thread does, side by side', async () => {
    const source = new URL('./native-worker.js', import.meta.url);
    const started = [0, 1, 2].map((picture) => new Worker(source, { workerData: { picture } }));
    const found = await Promise.all(
      started.map(
        (worker) =>
          new Promise<Float32Array>((resolve, reject) => {
            worker.once('message', resolve);
            worker.once('error', reject);
          }),
      ),
    );
    const { searchTiny } = await import('./native-worker.js');
    for (const picture of [0, 1, 2]) assert.equal(found[picture], await searchTiny(picture), `picture ${picture}`);
  });
  sharing('a worker thread that is stopped in the midst of a run harms nobody', async () => {
    const worker = new Worker(new URL('./native-worker.js', import.meta.url), {
      workerData: { picture: 0, steps: 1e6 },
    });
    await new Promise((resolve) => worker.once('online', resolve));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await worker.terminate();
    const { searchTiny } = await import('./native-worker.js');
    assert.is((await searchTiny(1)).length, 3 * 16 * 16);
  });
  sharing.run();

  const many = suite('many at once');
  many('24 queues of runs leave Node’s threads to files', async () => {
    const engine = openNative({ threads: 1 });
    const shape = shapedModel({
      name: 'small',
      kind: 'stylegan1',
      resolution: 64,
      fmapBase: 512,
      fmapMax: 32,
      targetSize: 16,
    });
    const steps = await Promise.all(Array.from({ length: 24 }, () => compileStep(engine, shape, 1)));
    let done = 0;
    const all = steps.map(async (step) => {
      for (let i = 0; i < 20; i++) {
        step.run({ rate: 0.01, step: i });
        await step.read(['TOTAL']);
        done++;
      }
    });
    await steps[0].read(['TOTAL']);
    const before = done;
    await readFile(fileURLToPath(import.meta.url));
    // Opening, asking for the length, reading, closing: behind all 24 they would have waited for 80 runs and more.
    assert.ok(done - before < 48, `${done - before} runs were done before a file was read`);
    await Promise.all(all);
    engine.close();
  });
  many.run();

  const memory = suite('memory');
  memory('does not grow over 1,000 searches of the golden network', async () => {
    const generator = await openGenerator({ model: golden('stylegan1/synthesis.pt'), engine: 'native' });
    const options = { ...defaultSearchOptions(generator.info), steps: 1 };
    const rgb = Uint8Array.from(normals('target', 16 * 16 * 3), (x) => 128 + 40 * x);
    const start = await randomStart(generator.info, options, { seed: 1, target: rgb, duplicate: 0, restart: 0 });
    const some = async (count: number) => {
      for (let i = 0; i < count; i++) {
        // Another loss now and then: a new graph, so that programs and packed weights come and go.
        const settings = i % 10 === 0 ? { ...options, loss: `${100 + i}*L2` } : options;
        await search(generator, [{ rgb, size: 16, start }], settings).results;
      }
      globalThis.gc?.();
      return process.memoryUsage.rss();
    };
    await some(300);
    const before = await some(350);
    const after = await some(350);
    generator.close();
    const grown = (after - before) / 2 ** 20;
    assert.ok(grown < 24, `${grown.toFixed(1)} MiB more after 350 further searches`);
  });
  memory.run();

  const refusals = suite('what the addon refuses');
  const step = (
    kernel: string,
    buffers: AddonStep['buffers'],
    sizes: AddonStep['sizes'],
    others: object = {},
  ): AddonStep => ({
    kernel: kernel as KernelName,
    buffers,
    sizes,
    values: { scale: 1, shift: 0, slope: 0.2 },
    ...others,
  });
  const kernels = { isa: 'baseline', precision: 'f32' } as const;
  const spec = (change: Partial<AddonProgramSpec>): AddonProgramSpec => ({
    batch: 1,
    threads: 1,
    kernels,
    buffers: [{ size: 256 }, { size: 256 }],
    slots: [],
    steps: [step('affine', { a: 0, y: 1 }, { count: 256, from: 0, to: 0 })],
    ...change,
  });
  /** A convolution of 16 channels, 4×4: its maps take 256 floats each, its weights 2,304, those of an upsampling one 4,096. */
  const convolution = (others: object, kernel = 'convolution', side = 4): Partial<AddonProgramSpec> => ({
    buffers: [{ size: 256 }, { size: 256 }, { size: 2304 }, { size: 48 }, { size: 16 }, { size: 4096 }],
    steps: [
      step(
        kernel,
        { weights: 2 },
        { in: 16, out: 16, height: side, width: side, margin: 0 },
        {
          names: { geometry: 'same' },
          read: { form: 'plain', buffers: { x: 0 } },
          write: { form: 'plain', buffers: { y: 1 } },
          ...others,
        },
      ),
    ],
  });
  const gradient = { x: 0, g: 0, coefficients: 3, moments: 3, sums: 3 };
  const reads = (form: string, buffers: object, values: object = { slope: 0.2 }) =>
    convolution({ read: { form, buffers, values } });
  const styled = { bias: 4, style: 3, y: 1, coefficients: 3, moments: 3 };
  const writes = (form: string, buffers: object, values: object = { slope: 0.2, epsilon: 1e-5, clamp: 1 }) =>
    convolution({ write: { form, buffers, values, sizes: { unactivates: 0 } } });
  const upsampling = (margin: number) => ({
    sizes: { in: 16, out: 16, height: 2, width: 2, margin },
    names: { geometry: 'up' },
    buffers: { weights: 5 },
  });
  const blur = (shift: number, side: number): Partial<AddonProgramSpec> =>
    convolution({ sizes: { blur: 1, shift, channels: 16, height: side, width: side } }, 'pass');
  const mapSteps: [what: string, change: Partial<AddonProgramSpec>, message: RegExp][] = [
    ['a convolution whose map is larger than its buffer', convolution({}, 'convolution', 8), /x is too short/],
    ['one that reads nothing', convolution({ read: undefined }), /convolution: read is missing/],
    ['one that writes nothing', convolution({ write: null }), /convolution: write is missing/],
    ['a form of reading that does not exist', reads('x', { x: 0 }), /convolution, read: there is no form x/],
    ['a form of writing that is one of reading', writes('gradient', { y: 1 }), /write: there is no form gradient/],
    ['a form that is a number', reads(0 as unknown as string, { x: 0 }), /form: expected a name/],
    ['a geometry that does not exist', convolution({ names: { geometry: 'x' } }), /there is no geometry x/],
    ['no geometry', convolution({ names: {} }), /geometry is missing/],
    ['a geometry that the kernel has not', convolution({}, 'winograd_up'), /winograd_up: .*same/],
    ['weights that are too short for another geometry', convolution({ names: { geometry: 'down' } }), /too short/],
    ['a styled map without coefficients', reads('styled', { x: 0 }), /read: coefficients is missing/],
    ['coefficients that are too short', reads('styled', { x: 0, coefficients: 4 }), /read: coefficients is too short/],
    ['a gradient without its sums', reads('gradient', { ...gradient, sums: undefined }), /a buffer: expected a number/],
    ['a gradient whose g is too short', reads('gradient', { ...gradient, g: 4 }), /read: g is too short/],
    ['a gradient without a slope', reads('gradient', gradient, {}), /read: slope is missing/],
    ['a gradient of planes that are none', reads('gradient', { x: 0, coefficients: 3 }), /planarChannels is missing/],
    ['noise without its weights', writes('styled', { ...styled, noise: 4 }), /write: noiseWeight is missing/],
    ['noise that is too short', writes('styled', { ...styled, noise: 7 }), /write: noise is no buffer/],
    ['moments that do not fit', writes('styled', { ...styled, moments: 4 }), /write: moments is too short/],
    ['an epilogue without epsilon', writes('styled', styled, { slope: 0.2 }), /write: epsilon is missing/],
    ['sums with a map that is too short', writes('summed', { x: 4, moments: 3, sums: 3 }), /write: x is too short/],
    ['sums that are none', writes('summed', { x: 0, moments: 3 }), /write: sums is missing/],
    ['a margin that is no flag', convolution({ ...upsampling(2) }), /margin is out of range/],
    ['a map too short for its margin', convolution({ ...upsampling(1) }), /write: y is too short/],
    ['a scaled map without its factor', reads('scaled', { x: 0 }), /read: factor is missing/],
    ['a gradient without a clamp', reads('unactivated', { x: 0, g: 0 }), /read: clamp is missing/],
    ['one behind an activation, too short', reads('unactivated', { x: 0, g: 4 }), /read: g is too short/],
    ['an activation without a bias', writes('activated', { y: 1 }), /write: bias is missing/],
    ['what is added, and is too short', writes('scaled', { x: 0, y: 1, plus: 3 }), /write: plus is too short/],
    ['a scaled gradient without its map', writes('scaled', { y: 1 }), /write: x is missing/],
    ['sums that nobody keeps', writes('scaled', { x: 0, demodulation: 4 }), /demodulationSums is missing/],
    [
      'an activation that cannot be undone',
      writes('scaled', { x: 0, demodulation: 4, demodulationSums: 3, bias: 4 }, { slope: 0, clamp: 1 }),
      /slope of 0/,
    ],
    ['a blur that leaves nothing', blur(1, 2), /pass: nothing is left within the margin/],
    ['a blur further off than a margin', blur(-2, 4), /shift is out of range/],
    ['a blur that makes more than there is room for', blur(-1, 4), /write: y is too short/],
    [
      'an optimiser that does not exist',
      {
        steps: [step('optimise', { parameter: 0, g: 1, first: 0, second: 0 }, { count: 16 }, { names: { kind: 'x' } })],
      },
      /no kind x/,
    ],
  ];
  const refused: [what: string, change: Partial<AddonProgramSpec>, message: RegExp][] = [
    ['a kernel that does not exist', { steps: [step('nonsense', {}, {})] }, /no kernel nonsense/],
    [
      'a buffer that does not exist',
      { steps: [step('affine', { a: 0, y: 7 }, { count: 1, from: 0, to: 0 })] },
      /y is no/,
    ],
    [
      'a read beyond a buffer',
      { steps: [step('affine', { a: 0, y: 1 }, { count: 257, from: 0, to: 0 })] },
      /too short/,
    ],
    [
      'an offset beyond it',
      { steps: [step('copy', { a: 0, y: 1 }, { count: 1, from: 256, to: 0 })] },
      /a is too short/,
    ],
    [
      'a negative offset',
      { steps: [step('copy', { a: 0, y: 1 }, { count: 1, from: 0, to: -1 })] },
      /to is out of range/,
    ],
    ['no buffer at all', { steps: [step('affine', { a: 0 }, { count: 1, from: 0, to: 0 })] }, /y is missing/],
    ['a size that is no whole number', { buffers: [{ size: 1.5 }] }, /whole number/],
    ['a size of nothing', { buffers: [{ size: 0 }] }, /out of range/],
    ['more memory than there can be', { buffers: [{ size: 2 ** 52 }] }, /out of range/],
    ['a slot that does not exist', { buffers: [{ size: 4, slot: 3 }] }, /does not fit/],
    ['a batch of none', { batch: 0 }, /batch/],
    ['no threads', { threads: 0 }, /threads/],
    ['an instruction set that does not exist', { kernels: { ...kernels, isa: 'mmx' } }, /mmx/],
    ['a precision that does not exist', { kernels: { ...kernels, precision: 'f16' as 'f32' } }, /no precision f16/],
    ...mapSteps,
  ];
  for (const [what, change, message] of refused) {
    refusals(what, () => {
      const { Program } = loadAddon();
      assert.throws(() => new Program(spec(change)), message);
    });
  }
  refusals('words instead of numbers, and other nonsense', () => {
    const { Program, Constant } = loadAddon();
    const nonsense = Program as unknown as new (...words: unknown[]) => unknown;
    for (const words of [[], [null], ['x'], [{}], [{ ...spec({}), buffers: 'x' }], [{ ...spec({}), steps: [null] }]]) {
      assert.throws(() => new nonsense(...words));
    }
    const constant = new Constant() as unknown as { pack(...words: unknown[]): unknown };
    const packing = { form: 'plain', shape: [1, 1, 1, 4] };
    assert.throws(() => constant.pack('x', packing, kernels), /Float32Array/);
    assert.throws(() => constant.pack(new Float32Array(4), { ...packing, shape: 'x' }, kernels), /array/);
    assert.throws(() => constant.pack(new Float32Array(4), 'plain', kernels), /packing: expected an object/);
    assert.throws(() => constant.pack(new Float32Array(4), packing, 'baseline'), /kernels: expected an object/);
    assert.throws(() => constant.pack(new Float32Array(4), { ...packing, form: 'x' }, kernels), /no packing x/);
    assert.throws(
      () => constant.pack(new Float32Array(4), { ...packing, form: 'direct', geometry: 3 }, kernels),
      /geometry: expected a name/,
    );
  });
  refusals('packing what does not fit its layout', async () => {
    const { Constant } = loadAddon();
    const direct = (geometry: Geometry, shape: readonly number[], adjoint = false) =>
      ({ form: 'direct', geometry, adjoint, shape }) as const;
    const up = 2 ** 40;
    const packings: readonly AddonPacking[] = [
      direct('same', [3, 3, 3, 3]),
      direct('same', [1, 4, 1, 1]),
      direct('same', [1, 1, 2, 2], true),
      { form: 'plain', shape: [1, 1, 1, 5] },
      { form: 'plain', shape: [4] },
      { form: 'blocked', shape: [1, 2] },
      { form: 'blocked', shape: [2, 2, 1, 1] },
      { form: 'pointwise', shape: [1, 1, 2, 2] },
      { form: 'winograd', geometry: 'up', adjoint: false, shape: [1, 1, 2, 2] },
      direct('up', [up, up, 4, 4]),
      direct('up', [2 ** 31, 2 ** 31, 4, 4]),
      { form: 'blocked', shape: [1, 2 ** 31, 2 ** 31, 4] },
      direct('same', [-1, 4, 3, 3]),
      direct('same', [1, 0, 3, 3]),
    ];
    for (const packing of packings) {
      const error = await new Constant().pack(new Float32Array(4), packing, kernels).then(
        () => undefined,
        (thrown) => thrown,
      );
      assert.instance(error, Error, JSON.stringify(packing));
      assert.match(error.message, /^packing /);
    }
  });
  refusals('an array that goes while its packing is read', () => {
    const { Constant } = loadAddon();
    const values = new Float32Array(1 << 20);
    const packing = {
      form: 'plain',
      get shape() {
        structuredClone(values.buffer, { transfer: [values.buffer] });
        return [1, 1, 1, 1 << 20];
      },
    } as const;
    return new Constant().pack(values, packing, kernels).then(
      () => assert.unreachable(),
      (error) => assert.match(error.message, /0 values instead of 1048576/),
    );
  });
  refusals('writing what has the wrong length, or while it runs', async () => {
    const program = new (loadAddon().Program)(spec({}));
    assert.throws(() => program.write(0, new Float32Array(3)), /length/);
    assert.throws(() => program.write(5, new Float32Array(256)), /not kept/);
    const values = new Float32Array(256);
    assert.throws(() => program.read(1, new Float32Array(3)), /length/);
    const running = program.run(0, 1, 0, false);
    assert.throws(() => program.read(1, values), /running/);
    assert.throws(() => program.run(0, 1, 0, false), /running/);
    await running;
    program.read(1, values);
    program.close();
    assert.throws(() => program.read(1, values), /closed/);
  });
  refusals('a scalar whose conversion closes the program', () => {
    const program = new (loadAddon().Program)(spec({}));
    const run = program.run.bind(program) as unknown as (...words: unknown[]) => unknown;
    const closes = {
      valueOf() {
        program.close();
        return 0;
      },
    };
    assert.throws(() => run(closes, 1, 0, false), /closed/);
  });
  refusals('another object in the place of a constant', () => {
    const { Program } = loadAddon();
    const program = new Program(spec({}));
    for (const constant of [program, {}, new Date()]) {
      const buffers = [{ size: 1, constant }, { size: 1 }] as unknown as AddonProgramSpec['buffers'];
      assert.throws(() => new Program(spec({ buffers, steps: [] })), /expected a Constant/);
    }
  });
  refusals('a constant that is released while it is packed stays empty; its array may go meanwhile', async () => {
    const { Constant } = loadAddon();
    const [released, kept] = [new Constant(), new Constant()];
    const values = new Float32Array(64 * 64 * 9).fill(1);
    const packing = { form: 'direct', geometry: 'same', adjoint: false, shape: [64, 64, 3, 3] } as const;
    const packings = [released, kept].map((constant) => constant.pack(values, packing, kernels));
    structuredClone(values.buffer, { transfer: [values.buffer] });
    released.release();
    await Promise.all(packings);
    assert.is(released.bytes(), 0);
    assert.is(kept.bytes(), 64 * 64 * 9 * 4);
  });
  refusals.run();
}
