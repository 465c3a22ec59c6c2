/** Maps in half on the adapter that is here: layers of both networks there and back, and search steps; half.sweep.test.ts has all. */

import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import { apply1 } from '../../dist/graph/build.js';
import { Graph } from '../../dist/graph/graph.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { openWebGpu } from '../../dist/node/dawn.js';
import { engineSuite, engines } from '../engines.js';
import { halfCases, halfFaults } from './half.js';

/** Names of cases begin with these. */
const TRIED = [
  'conv_up → blur → styled layer → 1×1 conv, forward and backward, 5×33×31',
  'modulated upsampling convolutions and to-RGB, forward and backward, 13×9×7',
  'three search steps, adam',
];

for (const one of engines.filter(({ name }) => name === 'webgpu')) {
  let engine: Engine;
  const test = engineSuite(one, 'maps in half');
  test.before(async () => {
    engine = await openWebGpu({ adapter: one.request.adapter, tuned: false, precision: 'f16' });
  });
  test.after(() => engine.close());

  test('the engine says so', () => {
    assert.is(engine.info.precision, 'f16');
  });

  const cases = halfCases().filter(({ name }) => TRIED.some((start) => name.startsWith(start)));
  assert.is(cases.length, TRIED.length);
  for (const each of cases) {
    test(each.name, async () => {
      const faults = await halfFaults(engine, each);
      assert.is(faults.length, 0, faults.join('\n'));
    });
  }

  test('an activation that is too small for half keeps its sign, and its slope', async () => {
    const graph = new Graph(1);
    const x = graph.input('x', [1, 1, 5]);
    const y = apply1(graph, 'bias_act', [x, graph.constant('bias', [1, 1, 1, 1])], { slope: 0.2, clamp: Infinity });
    graph.output('y', y);
    graph.output(
      'gradient',
      apply1(graph, 'lrelu_gradient', [graph.input('g', [1, 1, 5]), y], { slope: 0.2, clamp: Infinity }),
    );
    const executable = await engine.compile(graph, new Map([['bias', hostTensor([1], new Float32Array([1e-9]))]]));
    executable.write('x', new Float32Array([0, -(2 ** -24), 2 ** -20, -(2 ** -20), 7e4]));
    executable.write('g', new Float32Array(5).fill(1));
    executable.run();
    const { y: activated, gradient } = await executable.read(['y', 'gradient']);
    executable.close();
    assert.equal([activated[0], activated[2], activated[4]], [2 ** -14, 2 ** -14, 65504].map(Math.fround));
    assert.ok(activated[1] <= 0 && activated[3] <= 0, `${activated}`);
    assert.equal(
      [...gradient].map((slope) => slope.toFixed(1)),
      ['1.0', '0.2', '1.0', '0.2', '0.0'],
    );
  });

  test.run();
}
