/** How the convolutions on subgroup matrices cut their work, and which adapters they are for; runs without one. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ConvolutionName,
  type ConvolutionShape,
  chooseVariant,
  convolutionChoices,
  convolutionVariants,
} from '../../dist/engine/webgpu/convolution-variants.js';
import { webGpuForms } from '../../dist/engine/webgpu/forms.js';
import { lower } from '../../dist/engine/webgpu/lower.js';
import {
  MATRIX_MEMORY,
  type MatrixConvolution,
  matrixConvolutions,
  matrixGroups,
  matrixTiles,
  SIDE,
} from '../../dist/engine/webgpu/matrix-tiles.js';
import { packConv3x3Matrix, packConvDownMatrix, packConvUpMatrix } from '../../dist/engine/webgpu/pack.js';
import {
  MATRIX_FEATURE,
  type MatrixConfiguration,
  type SubgroupMatrices,
  subgroupMatrices,
} from '../../dist/engine/webgpu/subgroup-matrices.js';
import { kernelDevice } from '../../dist/engine/webgpu/variants.js';
import { apply1 } from '../../dist/graph/build.js';
import { programOf } from '../../dist/graph/fuse/program.js';
import { Graph } from '../../dist/graph/graph.js';
import { readShaders } from '../../dist/node/paths.js';

const test = suite('subgroup matrices');

const shaders = await readShaders();

const shapes = [1, 3, 4, 5, 8, 9, 16, 17, 33, 64, 65, 1024].flatMap((h) =>
  [h, h + 1].flatMap((w) => [1, 16, 40, 512].map((out) => ({ h, w, out }))),
);

/** Every tile that is worth a try at any of the shapes. */
function* allTiles() {
  for (const [name, convolution] of Object.entries(matrixConvolutions) as [string, MatrixConvolution][]) {
    for (const shape of shapes) {
      const tiles = matrixTiles(convolution, shape);
      assert.ok(tiles.length > 0, `${name} ${JSON.stringify(shape)}`);
      for (const tile of tiles)
        yield { name, convolution, shape, tile, told: `${name} ${JSON.stringify({ shape, tile })}` };
    }
  }
}

test('every pixel of a tile lies in exactly one matrix, and every tap within the patch', () => {
  for (const { convolution, tile, told } of allTiles()) {
    const { halo, copies } = convolution;
    const pitch = tile.width + halo;
    const found = new Map<number, number>();
    for (let matrix = 0; matrix < tile.columns * tile.n; matrix++) {
      for (let n = 0; n < SIDE; n++) {
        const position = matrix * tile.step + n;
        const [row, column] = [Math.floor(position / pitch), position % pitch];
        if (row >= tile.height || column >= tile.width) continue;
        const pixel = row * tile.width + column;
        found.set(pixel, (found.get(pixel) ?? 0) + 1);
      }
    }
    assert.is(found.size, tile.width * tile.height, told);
    assert.ok(
      [...found.values()].every((times) => times === 1),
      told,
    );
    const last = (tile.columns * tile.n - 1) * tile.step + SIDE - 1 + halo * (pitch + 1);
    assert.ok(last < tile.positions / copies, told);
    assert.is(tile.positions % copies, 0, told);
  }
});

test('tiles are what the kernels can hold, and cover the map', () => {
  const library = shaders['lib/matrix-convolution'];
  const constant = (name: string) => Number(new RegExp(`^const ${name} = (\\d+)u;$`, 'm').exec(library)?.[1]);
  for (const { shape, tile, told } of allTiles()) {
    assert.ok(tile.positions <= constant('MOST_POSITIONS'), told);
    assert.ok(tile.m * tile.n <= constant('MOST_SUMS') && tile.m <= constant('MOST_LEFT'), told);
    assert.ok(tile.rows * tile.columns === constant('UNITS') || tile.rows * tile.columns === 1, told);
    // 128 invocations bring 8 channels each, of a position in each round.
    assert.ok(tile.positions <= constant('MOST_ROUNDS') * 64, told);
    const [x, y] = matrixGroups(tile, shape);
    assert.ok(x * tile.height * tile.width >= shape.h * shape.w && y * tile.rows * tile.m * SIDE >= shape.out, told);
    assert.ok(Math.max(x, y) <= 65_535, told);
  }
  assert.match(shaders['lib/matrix'], new RegExp(`^const SIDE = ${SIDE}u;$`, 'm'));
  // Two patches and a place more of SIDE + 8 halves, coefficients of two slices, up to four a channel, and a matrix of f32 for each unit.
  const bytes =
    (2 * constant('MOST_POSITIONS') + 1) * (SIDE + 8) * 2 + 2 * SIDE * 16 + constant('UNITS') * SIDE * SIDE * 4;
  assert.is(MATRIX_MEMORY, bytes);
});

test('the usual tile gives a large GPU enough workgroups where there is work for them, and wastes little', () => {
  for (const [side, channels] of [
    [16, 512],
    [32, 512],
    [64, 256],
    [128, 128],
    [256, 64],
    [512, 32],
    [1024, 16],
  ]) {
    const shape = { h: side, w: side, out: channels };
    const [tile] = matrixTiles(matrixConvolutions.conv3x3, shape);
    const [x, y] = matrixGroups(tile, shape);
    assert.ok(x * y >= 120, `${side}: ${x * y} workgroups`);
    const made = x * y * tile.rows * tile.m * SIDE * tile.columns * tile.n * SIDE;
    assert.ok(made <= 1.01 * side * side * channels, `${side}: ${made}`);
  }
});

/** Made-up adapters, as Dawn describes them. */
const configurations = (...all: [string, string, number, number, number][]): MatrixConfiguration[] =>
  all.map(([componentType, resultComponentType, M, N, K]) => ({ componentType, resultComponentType, M, N, K }));
const nvidia = configurations(
  ['f16', 'f16', 16, 16, 16],
  ['f16', 'f16', 16, 8, 16],
  ['f16', 'f32', 16, 8, 16],
  ['f16', 'f32', 16, 16, 16],
  ['i8', 'i32', 16, 16, 32],
);
const amd = configurations(['f16', 'f16', 16, 16, 16], ['f16', 'f32', 16, 16, 16], ['u8', 'u32', 16, 16, 16]);
const apple = configurations(['f32', 'f32', 8, 8, 8], ['f16', 'f16', 8, 8, 8]);
const intel = configurations(['f16', 'f32', 8, 16, 16], ['i8', 'i32', 8, 16, 32]);
const features = new Set(['subgroups', 'shader-f16', MATRIX_FEATURE]);

const offered = (subgroupMaxSize: number | undefined, configs?: MatrixConfiguration[], has = features) =>
  subgroupMatrices({ features: has, info: { subgroupMaxSize, subgroupMatrixConfigs: configs } });

test('adapters that multiply f16 into f32, 16 by 16 by 16', () => {
  assert.equal(offered(32, nvidia), { lanes: 32, emulated: false });
  assert.equal(offered(64, amd), { lanes: 64, emulated: false });
});

test('adapters that have other products, or none', () => {
  assert.is(offered(32, apple), undefined);
  assert.is(offered(32, intel), undefined);
  assert.is(offered(8, []), undefined);
  assert.is(offered(8), undefined);
  assert.is(offered(undefined, nvidia), undefined);
  for (const without of [MATRIX_FEATURE, 'shader-f16']) {
    assert.is(offered(32, nvidia, new Set([...features].filter((name) => name !== without))), undefined, without);
  }
});

function device(matrices: SubgroupMatrices | undefined, workgroupMemory = 49_152) {
  const lanes = matrices?.lanes ?? 32;
  return kernelDevice(
    {
      features: new Set(['subgroups', 'shader-f16']),
      limits: { maxComputeWorkgroupStorageSize: workgroupMemory },
      adapterInfo: { subgroupMinSize: 32, subgroupMaxSize: lanes },
    },
    undefined,
    matrices,
  );
}

const large: ConvolutionShape = { into: 512, out: 512, h: 32, w: 32, margin: 0, read: 'styled', bias: false };
const kernelOf = (one: ReturnType<typeof device>, shape = large, op: ConvolutionName = 'conv3x3') =>
  chooseVariant(op, shape, one).variant.kernel;

test('a device with matrices takes their kernels, and workgroups of whole subgroups', () => {
  for (const lanes of [32, 64]) {
    const one = device({ lanes, emulated: false });
    assert.is(kernelOf(one), 'conv3x3_matrix');
    assert.is(kernelOf(one, large, 'conv_up'), 'conv_up_matrix');
    assert.is(kernelOf(one, { ...large, margin: 1 }, 'conv_up'), 'conv_up_matrix');
    assert.is(kernelOf(one, { ...large, read: 'plain' }, 'conv_down'), 'conv_down_matrix');
    assert.is(kernelOf(one, large, 'conv1x1'), 'conv1x1');
    const { variant, tiling } = chooseVariant('conv3x3', large, one);
    assert.is(variant.dispatch(large, tiling).overrides.LANES, lanes);
  }
});

test('other devices take the plain kernels: without matrices, with too little workgroup memory, with odd subgroups', () => {
  assert.is(kernelOf(device(undefined)), 'conv3x3_winograd');
  assert.is(kernelOf(device(undefined), { ...large, stored: 'f16' }), 'conv3x3_tiled');
  assert.is(kernelOf(device({ lanes: 32, emulated: false }, 16_384)), kernelOf(device(undefined, 16_384)));
  for (const lanes of [8, 16, 128]) assert.is(kernelOf(device({ lanes, emulated: false })), 'conv3x3_winograd');
});

test('where few workgroups would start, the plain kernels go first; the others are there to be measured', () => {
  const small = { ...large, h: 4, w: 4 };
  const one = device({ lanes: 32, emulated: false });
  assert.is(kernelOf(one, small), 'conv3x3_tiled');
  const kernels = new Set(convolutionChoices('conv3x3', small, one).map(({ kernel }) => kernel));
  assert.equal([...kernels], ['conv3x3_tiled', 'conv3x3_matrix', 'conv3x3_winograd']);
});

test('weights in float32 are not for matrices', () => {
  const graph = new Graph(1);
  const inputs = [graph.input('x', [512, 32, 32]), graph.constant('weight', [512, 512, 3, 3])];
  graph.output('y', apply1(graph, 'conv', inputs, { adjoint: false }));
  const [op] = programOf(graph, webGpuForms).ops;
  assert.is(lower(op, device({ lanes: 32, emulated: false }))[0].kernel, 'conv3x3_winograd');
  assert.is(lower(op, device({ lanes: 32, emulated: true }))[0].kernel, 'conv3x3_matrix');
});

test('every convolution over maps has such a kernel, preferred before those in Winograd’s form', () => {
  for (const op of ['conv3x3', 'conv_up', 'conv_down'] as const) {
    const preferred = convolutionVariants[op].filter(({ isPreferred }) => isPreferred).map(({ kernel }) => kernel);
    assert.equal(preferred, [`${op}_matrix`, `${op}_winograd`]);
  }
});

test('packed weights: a matrix of 16 × 16 for each panel, slice and tap, zero beyond the last channel', () => {
  const [o, i] = [18, 33];
  const slices = Math.ceil(i / SIDE);
  const cell = (block: number, panels: number, panel: number, slice: number, taps: number, tap: number) =>
    (((block * panels + panel) * slices + slice) * taps + tap) * SIDE * SIDE;
  const three = Float32Array.from({ length: o * i * 9 }, (_, index) => index + 1);
  const packed = packConv3x3Matrix(three, o, i, false);
  assert.is(packed.length, 2 * slices * 9 * 256);
  // Output channel 17, input channel 32, row 1, column 2.
  assert.is(packed[cell(1, 1, 0, 2, 9, 5) + 1 * SIDE + 0], (17 * i + 32) * 9 + 5 + 1);
  assert.is(packed[cell(1, 1, 0, 2, 9, 5) + 2 * SIDE + 0], 0);
  assert.is(packed[cell(1, 1, 0, 2, 9, 5) + 1 * SIDE + 1], 0);
  // The adjoint of 33 channels to 18 is of 18 to 33, turned.
  const turned = packConv3x3Matrix(three, o, i, true);
  assert.is(turned.length, 3 * 2 * 9 * 256);
  assert.is(turned[(((2 * 2 + 1) * 9 + 5) * SIDE + 0) * SIDE + 1], (17 * i + 32) * 9 + 3 + 1);
  const four = Float32Array.from({ length: o * i * 16 }, (_, index) => index + 1);
  // Phase (1, 0), tap (0, 1): row 3 − 1 − 0 = 2, column 3 − 0 − 2 = 1.
  const up = packConvUpMatrix(four, o, i);
  assert.is(up[cell(1, 4, 2, 2, 4, 1) + 1 * SIDE + 0], (17 * i + 32) * 16 + 2 * 4 + 1 + 1);
  // Odd rows, even columns, tap (1, 0): row 3, column 0. Its output is up's input.
  const down = packConvDownMatrix(four, o, i);
  assert.is(down[((((2 * 2 + 1) * 2 + 1) * 8 + 2) * SIDE + 0) * SIDE + 1], (17 * i + 32) * 16 + 3 * 4 + 0 + 1);
});

test.run();
