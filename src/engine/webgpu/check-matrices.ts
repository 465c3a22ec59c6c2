// Whether a device multiplies subgroup matrices as its kernels take for granted. They are an experiment of Dawn's, and drivers are young.

import { apply1 } from '../../graph/build.js';
import { Graph } from '../../graph/graph.js';
import { hostTensor } from '../../graph/host-tensor.js';
import { type Shared, WebGpuExecutable } from './executable.js';
import { MATRIX_KERNELS } from './matrix-variants.js';
import { webGpuProgram } from './program.js';
import { preferring } from './variants.js';

/** Neither channels nor pixels are whole matrices. */
const [INTO, OUT, H, W] = [24, 40, 9, 18];

/**
 * Runs each kernel once at a small shape, with small whole numbers, of which every product and sum is exact.
 *
 * @returns what is wrong, or undefined
 */
export async function matrixFault(shared: Shared): Promise<string | undefined> {
  const own = { ...shared, device: { ...shared.device, measured: preferring(MATRIX_KERNELS) } };
  try {
    for (const one of [conv3x3(), convUp(false), convUp(true)]) {
      const values = await run(one, own);
      const wrong = values.findIndex((value, index) => value !== one.expected[index]);
      if (wrong >= 0) return `${one.name}: value ${wrong} is ${values[wrong]} instead of ${one.expected[wrong]}`;
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A graph from x and a weight to y, and what y has to be. */
interface Trial {
  readonly name: string;
  readonly graph: Graph;
  readonly x: Float32Array;
  readonly weight: { readonly shape: readonly [number, number, number, number]; readonly data: Float32Array };
  readonly expected: Float32Array;
}

async function run({ graph, x, weight }: Trial, shared: Shared): Promise<Float32Array> {
  const constants = new Map([['weight', hostTensor(weight.shape, weight.data)]]);
  const executable = await WebGpuExecutable.create(webGpuProgram(graph, 'f16'), constants, shared);
  try {
    executable.write('x', x);
    executable.run();
    return (await executable.read(['y'])).y;
  } finally {
    executable.close();
  }
}

/** Whole numbers from −2 to 2 without much order. */
function numbers(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => (((index * index + 7 * index) % 23) % 5) - 2);
}

function conv3x3(): Trial {
  const graph = new Graph(1);
  const weight = { shape: [OUT, INTO, 3, 3] as const, data: numbers(OUT * INTO * 9) };
  const inputs = [graph.input('x', [INTO, H, W]), graph.constant('weight', weight.shape)];
  graph.output('y', apply1(graph, 'conv', inputs, { adjoint: false }));
  const x = numbers(INTO * H * W);
  const expected = new Float32Array(OUT * H * W);
  // Each pixel of x, through each tap, to the pixel of y that lies there.
  forEachTap(3, (o, i, ky, kx, r, s) => {
    const [Y, X] = [r - ky + 1, s - kx + 1];
    if (Y < 0 || Y >= H || X < 0 || X >= W) return;
    expected[(o * H + Y) * W + X] += weight.data[((o * INTO + i) * 3 + ky) * 3 + kx] * x[(i * H + r) * W + s];
  });
  return { name: 'conv3x3_matrix', graph, x, weight, expected };
}

function convUp(adjoint: boolean): Trial {
  const graph = new Graph(1);
  const weight = { shape: [OUT, INTO, 4, 4] as const, data: numbers(OUT * INTO * 16) };
  const [small, large] = [[INTO, H, W] as const, [OUT, 2 * H, 2 * W] as const];
  const inputs = [graph.input('x', adjoint ? large : small), graph.constant('weight', weight.shape)];
  graph.output('y', apply1(graph, 'conv_up', inputs, { adjoint, margin: 0 }));
  const x = numbers(adjoint ? OUT * 4 * H * W : INTO * H * W);
  const expected = new Float32Array(adjoint ? INTO * H * W : OUT * 4 * H * W);
  forEachTap(4, (o, i, ky, kx, r, s) => {
    const [Y, X] = [2 * r + ky - 1, 2 * s + kx - 1];
    if (Y < 0 || Y >= 2 * H || X < 0 || X >= 2 * W) return;
    const [below, above] = [(i * H + r) * W + s, (o * 2 * H + Y) * 2 * W + X];
    const [to, from] = adjoint ? [below, above] : [above, below];
    expected[to] += weight.data[((o * INTO + i) * 4 + ky) * 4 + kx] * x[from];
  });
  return { name: adjoint ? 'conv_down_matrix' : 'conv_up_matrix', graph, x, weight, expected };
}

/** Every weight of a kernel of `side` × `side`, at every pixel of the map of INTO channels. */
function forEachTap(
  side: number,
  visit: (o: number, i: number, ky: number, kx: number, r: number, s: number) => void,
): void {
  for (let o = 0; o < OUT; o++) {
    for (let i = 0; i < INTO; i++) {
      for (let tap = 0; tap < side * side; tap++) {
        for (let pixel = 0; pixel < H * W; pixel++) {
          visit(o, i, Math.floor(tap / side), tap % side, Math.floor(pixel / W), pixel % W);
        }
      }
    }
  }
}
