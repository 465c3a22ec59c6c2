/** ⟨Ax, y⟩ = ⟨x, Aᵀy⟩ for every op that has an adjoint. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { apply1 } from '../../dist/graph/build.js';
import type { Tensor } from '../../dist/graph/graph.js';
import { runReference } from '../reference.js';
import { dot, RandomGraph } from './differences.js';

type Map = (r: RandomGraph, x: Tensor, adjoint: boolean) => Tensor;
type MapShape = readonly [number, number, number];

function adjointTest(name: string, from: MapShape, to: MapShape, map: Map): void {
  test(name, () => {
    const random = new RandomGraph(name);
    const [x, y] = [random.input('x', from), random.input('y', to)];
    const [forward, backward] = [map(random, x, false), map(random, y, true)];
    assert.equal([forward.shape, backward.shape], [y.shape, x.shape]);
    const { tensors } = runReference(random.graph, random.values);
    const [ax, aty] = [tensors.get(forward)!, tensors.get(backward)!];
    const [left, right] = [dot(ax, tensors.get(y)!), dot(tensors.get(x)!, aty)];
    const scale = Math.sqrt(dot(ax, ax) * dot(aty, aty));
    assert.ok(Math.abs(left - right) <= 1e-13 * scale, `${left} and ${right}`);
    assert.ok(scale > 0, 'both sides are zero');
  });
}

for (const [from, to, h, w, kernel] of [
  [1, 1, 1, 1, 3],
  [3, 5, 1, 1, 3],
  [5, 3, 4, 7, 3],
  [13, 1, 2, 3, 1],
  [2, 3, 3, 2, 3],
]) {
  adjointTest(`conv ${kernel}×${kernel}, ${from} → ${to}, ${h}×${w}`, [from, h, w], [to, h, w], (r, x, adjoint) =>
    apply1(r.graph, 'conv', [x, r.constant('weight', [to, from, kernel, kernel])], { adjoint }),
  );
}
for (const [from, to, h, w] of [
  [1, 1, 1, 1],
  [3, 5, 1, 1],
  [5, 3, 2, 3],
  [2, 13, 5, 1],
]) {
  for (const margin of [0, 1] as const) {
    const large: MapShape = [to, 2 * (h + margin), 2 * (w + margin)];
    adjointTest(`conv_up ${from} → ${to}, ${h}×${w}, margin ${margin}`, [from, h, w], large, (r, x, adjoint) =>
      apply1(r.graph, 'conv_up', [x, r.constant('weight', [to, from, 4, 4])], { adjoint, margin }),
    );
  }
}
for (const [c, h, w] of [
  [1, 1, 1],
  [3, 1, 5],
  [5, 4, 7],
]) {
  for (const margin of [0, 1] as const) {
    const wide: MapShape = [c, h + 2 * margin, w + 2 * margin];
    adjointTest(`blur ${c}×${h}×${w}, margin ${margin}`, wide, [c, h, w], (r, x, adjoint) =>
      apply1(r.graph, 'blur', [x], { adjoint, margin }),
    );
  }
  adjointTest(`upsample ${c}×${h}×${w}`, [c, h, w], [c, 2 * h, 2 * w], (r, x, adjoint) =>
    apply1(r.graph, 'upsample', [x], { adjoint }),
  );
}
for (const axis of [2, 3] as const) {
  for (const factor of [2, 3, 4, 8, 16]) {
    for (const side of [1, 2, 3]) {
      const shape = (length: number): MapShape => (axis === 2 ? [3, length, 5] : [3, 5, length]);
      adjointTest(`bicubic along ${axis} by ${factor} to ${side}`, shape(side * factor), shape(side), (r, x, adjoint) =>
        apply1(r.graph, 'bicubic', [x], { axis, factor, adjoint }),
      );
    }
  }
}
adjointTest('linear', [2, 3, 1], [1, 5, 1], (r, x, adjoint) =>
  apply1(r.graph, 'linear', [x, r.constant('weight', [5, 6, 1, 1])], {
    adjoint,
    slope: 1,
    shape: adjoint ? [2, 3, 1] : [1, 5, 1],
  }),
);

test.run();
