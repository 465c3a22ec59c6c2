/** What the WGSL files declare, held against all that the engine launches; runs without an engine. */

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { benchShapes, searchStep, shapedModel } from '../../dist/bench/search-step.js';
import { assembleKernel } from '../../dist/engine/webgpu/assemble.js';
import { type Declarations, disagreements, readDeclarations } from '../../dist/engine/webgpu/declarations.js';
import type { Binding, Dispatch } from '../../dist/engine/webgpu/dispatch.js';
import { webGpuForms } from '../../dist/engine/webgpu/forms.js';
import { Kernels } from '../../dist/engine/webgpu/kernels.js';
import { lower } from '../../dist/engine/webgpu/lower.js';
import { tiledPatches } from '../../dist/engine/webgpu/tiles.js';
import { type KernelDevice, preferring } from '../../dist/engine/webgpu/variants.js';
import { plainForms } from '../../dist/graph/fuse/forms.js';
import { fuse } from '../../dist/graph/fuse/fuse.js';
import type { ProgramOp } from '../../dist/graph/fuse/fused-op.js';
import { elements, type Tensor } from '../../dist/graph/graph.js';
import { readShaders } from '../../dist/node/paths.js';
import { conformanceCases } from './conformance.js';
import { joinedCases } from './joined-cases.js';
import { WINOGRAD } from './winograd.js';

const test = suite('what host and shaders agree on');

const shaders = await readShaders();
/** Those of the engine; what stands in folders beside them is for the workbench. */
const files = Object.keys(shaders).filter((name) => !name.includes('/'));
const kernels = new Kernels(shaders);

/** All families of convolutions. */
const devices: readonly KernelDevice[] = [
  { subgroups: [8, 8] as const },
  { subgroups: [32, 32] as const },
  { subgroups: [32, 32] as const, workgroupMemory: 32_768, measured: preferring(WINOGRAD) },
  { subgroups: [32, 32] as const, matrices: { lanes: 32, emulated: true } },
].map((one) => ({ f16: false, workgroupMemory: 16_384, measured: () => undefined, ...one }));

interface Launched {
  readonly op: ProgramOp;
  readonly dispatch: Dispatch;
  /** The launches of the same op before it. */
  readonly before: readonly Dispatch[];
}

/** Search steps at 1024 px. */
const wide = benchShapes
  .filter(({ resolution }) => resolution === 1024)
  .map((shape) => searchStep(shapedModel(shape), 1));

/** What is launched where everything is fused that can be, and where nothing is. */
const launches: Launched[] = [...[...conformanceCases(), ...joinedCases()].map(({ build }) => build(2).graph), ...wide]
  .flatMap((graph) => [webGpuForms, plainForms].flatMap((forms) => fuse(graph, forms)))
  .flatMap((op) =>
    devices.flatMap((device) => {
      const dispatches = lower(op, device);
      return dispatches.map((dispatch, index) => ({ op, dispatch, before: dispatches.slice(0, index) }));
    }),
  );

test('every kernel is launched, and every library used', () => {
  const launched = new Set(launches.map(({ dispatch }) => dispatch.kernel));
  assert.equal(launched, new Set(files));
  const used = new Set(files.flatMap((file) => /^\/\/! use (.*)\n/.exec(shaders[file])?.[1].split(', ') ?? []));
  const libraries = Object.keys(shaders).flatMap(
    (name) => /^lib\/(?!prelude-|matrix-emulated)(.*)$/.exec(name)?.[1] ?? [],
  );
  assert.equal(used, new Set(libraries));
});

test('docs/kernels.md names every kernel, and no other', () => {
  const text = readFileSync(new URL('../../docs/kernels.md', import.meta.url), 'utf8');
  const named = [...text.matchAll(/\]\(\.\.\/shaders\/(\w+)\.wgsl\)/g)].map(([, name]) => name);
  assert.equal(new Set(named), new Set(files));
});

test('an override without a value is given one, and one with a value is made of others', () => {
  for (const file of files) {
    for (const [, name, value] of kernels.get(file).code.matchAll(/^override (\w+)[^=;]*= ([^;]*);/gm)) {
      assert.match(value, /\b[A-Z]/, `${file}: ${name} = ${value} is a number that the host does not know of`);
    }
  }
});

test('the tiles of the host are those of the tiled kernels', () => {
  for (const [name, { channels, weights }] of Object.entries(tiledPatches)) {
    // conv3x3 is a library, as there are two kernels of it.
    const text = shaders[`${name}_tiled`] + (shaders[`lib/${name}-tiled`] ?? '');
    assert.match(text, new RegExp(`^const WEIGHTS = ${weights}u;\nconst CHANNELS = ${channels}u;$`, 'm'));
  }
});

test('every dispatch gives what its kernel declares, by name, and no more', () => {
  for (const { dispatch } of launches) {
    assert.equal(disagreements(dispatch, kernels.get(dispatch.kernel).declarations), []);
  }
});

test('what an op makes is bound to be written, and all else to be read', () => {
  for (const { op, dispatch, before } of launches) {
    const written = before.flatMap((earlier) => boundTensors(earlier, 'read_write'));
    for (const { name, access } of kernels.get(dispatch.kernel).declarations.bindings) {
      const binding = dispatch.bindings[name];
      if (binding.kind === 'scratch' || binding.kind === 'none') continue;
      const made = tensorsIn(binding).length > 0 && tensorsIn(binding).every((tensor) => isMadeBy(op, tensor));
      // A kernel may read what one before it has written.
      const again = binding.kind === 'tensor' && access === 'read' && written.includes(binding.tensor);
      assert.is(access, made && !again ? 'read_write' : 'read', `${dispatch.kernel}: ${name}`);
    }
  }
});

/** The tensors behind a binding. */
function tensorsIn(binding: Binding): readonly Tensor[] {
  if (binding.kind === 'tensors') return binding.tensors;
  return binding.kind === 'tensor' ? [binding.tensor] : [];
}

function isMadeBy({ outputs, writes }: ProgramOp, tensor: Tensor): boolean {
  return [...outputs, ...writes].includes(tensor);
}

function boundTensors({ kernel, bindings }: Dispatch, access: 'read' | 'read_write'): Tensor[] {
  return kernels.get(kernel).declarations.bindings.flatMap((declared) => {
    const binding = bindings[declared.name];
    return declared.access === access && binding.kind === 'tensor' ? [binding.tensor] : [];
  });
}

test('what is passed on within an op is written before it is read, and never by the kernel that reads it', () => {
  const places = ({ kernel, bindings }: Dispatch, access: 'read' | 'read_write') =>
    kernels.get(kernel).declarations.bindings.flatMap((declared) => {
      const binding = bindings[declared.name];
      return declared.access === access && binding.kind === 'scratch' ? [binding.place ?? 0] : [];
    });
  for (const { dispatch, before } of launches) {
    const written = places(dispatch, 'read_write');
    for (const place of places(dispatch, 'read')) {
      assert.not(written.includes(place), `${dispatch.kernel} reads and writes one place`);
      assert.ok(
        before.some((earlier) => places(earlier, 'read_write').includes(place)),
        `${dispatch.kernel} reads what nobody has written`,
      );
    }
  }
});

/** Values that an invocation makes, where it is not one. */
const PER_INVOCATION: Readonly<Record<string, number>> = {
  styled_gradient: 4,
  upsample: 4,
  conv1x1: 4,
  conv3x3_broadcast: 2 * 4 * 8,
  conv_up_broadcast: 2 * 8 * 8,
  conv_down_broadcast: 4 * 8,
  conv3x3_tiled: 4 * 8,
  conv3x3_back_tiled: 4 * 8,
  conv_up_tiled: 8 * 4,
  conv_down_tiled: 4 * 8,
  sum_parts: 4,
};

/** Values that a workgroup makes together. */
const PER_WORKGROUP: Readonly<Record<string, (sizes: Dispatch['overrides']) => number>> = {
  blur: ({ WORKGROUP, rows }) => WORKGROUP * 4 * rows,
  styled: ({ tile, rows }) => tile * 4 * rows,
  styled_channel: ({ h, w }) => Math.max(h * w, 3),
  gradient_channel: ({ h, w }) => Math.max(h * w, 2),
  conv3x3_winograd: (overrides) => winogradValues(2, overrides),
  conv_up_winograd: (overrides) => winogradValues(3, overrides),
  conv_down_winograd: (overrides) => winogradValues(3, overrides),
  styled_coefficients: () => 3,
  styled_sums: () => 2,
  styled_rates: () => 4,
  conv1x1_sums: () => 4 * 2,
  sum_tiles: () => 1,
  pixel_loss: () => 1,
  pixel_norm: ({ SIZE }) => SIZE,
  pixel_norm_gradient: ({ SIZE }) => SIZE,
  sphere: ({ SIZE }) => SIZE,
  geocross: () => 2,
  linear: ({ QUADS }) => 4 * QUADS,
  instance_norm: ({ PIXELS }) => PIXELS,
  modulate_sums: () => 2,
  scaled_gradient: ({ TILE, STORE }) => (STORE ? TILE : 2),
  scaled_sums: () => 1,
  demodulate: ({ QUADS }) => 4 * QUADS,
  demodulate_gradient: ({ QUADS }) => 4 * QUADS,
  products: ({ QUADS }) => 4 * QUADS,
  demodulations: ({ QUADS }) => 4 * QUADS,
  demodulation_gradients: ({ QUADS }) => 4 * QUADS,
  bicubic_losses: ({ RESULTS }) => RESULTS,
  weigh_losses: () => Number.POSITIVE_INFINITY,
  noise_gradients: ({ PIXELS }) => PIXELS,
  // A row each, of any length.
  updates: () => Number.POSITIVE_INFINITY,
  conv3x3_matrix: ({ ROWS, MATRICES_M, TILE_H, TILE_W }) => 16 * ROWS * MATRICES_M * TILE_H * TILE_W,
  conv_up_matrix: ({ MATRICES_M, TILE_H, TILE_W }) => 16 * MATRICES_M * 4 * TILE_H * TILE_W,
  conv_down_matrix: ({ ROWS, MATRICES_M, TILE_H, TILE_W }) => 16 * ROWS * MATRICES_M * TILE_H * TILE_W,
};

/** Sizes that a kernel is given as data, by the names that its struct Shape has for them. */
function dataSizes({ kernel, bindings: { shape } }: Dispatch): Readonly<Record<string, number>> {
  if (shape?.kind !== 'table') return {};
  const [, fields] = /struct Shape \{(.*)\}/.exec(kernels.get(kernel).code)!;
  const names = fields.split(',').map((field) => field.split(':')[0].trim());
  assert.is(shape.data.length, names.length, `${kernel}: ${names}`);
  return Object.fromEntries(names.map((name, index) => [name, shape.data[index]]));
}

test('sizes that are data are as many as their kernel reads', () => {
  const given = launches.filter(({ dispatch }) => Object.keys(dataSizes(dispatch)).length > 0);
  assert.ok(new Set(given.map(({ dispatch: { kernel } }) => kernel)).size > 5);
});

/** Tiles of side × side values, four to a strip, for 8 channels of each group. */
function winogradValues(side: number, { QUADS, ROWS, GROUPS }: Dispatch['overrides']): number {
  return 4 * side * side * QUADS * ROWS * 8 * GROUPS;
}

test('the grid of every dispatch covers what it writes', () => {
  for (const { op, dispatch } of launches) {
    const { kernel, groups, overrides } = dispatch;
    const { declarations } = kernels.get(kernel);
    const made =
      PER_WORKGROUP[kernel]?.({ ...overrides, ...dataSizes(dispatch) }) ??
      (PER_INVOCATION[kernel] ?? 1) * invocations(dispatch, declarations);
    const wanted = overrides.TO_SIZE === undefined ? writtenBy(op, dispatch, declarations) : overrides.SIZE;
    assert.ok(groups[0] * groups[1] * made >= wanted, `${kernel}: ${groups} workgroups of ${made} for ${wanted}`);
    assert.ok(Math.max(...groups) <= 65_535, `${kernel}: ${groups} workgroups`);
  }
});

function invocations({ overrides }: Dispatch, { workgroup }: Declarations): number {
  const { QUADS, ROWS, GROUPS } = overrides;
  const known: Readonly<Record<string, number>> = { WORKGROUP: QUADS * ROWS * GROUPS, ...overrides };
  return workgroup.reduce((product, size) => product * (known[size] ?? Number(size)), 1);
}

/** Values per picture that a dispatch writes, of the largest of its results. */
function writtenBy(op: ProgramOp, { bindings }: Dispatch, declarations: Declarations): number {
  const written = declarations.bindings
    .filter(({ access }) => access === 'read_write')
    .map(({ name }) => bindings[name]);
  const sizes = written.flatMap((binding) => {
    if (binding.kind === 'tensor') return elements(binding.tensor.shape.slice(1));
    if (binding.kind === 'tensors')
      return binding.tensors.reduce((sum, { shape }) => sum + elements(shape.slice(1)), 0);
    // tiles of styled hold two numbers for each tile of many values: its map is what counts.
    const isEpilogue = op.op === 'fused' && op.write.form === 'styled';
    return binding.kind === 'scratch' && !isEpilogue ? binding.size : [];
  });
  return Math.max(...sizes);
}

test('a dispatch that disagrees with its kernel is told so by name', () => {
  const { dispatch } = launches.find(({ dispatch: { kernel } }) => kernel === 'affine')!;
  const { declarations } = kernels.get('affine');
  const { x, ...bindings } = dispatch.bindings;
  const { SHIFT, ...overrides } = dispatch.overrides;
  const wrong = { ...dispatch, bindings: { ...bindings, input: x }, overrides: { ...overrides, OFFSET: SHIFT } };
  assert.equal(disagreements(wrong, declarations), [
    'affine: the binding x is not given',
    'affine: there is no binding input',
    'affine: the override SHIFT is not given',
    'affine: there is no override OFFSET',
  ]);
});

test('declarations are read past comments', () => {
  const code = [
    '// override OLD: u32;',
    'override SIZE: u32;',
    'override HALF: u32 = SIZE / 2;',
    '@group(0) @binding(2) var<storage, read_write> y: array<f32>;',
    '@group(0) @binding(0) var<storage, read> x: array<vec4f>; // @binding(1)',
    '@compute @workgroup_size(SIZE, 4)',
  ].join('\n');
  assert.equal(readDeclarations(code), {
    bindings: [
      { name: 'y', binding: 2, access: 'read_write', stored: false },
      { name: 'x', binding: 0, access: 'read', stored: false },
    ],
    overrides: ['SIZE'],
    derived: ['HALF'],
    workgroup: ['SIZE', '4'],
  });
});

test('a kernel comes after the prelude and the libraries that it names, directives first', () => {
  const texts = {
    'lib/prelude-f32': 'alias Stored = f32;',
    'lib/one': 'enable subgroups;\nfn one() {}',
    'lib/two': 'fn two() {}',
    kernel: '//! use two, one\nfn main() {}',
    plain: 'fn main() {}',
  };
  const { code, locate } = assembleKernel(texts, 'kernel');
  assert.is(code, 'enable subgroups;\nalias Stored = f32;\nfn two() {}\nfn one() {}\n//! use two, one\nfn main() {}');
  assert.equal(locate(1), { file: 'lib/one.wgsl', line: 1 });
  assert.equal(locate(4), { file: 'lib/one.wgsl', line: 2 });
  assert.equal(locate(6), { file: 'kernel.wgsl', line: 2 });
  assert.is(assembleKernel(texts, 'plain').code, 'alias Stored = f32;\nfn main() {}');
  assert.throws(() => assembleKernel({ ...texts, kernel: '//! use three' }, 'kernel'), /shaders\/lib\/three.wgsl/);
  assert.throws(() => assembleKernel(texts, 'none'), /shaders\/none.wgsl/);
});

test.run();
