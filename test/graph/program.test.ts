// One op by itself: what becomes of its tensors. What it computes is held against the native engine in test/bench/kernels.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { apply, apply1 } from '../../dist/graph/build.js';
import { plainForms } from '../../dist/graph/fuse/forms.js';
import type { FusedOp } from '../../dist/graph/fuse/fused-op.js';
import { isolate, programOf } from '../../dist/graph/fuse/program.js';
import { Graph } from '../../dist/graph/graph.js';

function example() {
  const graph = new Graph(3);
  const x = apply1(graph, 'affine', [graph.input('x', [2, 4, 4])], { scale: 2, shift: 0 });
  const y = apply1(graph, 'conv', [x, graph.constant('w', [5, 2, 3, 3])], { adjoint: false });
  graph.output('y', y);
  apply(graph, 'keep_if', [graph.input('improved', [1, 1, 1]), y, graph.state('kept', [5, 4, 4])], {});
  return { graph, x, y };
}

test('temporaries that an op reads become inputs, and what it makes becomes outputs', () => {
  const { graph, x, y } = example();
  const conv = programOf(graph, plainForms).ops.find((op): op is FusedOp => op.op === 'fused')!;
  const { graph: alone, ops } = isolate(conv, 2);
  assert.is(alone.batch, 2);
  assert.equal(
    alone.tensors.map(({ name, kind, shape }) => [name, kind, shape]),
    [
      ['w', 'constant', [5, 2, 3, 3]],
      [x.name, 'input', [2, 2, 4, 4]],
      [y.name, 'temp', [2, 5, 4, 4]],
    ],
  );
  assert.equal([...alone.outputs.keys()], [y.name]);
  assert.is(ops.length, 1);
  const [op] = ops as [FusedOp];
  // Its parts name the new tensors, and the op they were taken from has its own still.
  assert.is(op.read.x, alone.find(x.name));
  assert.is(op.core.kind === 'conv3x3' && op.core.weight, alone.find('w'));
  assert.equal(op.inputs, [alone.find('w'), alone.find(x.name)]);
  assert.is(conv.read.x, x);
});

test('states stay states, and are still what the op writes', () => {
  const { graph } = example();
  const keep = programOf(graph, plainForms).ops.find(({ op }) => op === 'keep_if')!;
  const { graph: alone, ops } = isolate(keep, 1);
  assert.is(alone.find('kept')!.kind, 'state');
  assert.equal(ops[0].writes, [alone.find('kept')]);
  assert.is(alone.outputs.size, 0);
});

test('a program is run as it is', () => {
  const program = programOf(example().graph, plainForms);
  assert.is(programOf(program, plainForms), program);
});

test.run();
