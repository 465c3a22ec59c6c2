// Where the data of a launch lie, for kernels that are not there.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { layOut, setsOf } from '../../../dist/bench/kernels/data-layout.js';
import { positiveIn } from '../../../dist/bench/kernels/random-data.js';
import type { Dispatch } from '../../../dist/engine/webgpu/dispatch.js';
import { apply } from '../../../dist/graph/build.js';
import { Graph, type Op } from '../../../dist/graph/graph.js';

const graph = new Graph(1);
const x = graph.input('x', [3, 5, 7]);
const w = graph.constant('w', [6, 3, 1, 1]);
const y = graph.temp([1, 6, 5, 7]);
const table = Uint32Array.of(1, 2, 3);

const dispatch: Dispatch = {
  kernel: 'made_up',
  overrides: {},
  groups: [1, 1],
  flop: 0,
  bindings: {
    x: { kind: 'tensor', tensor: x },
    again: { kind: 'tensor', tensor: x },
    weights: { kind: 'weight', weight: { tensor: w, key: 'padded', pack: () => new Float32Array(100) } },
    sizes: { kind: 'table', key: 'sizes', data: table },
    scalars: { kind: 'scalars' },
    bias: { kind: 'none' },
    y: { kind: 'tensor', tensor: y },
    partial: { kind: 'scratch', size: 10 },
  },
};
const declared = Object.keys(dispatch.bindings).map((name, binding) => ({
  name,
  binding,
  access: binding < 6 ? ('read' as const) : ('read_write' as const),
  stored: false,
}));
const limits = { maxStorageBufferBindingSize: 2 ** 20, minStorageBufferOffsetAlignment: 256 };
const layout = (batch: number, most = limits) => layOut(dispatch, declared, { batch, positive: new Set([w]) }, most);

test('each binding has its bytes, those of pictures for each picture, where bindings may begin', () => {
  const { regions, strides, fixed } = layout(4);
  assert.equal(
    regions.map(({ binding, arena, offset, size }) => [binding, arena, offset, size]),
    [
      [0, 'read', 0, 4 * 105 * 4],
      // The same tensor is the same data.
      [1, 'read', 0, 4 * 105 * 4],
      // A constant's are not for each picture, and what counts is how it is packed.
      [2, 'read', 1792, 400],
      // Of nothing there are 16 bytes, which can be bound.
      [5, 'read', 2304, 16],
      [6, 'write', 0, 4 * 210 * 4],
      [7, 'write', 3584, 160],
    ],
  );
  assert.equal(strides, { read: 2560, write: 3840 });
  assert.equal(
    regions.filter(({ positive }) => positive).map(({ binding }) => binding),
    [2],
  );
  assert.is(fixed[0].data, table);
  assert.is(fixed[1].data.length, 4);
});

test('a binding beyond the limit is refused with its name and size', () => {
  assert.throws(
    () => layout(4096),
    /made_up: x takes 2 MiB and this adapter binds at most 1 MiB; a smaller --batch or --model needs less/,
  );
});

test('there are as many sets as no cache holds, and no more than fit a buffer', () => {
  const one = layout(4);
  assert.is(setsOf(one, 64_000, { maxBufferSize: 2 ** 30 }, 'made_up'), 10);
  assert.is(setsOf(one, 6400, { maxBufferSize: 2 ** 30 }, 'made_up'), 2);
  assert.is(setsOf(one, 2 ** 30, { maxBufferSize: 2 ** 30 }, 'made_up'), 1024);
  assert.is(setsOf(one, 64_000, { maxBufferSize: 3 * 3840 }, 'made_up'), 3);
  assert.throws(() => setsOf(one, 64_000, { maxBufferSize: 3000 }, 'made_up'), /made_up: its data take 1 MiB/);
});

test('what roots are taken of is above 0', () => {
  const step = new Graph(1);
  const second = step.state('second', [1, 1, 4]);
  const inputs = [step.state('param', [1, 1, 4]), step.input('g', [1, 1, 4]), step.state('first', [1, 1, 4]), second];
  apply(step, 'optimise', inputs, { kind: 'adam' });
  assert.equal([...positiveIn(step.ops[0] as Op<'optimise'>)], [second]);
});

test.run();
