import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { apply, apply1 } from '../../dist/graph/build.js';
import { vjpRules } from '../../dist/graph/gradients.js';
import type { Tensor } from '../../dist/graph/graph.js';
import type { OpAttributes, OpName } from '../../dist/graph/ops.js';
import { differentiated, gradientFaults, RandomGraph } from './differences.js';
import { modulatedLayer, randomMaps, styledLayer } from './layers.js';

type Recipe = (r: RandomGraph) => { y: Tensor; wrt: readonly Tensor[] };

/** A test that the gradients of a recipe's y are those that differences give. */
function gradientTest(name: string, recipe: Recipe): void {
  test(name, () => {
    const random = new RandomGraph(name);
    const { y, wrt } = recipe(random);
    const faults = gradientFaults(random, y, wrt);
    assert.is(faults.length, 0, faults.join('\n'));
  });
}

/** A recipe of one op on one random input. */
const single =
  <N extends OpName>(
    op: N,
    shape: readonly [number, number, number],
    attrs: OpAttributes[N],
    more: (r: RandomGraph) => (Tensor | undefined)[] = () => [],
  ): Recipe =>
  (r) => {
    const x = r.input('x', shape);
    return { y: apply(r.graph, op, [x, ...more(r)], attrs)[0], wrt: [x] };
  };

for (const adjoint of [false, true]) {
  const name = adjoint ? ' adjoint' : '';
  const channels = adjoint ? 3 : 2;
  gradientTest(
    `conv${name}`,
    single('conv', [channels, 4, 3], { adjoint }, (r) => [r.constant('weight', [3, 2, 3, 3])]),
  );
  if (!adjoint) {
    gradientTest(
      'conv 1×1 with a bias',
      single('conv', [channels, 2, 3], { adjoint }, (r) => [
        r.constant('weight', [3, 2, 1, 1]),
        r.constant('bias', [3, 1, 1, 1]),
      ]),
    );
  }
  for (const margin of [0, 1] as const) {
    gradientTest(
      `conv_up${name}, margin ${margin}`,
      single('conv_up', [channels, 4, 4], { adjoint, margin }, (r) => [r.constant('weight', [3, 2, 4, 4])]),
    );
    gradientTest(`blur${name}, margin ${margin}`, single('blur', [2, 3, 4], { adjoint, margin }));
  }
  gradientTest(`upsample${name}`, single('upsample', [2, 4, 2], { adjoint }));
  for (const axis of [2, 3] as const) {
    for (const factor of [2, 3, 4]) {
      const shape = adjoint ? ([2, 2, 3] as const) : ([2, 12, 12] as const);
      gradientTest(`bicubic${name} along ${axis} by ${factor}`, single('bicubic', shape, { axis, factor, adjoint }));
    }
  }
  for (const slope of [1, 0.2]) {
    gradientTest(
      `linear${name}, slope ${slope}`,
      single(
        'linear',
        adjoint ? [2, 1, 3] : [2, 2, 1],
        { adjoint, slope, shape: adjoint ? [1, 4, 1] : [3, 1, 2] },
        (r) => [r.constant('weight', [6, 4, 1, 1]), r.constant('bias', [adjoint ? 4 : 6, 1, 1, 1])],
      ),
    );
  }
}
gradientTest('bicubic to one pixel', (r) => {
  const x = r.input('x', [1, 4, 4]);
  const rows = apply1(r.graph, 'bicubic', [x], { axis: 2, factor: 4, adjoint: false });
  return { y: apply1(r.graph, 'bicubic', [rows], { axis: 3, factor: 4, adjoint: false }), wrt: [x] };
});
gradientTest('pixel_norm', single('pixel_norm', [1, 7, 1], {}));
gradientTest('pixel_norm of maps', single('pixel_norm', [2, 3, 2], {}));
gradientTest('affine', single('affine', [2, 3, 2], { scale: -1.5, shift: 4 }));
gradientTest('add', (r) => {
  const wrt = [r.input('a', [2, 3, 1]), r.input('b', [2, 3, 1])];
  return { y: apply1(r.graph, 'add', wrt, {}), wrt };
});
gradientTest('add of a tensor to itself', (r) => {
  const x = r.input('x', [2, 3, 1]);
  return { y: apply1(r.graph, 'add', [x, x], {}), wrt: [x] };
});
gradientTest(
  'latent_to_w',
  single('latent_to_w', [3, 5, 1], { slope: 0.2 }, (r) => [
    r.constant('mean', [5, 1, 1, 1]),
    r.constant('std', [5, 1, 1, 1]),
  ]),
);
for (const term of ['L2', 'L1'] as const) {
  gradientTest(`pixel_loss ${term}`, (r) => {
    const wrt = [r.input('x', [3, 2, 3]), r.input('target', [3, 2, 3])];
    return { y: apply1(r.graph, 'pixel_loss', wrt, { term }), wrt };
  });
}
for (const [depth, size] of [
  [1, 3],
  [2, 3],
  [4, 7],
  [3, 1],
]) {
  gradientTest(`geocross of ${depth} rows of ${size}`, single('geocross', [depth, size, 1], {}));
}

for (const [h, w] of [
  [3, 4],
  [1, 2],
  [1, 1],
]) {
  gradientTest(`instance_norm, ${h}×${w}`, single('instance_norm', [3, h, w], { epsilon: 1e-5 }));
}
gradientTest('instance_norm far from zero', (r) => {
  const x = r.input('x', [2, 3, 4], 1, 5);
  return { y: apply1(r.graph, 'instance_norm', [x], { epsilon: 1e-3 }), wrt: [x] };
});
gradientTest('modulate', (r) => {
  const wrt = [r.input('x', [3, 2, 4]), r.input('style', [2, 3, 1])];
  return { y: apply1(r.graph, 'modulate', wrt, {}), wrt };
});
gradientTest('add_noise', (r) => {
  const wrt = [r.input('x', [3, 2, 4]), r.input('noise', [1, 2, 4])];
  return { y: apply1(r.graph, 'add_noise', [...wrt, r.constant('weight', [3, 1, 1, 1])], {}), wrt };
});
for (const clamp of [Infinity, 0.5]) {
  gradientTest(
    `bias_act, clamp ${clamp}`,
    single('bias_act', [3, 2, 4], { slope: 0.2, clamp }, (r) => [r.constant('bias', [3, 1, 1, 1])]),
  );
}
gradientTest('scale', (r) => {
  const wrt = [r.input('x', [3, 2, 4]), r.input('factor', [3, 1, 1])];
  return { y: apply1(r.graph, 'scale', wrt, {}), wrt };
});
gradientTest('demodulate', (r) => {
  const wrt = [r.input('style', [3, 1, 1], 1, 3)];
  const squares = r.constant('root of squares', [5, 3, 1, 1]);
  return { y: apply1(r.graph, 'demodulate', [...wrt, squares], { epsilon: 30 }), wrt };
});
for (const up of [false, true]) {
  gradientTest(`a modulated convolution${up ? ' that upsamples' : ''}`, (r) => {
    const x = r.input('x', [2, 3, 2]);
    const layer = modulatedLayer(r, '', x, { channels: 3, up, clamp: 1.5 });
    return { y: layer.y, wrt: [x, ...layer.inputs] };
  });
}

for (const [h, w] of [
  [3, 4],
  [1, 2],
  [1, 1],
]) {
  gradientTest(`a styled layer, ${h}×${w}`, (r) => {
    const x = r.input('y', [3, h, w]);
    const layer = styledLayer(r, '', x, { noise: true });
    return { y: layer.styled, wrt: [x, ...layer.inputs] };
  });
}
gradientTest('a styled layer without noise', (r) => {
  const x = r.input('y', [3, 3, 4]);
  const layer = styledLayer(r, '', x, {});
  return { y: layer.styled, wrt: [x, ...layer.inputs] };
});
gradientTest('a styled layer of a constant', (r) => {
  const repeated = apply1(r.graph, 'repeat', [r.constant('const', [1, 3, 4, 4])], {});
  const layer = styledLayer(r, '', repeated, { noise: true });
  return { y: layer.styled, wrt: layer.inputs };
});
gradientTest('the activated map of a styled layer, read beside its styled map', (r) => {
  const x = r.input('y', [3, 3, 4]);
  const layer = styledLayer(r, '', x, { noise: true });
  return { y: apply1(r.graph, 'add', [layer.styled, layer.x], {}), wrt: [x, ...layer.inputs] };
});
gradientTest('one activated map with two styles', (r) => {
  const x = r.input('y', [3, 3, 4]);
  const layer = styledLayer(r, '', x, {});
  const second = r.input('style 2', [2, 3, 1]);
  const other = apply1(r.graph, 'modulate', [layer.normalised, second], {});
  return { y: apply1(r.graph, 'add', [layer.styled, other], {}), wrt: [x, ...layer.inputs, second] };
});
gradientTest('a styled layer, read by two convolutions', (r) => {
  const x = r.input('y', [3, 3, 3]);
  const layer = styledLayer(r, '', x, { noise: true });
  const one = apply1(r.graph, 'conv', [layer.styled, r.constant('weight', [2, 3, 3, 3])], { adjoint: false });
  const two = apply1(r.graph, 'conv', [layer.styled, r.constant('weight 2', [2, 3, 1, 1])], { adjoint: false });
  return { y: apply1(r.graph, 'add', [one, two], {}), wrt: [x, ...layer.inputs] };
});
gradientTest('conv_up → blur → a styled layer → conv', (r) => {
  const x = r.input('x', [2, 2, 3]);
  const up = apply1(r.graph, 'conv_up', [x, r.constant('up', [3, 2, 4, 4])], { adjoint: false, margin: 0 });
  const layer = styledLayer(r, '', apply1(r.graph, 'blur', [up], { adjoint: false, margin: 0 }), { noise: true });
  const conv = [layer.styled, r.constant('weight', [2, 3, 3, 3])];
  return { y: apply1(r.graph, 'conv', conv, { adjoint: false }), wrt: [x, ...layer.inputs] };
});

// Random small graphs: ops over tensors made before, so that most are read several times.
for (let index = 0; index < 60; index++) {
  gradientTest(`random graph ${index}`, (r) => randomMaps(r, `gradients ${index}`));
}

for (const tiled of [false, true]) {
  gradientTest(`rows${tiled ? ' of one, tiled' : ''} → linear → a styled layer → conv → a styled layer`, (r) => {
    const w = r.input('w', [tiled ? 1 : 3, 4, 1]);
    // The third row is read by nobody: its gradient is zero.
    const rows = apply(r.graph, 'rows', [w], { count: 3 });
    const style = (row: number, c: number) =>
      apply1(
        r.graph,
        'linear',
        [rows[row], r.constant(`style${row}`, [2 * c, 4, 1, 1]), r.constant(`bias${row}`, [2 * c, 1, 1, 1])],
        {
          adjoint: false,
          slope: 1,
          shape: [2, c, 1],
        },
      );
    const start = apply1(r.graph, 'repeat', [r.constant('const', [1, 3, 3, 3])], {});
    const first = styledLayer(r, '', start, { noise: true, style: style(0, 3) });
    const conv = [first.styled, r.constant('weight', [2, 3, 3, 3])];
    const between = apply1(r.graph, 'conv', conv, { adjoint: false });
    const second = styledLayer(r, ' 2', between, { style: style(1, 2) });
    return { y: second.styled, wrt: [w, ...first.inputs] };
  });
}
gradientTest('rows, all read', (r) => {
  const w = r.input('w', [3, 4, 1]);
  const rows = apply(r.graph, 'rows', [w], { count: 3 });
  const scaled = rows.map((row, i) => apply1(r.graph, 'affine', [row], { scale: i + 1, shift: 0 }));
  return { y: scaled.reduce((a, b) => apply1(r.graph, 'add', [a, b], {})), wrt: [w] };
});
gradientTest('latent_to_w → geocross', (r) => {
  const v = r.input('v', [4, 5, 1]);
  const constants = [r.constant('mean', [5, 1, 1, 1]), r.constant('std', [5, 1, 1, 1], 0.3, 0.6)];
  return {
    y: apply(r.graph, 'geocross', [apply1(r.graph, 'latent_to_w', [v, ...constants], { slope: 0.2 })], {})[0],
    wrt: [v],
  };
});
gradientTest('a mapping network: pixel_norm → linear → linear', (r) => {
  const z = r.input('z', [1, 5, 1]);
  let x = apply1(r.graph, 'pixel_norm', [z], {});
  for (const layer of [0, 1]) {
    const constants = [r.constant(`weight${layer}`, [5, 5, 1, 1]), r.constant(`bias${layer}`, [5, 1, 1, 1])];
    x = apply1(r.graph, 'linear', [x, ...constants], { adjoint: false, slope: 0.2, shape: [1, 5, 1] });
  }
  return { y: x, wrt: [z] };
});

for (const active of [false, true]) {
  for (const term of ['L2', 'L1'] as const) {
    gradientTest(
      `affine → bicubic → bicubic → pixel_loss ${term} → objective, clamp ${active ? '' : 'in'}active`,
      (r) => {
        const image = r.input('image', [3, 8, 8]);
        const w = r.input('w', [3, 4, 1]);
        const scaled = apply1(r.graph, 'affine', [image], { scale: 0.5, shift: 0.5 });
        const shorter = apply1(r.graph, 'bicubic', [scaled], { axis: 2, factor: 4, adjoint: false });
        const small = apply1(r.graph, 'bicubic', [shorter], { axis: 3, factor: 4, adjoint: false });
        const target = r.input('target', [3, 2, 2]);
        const loss = apply1(r.graph, 'pixel_loss', [small, target], { term });
        const [cross] = apply(r.graph, 'geocross', [w], {});
        const attrs = { weights: [100, 0.05], floors: [active ? 50 : 1e-6, -Infinity] };
        return { y: apply1(r.graph, 'objective', [loss, cross], attrs), wrt: [image, w] };
      },
    );
  }
}
gradientTest('objective of three terms, of which one is below its floor', (r) => {
  const wrt = [r.input('a', [1, 1, 1]), r.input('b', [1, 1, 1]), r.input('c', [1, 1, 1])];
  const attrs = { weights: [2, -3, 0.5], floors: [-10, -Infinity, 10] };
  return { y: apply1(r.graph, 'objective', wrt, attrs), wrt };
});

test('every op that has a gradient rule was held against differences', () => {
  const missing = Object.keys(vjpRules).filter((op) => !differentiated.has(op as OpName));
  assert.equal(missing, []);
});

test.run();
