// Dense layers of many pictures at once: a matrix product that no picture's result may depend on.

import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import { apply1 } from '../../dist/graph/build.js';
import { Graph } from '../../dist/graph/graph.js';
import { hostTensor } from '../../dist/graph/host-tensor.js';
import { engineSuite, enginesInAllSets, openTestEngine } from '../engines.js';
import { normals } from '../random.js';

/** Sizes that fill tasks and vectors, and that leave something over; the last layer has a row more than a task. */
const SIZES = [21, 64, 7, 33];

const constants = new Map(
  SIZES.slice(1).flatMap((to, layer) => [
    [`weight${layer}`, hostTensor([to, SIZES[layer], 1, 1], normals(`w${layer}`, to * SIZES[layer], 0.3))] as const,
    [`bias${layer}`, hostTensor([to, 1, 1, 1], normals(`b${layer}`, to))] as const,
  ]),
);

/** A small mapping network, one layer of it without a bias. */
function network(batch: number): Graph {
  const graph = new Graph(batch);
  let x = apply1(graph, 'pixel_norm', [graph.input('x', [SIZES[0], 1, 1])], {});
  for (const [layer, to] of SIZES.slice(1).entries()) {
    const weight = graph.constant(`weight${layer}`, [to, SIZES[layer], 1, 1]);
    const bias = layer === 1 ? undefined : graph.constant(`bias${layer}`, [to, 1, 1, 1]);
    x = apply1(graph, 'linear', [x, weight, bias], { adjoint: false, slope: 0.2, shape: [to, 1, 1] });
  }
  graph.output('y', x);
  return graph;
}

async function computed(engine: Engine, x: Float32Array): Promise<Float32Array> {
  const executable = await engine.compile(network(x.length / SIZES[0]), constants);
  executable.write('x', x);
  executable.run();
  const { y } = await executable.read(['y']);
  executable.close();
  return y;
}

for (const set of enginesInAllSets.filter(({ name }) => name.startsWith('native'))) {
  const test = engineSuite(set, 'many pictures at once');
  test('are each as if they were alone, whatever their number and the threads', async () => {
    const all = normals('x', 211 * SIZES[0]);
    const alone: number[] = [];
    const engine = await openTestEngine(set, { threads: 1 });
    for (let i = 0; i < 211; i++) alone.push(...(await computed(engine, all.slice(i * SIZES[0], (i + 1) * SIZES[0]))));
    engine.close();
    for (const threads of [1, 2, 3]) {
      const many = await openTestEngine(set, { threads });
      // Less than a tile, tiles and a rest, more than a group for every thread.
      for (const count of [2, 5, 12, 47, 48, 100, 211]) {
        const y = await computed(many, all.slice(0, count * SIZES[0]));
        assert.equal(y, Float32Array.from(alone.slice(0, count * 33)), `${count} with ${threads} threads`);
      }
      many.close();
    }
  });
  test.run();
}
