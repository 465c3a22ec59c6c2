/** What the fusion pass finds, what it leaves, and that the values stay the same. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nativeForms } from '../../dist/engine/native/forms.js';
import { webGpuForms } from '../../dist/engine/webgpu/forms.js';
import { backward } from '../../dist/graph/backward.js';
import { apply, apply1 } from '../../dist/graph/build.js';
import { type FusedForms, hasForm, plainForms, writeName } from '../../dist/graph/fuse/forms.js';
import { fuse } from '../../dist/graph/fuse/fuse.js';
import { coreName, type ProgramOp } from '../../dist/graph/fuse/fused-op.js';
import { Graph, type Tensor } from '../../dist/graph/graph.js';
import { RandomGraph } from './differences.js';
import { runProgram } from './fused-reference.js';
import { modulatedLayer, modulatedRgb, randomMaps, styledLayer } from './layers.js';

/** Forms that the random graphs are to meet, of those that the native engine has. */
const LEAST_NATIVE = 38;

const forms: Record<string, FusedForms> = { native: nativeForms, webgpu: webGpuForms, plain: plainForms };

/** `conv3x3: styled → plain` for an op over maps, the form for joined ops, the name for any other. */
function names(ops: readonly ProgramOp[]): string[] {
  return ops.map((op) => {
    if (op.op === 'joined') return op.form;
    return op.op === 'fused' ? `${coreName(op.core)}: ${op.read.form} → ${writeName(op.write)}` : op.op;
  });
}

/** A convolution, a layer with noise, another convolution; with the gradients of all inputs. */
function twoConvolutions(r: RandomGraph): void {
  const x = r.input('x', [2, 3, 4]);
  const before = [x, r.constant('before', [2, 2, 3, 3])];
  const layer = styledLayer(r, '', apply1(r.graph, 'conv', before, { adjoint: false }), { noise: true });
  const y = apply1(r.graph, 'conv', [layer.styled, r.constant('after', [2, 2, 3, 3])], { adjoint: false });
  withGradients(r, y, [x, ...layer.inputs]);
}

function withGradients(r: RandomGraph, y: Tensor, wrt: readonly Tensor[]): void {
  const [, c, h, w] = y.shape;
  r.graph.output('y', y);
  backward(r.graph, [{ output: y, seed: r.input('seed', [c, h, w]) }], wrt).forEach((gradient, index) => {
    r.graph.output(`gradient ${index}`, gradient!);
  });
}

function build(recipe: (r: RandomGraph) => void): RandomGraph {
  const random = new RandomGraph('fuse');
  recipe(random);
  return random;
}

test('native: a layer runs inside the convolutions around it, forward and backward', () => {
  assert.equal(names(fuse(build(twoConvolutions).graph, nativeForms)), [
    'conv3x3: plain → styled',
    'conv3x3: styled → plain',
    'conv3x3 adjoint: plain → summed',
    // Its gradient has two readers, the noise and the convolution: it is stored.
    'none: gradient → plain',
    'noise_gradient',
    'conv3x3 adjoint: plain → plain',
  ]);
});

test('native: a gradient with one reader is made where it is read', () => {
  const { graph } = build((r) => {
    const x = r.input('x', [2, 3, 4]);
    const up = apply1(r.graph, 'conv_up', [x, r.constant('up', [3, 2, 4, 4])], { adjoint: false, margin: 0 });
    const layer = styledLayer(r, '', apply1(r.graph, 'blur', [up], { adjoint: false, margin: 0 }), {});
    const rgb = apply1(r.graph, 'conv', [layer.styled, r.constant('rgb', [3, 3, 1, 1])], { adjoint: false });
    withGradients(r, rgb, [x, ...layer.inputs]);
  });
  const ops = fuse(graph, nativeForms);
  assert.equal(names(ops), [
    'conv_up: plain → plain',
    'blur: plain → styled',
    'conv1x1: styled → plain',
    'conv1x1 adjoint: plain → sums',
    'blur: gradient → plain',
    'conv_up adjoint: plain → plain',
  ]);
  const blur = ops.find((op) => op.op === 'fused' && op.core.kind === 'blur' && op.read.form === 'gradient')!;
  assert.is(blur.op === 'fused' && blur.read.form === 'gradient' && blur.read.source.kind, 'conv1x1');
});

test('webgpu: of a small map the gradient goes back through its layer where it is made', () => {
  assert.equal(names(fuse(build(twoConvolutions).graph, webGpuForms)), [
    'conv3x3: plain → styled',
    'conv3x3: styled → plain',
    'conv3x3 adjoint: plain → summed back',
    'noise gradients',
    'conv3x3 adjoint: plain → plain',
  ]);
});

/** Two styled layers and an RGB picture of h × w; with the gradients of all inputs. */
function upsampledLayers(h: number, w: number): (r: RandomGraph) => void {
  return (r) => {
    const x = r.input('x', [2, h / 2, w / 2]);
    const up = apply1(r.graph, 'conv_up', [x, r.constant('up', [3, 2, 4, 4])], { adjoint: false, margin: 0 });
    const first = styledLayer(r, '0', apply1(r.graph, 'blur', [up], { adjoint: false, margin: 0 }), {});
    const conv = apply1(r.graph, 'conv', [first.styled, r.constant('weight', [3, 3, 3, 3])], { adjoint: false });
    const second = styledLayer(r, '1', conv, {});
    const rgb = apply1(r.graph, 'conv', [second.styled, r.constant('rgb', [3, 3, 1, 1])], { adjoint: false });
    withGradients(r, rgb, [x, ...first.inputs, ...second.inputs]);
  };
}

test('webgpu: a blur runs behind the convolution before it, and of a small map behind the gradient', () => {
  assert.equal(names(fuse(build(upsampledLayers(6, 8)).graph, webGpuForms)), [
    'conv_up blurred: plain → styled',
    'conv3x3: styled → styled',
    'conv1x1: styled → plain',
    'conv1x1 adjoint: plain → summed back',
    'conv3x3 adjoint: plain → summed back',
    'conv_up adjoint: plain → plain',
  ]);
});

test('webgpu: of a large map the gradient is made where it is read, of rates that come with the sums', () => {
  const { graph } = build(upsampledLayers(258, 64));
  const ops = fuse(graph, webGpuForms);
  assert.equal(names(ops), [
    'conv_up blurred: plain → styled',
    'conv3x3: styled → styled',
    'conv1x1: styled → plain',
    'conv1x1 adjoint: plain → sums rates',
    'conv3x3 adjoint: gradient → summed rates',
    'blur: gradient → plain',
    'conv_up adjoint: plain → plain',
  ]);
  const made = ops.flatMap((op) => (op.op === 'fused' && op.write.form === 'summed' ? [op.write.rates?.made] : []));
  const read = ops.flatMap((op) => (op.op === 'fused' && op.read.form === 'gradient' ? [op.read.rates] : []));
  assert.equal(read, made);
});

test('webgpu: a gradient with other readers is stored beside', () => {
  const { graph } = build((r) => {
    const x = r.input('x', [2, 3, 4]);
    const blurred = apply1(r.graph, 'blur', [x], { adjoint: false, margin: 0 });
    const layer = styledLayer(r, '', blurred, { noise: true });
    r.graph.output('y', layer.styled);
    const [g] = backward(r.graph, [{ output: layer.styled, seed: r.input('seed', [2, 3, 4]) }], [blurred]);
    r.graph.output('before the blur', g!);
    r.graph.output('g', apply1(r.graph, 'blur', [g!], { adjoint: false, margin: 0 }));
  });
  const op = fuse(graph, webGpuForms).find((one) => one.op === 'fused' && one.write.form === 'summed')!;
  assert.is(names([op])[0], 'none: plain → summed back');
  assert.equal(
    op.outputs.slice(1).map((tensor) => [...graph.outputs].find(([, output]) => output === tensor)?.[0]),
    ['before the blur', 'g'],
  );
});

/** Two layers of StyleGAN2, the first upsampling, and the way to RGB; with the gradients of all inputs. */
function modulatedLayers(r: RandomGraph): void {
  const x = r.input('x', [2, 2, 3]);
  const first = modulatedLayer(r, '0', x, { channels: 3, up: true, clamp: 2 });
  const second = modulatedLayer(r, '1', first.y, { channels: 2 });
  const rgb = modulatedRgb(r, second.y);
  withGradients(r, rgb.y, [x, first.inputs[0], second.inputs[0], ...rgb.inputs]);
}

test('native: of a modulated layer one map is stored, forward and backward', () => {
  const ops = fuse(build(modulatedLayers).graph, nativeForms);
  assert.equal(names(ops), [
    'conv_up: scaled → plain',
    'demodulate',
    'blur: plain → activated',
    'demodulate',
    'conv3x3: scaled → activated',
    'conv1x1: scaled → plain',
    'bias_act',
    'upsample',
    'add',
    'upsample',
    'lrelu_gradient',
    // Its gradient is made again where it is read, of three channels.
    'conv1x1 adjoint: plain → scaled sums',
    'demodulate_gradient',
    // What it makes is brought back through the activation before it is stored.
    'conv3x3 adjoint: unactivated → scaled back',
    'add',
    'demodulate_gradient',
    'blur adjoint: plain → plain',
    'conv_up adjoint: plain → scaled',
    'add',
  ]);
  const writes = ops.flatMap((op) => (op.op === 'fused' && op.write.form === 'scaled' ? [op.write] : []));
  assert.equal(
    writes.map(({ demodulation }) => demodulation !== undefined),
    [true, true, false],
    'the sums by demodulation are taken where the gradient is made',
  );
});

test('webgpu: a gradient goes back through its activation before it is stored, or else where it is read', () => {
  const { graph } = build((r) => {
    const x = r.input('x', [2, 2, 3]);
    const first = modulatedLayer(r, '0', x, { channels: 3, up: true });
    const second = modulatedLayer(r, '1', first.y, { channels: 2 });
    const third = modulatedLayer(r, '2', second.y, { channels: 2 });
    withGradients(r, third.y, [x, first.inputs[0], second.inputs[0], third.inputs[0]]);
  });
  const backward = names(fuse(graph, webGpuForms)).filter((name) => name.includes('adjoint'));
  assert.equal(backward, [
    'conv3x3 adjoint: unactivated → scaled back',
    'conv3x3 adjoint: plain → scaled back',
    'blur adjoint: plain → plain',
    'conv_up adjoint: plain → scaled',
  ]);
});

test('native: a map with two readers has one gradient, which the kernel that comes last adds up', () => {
  const { graph } = build((r) => {
    const x = r.input('x', [2, 4, 4]);
    const first = modulatedLayer(r, '0', x, { channels: 2 });
    const rgb = modulatedRgb(r, first.y);
    const second = modulatedLayer(r, '1', first.y, { channels: 3 });
    const narrow = apply1(r.graph, 'conv', [second.y, r.constant('narrow', [3, 3, 1, 1])], { adjoint: false });
    const y = apply1(r.graph, 'add', [rgb.y, narrow], {});
    withGradients(r, y, [first.inputs[0], second.inputs[0], rgb.inputs[0]]);
  });
  const ops = fuse(graph, nativeForms);
  const adding = ops.filter((op) => op.op === 'fused' && op.write.form === 'scaled' && op.write.plus);
  assert.equal(names(adding), ['conv1x1 adjoint: plain → scaled back']);
  assert.not.ok(ops.some((op) => op.op === 'add' && op.outputs[0].shape[1] === 2 && op.outputs[0].shape[2] === 4));
});

test('a map before its demodulation is stored where something else reads it, or its factor may be zero', () => {
  const layer = (recipe: (r: RandomGraph, y: Tensor, scaled: Tensor) => void) => {
    const { graph } = build((r) => {
      const x = [r.input('x', [2, 3, 4]), r.constant('weight', [2, 2, 3, 3])];
      const y = apply1(r.graph, 'conv', x, { adjoint: false });
      const factor = r.input('factor', [2, 1, 1]);
      const scaled = apply1(r.graph, 'scale', [y, factor], {});
      const act = [scaled, r.constant('bias', [2, 1, 1, 1])];
      r.graph.output('active', apply1(r.graph, 'bias_act', act, { slope: 0.2, clamp: Infinity }));
      recipe(r, y, scaled);
      withGradients(r, r.graph.outputs.get('active')!, [factor]);
    });
    return names(fuse(graph, nativeForms)).slice(0, 3);
  };
  const stored = ['conv3x3: plain → plain', 'scale', 'bias_act'];
  assert.equal(
    layer(() => undefined),
    stored,
    'the factor is an input',
  );
  assert.equal(
    layer((r, y) => r.graph.output('before', y)),
    stored,
  );
  assert.equal(
    layer((r, _y, scaled) => r.graph.output('scaled', scaled)),
    stored,
  );
});

test('an engine without fused forms runs the plain ops', () => {
  const { graph } = build(twoConvolutions);
  const plain = fuse(graph, plainForms).map((op) => (op.op === 'fused' ? op.core.kind : op.op));
  assert.equal(
    plain,
    graph.ops.map(({ op }) => (op === 'conv' ? 'conv3x3' : op)),
  );
});

test('the graph stays as it is', () => {
  const { graph } = build(twoConvolutions);
  const [ops, tensors] = [[...graph.ops], [...graph.tensors]];
  const [first, second] = [fuse(graph, nativeForms), fuse(graph, nativeForms)];
  assert.equal(names(first), names(second));
  assert.ok(graph.ops.every((op, i) => op === ops[i]) && graph.ops.length === ops.length);
  assert.is(graph.tensors.length, tensors.length);
});

test('what is read beside the styled map is stored: a normalised map, and a styled map that is an output', () => {
  const { graph } = build((r) => {
    const layer = styledLayer(r, '', r.input('x', [2, 3, 4]), {});
    const y = apply1(r.graph, 'conv', [layer.styled, r.constant('after', [2, 2, 3, 3])], { adjoint: false });
    r.graph.output('normalised', layer.normalised);
    r.graph.output('styled', layer.styled);
    r.graph.output('y', y);
  });
  assert.equal(names(fuse(graph, nativeForms)), [
    'none: plain → styled',
    'instance_norm',
    'none: styled → plain',
    'conv3x3: styled → plain',
  ]);
});

test('two styles of one normalised map, and a map without an activation, are left as they are', () => {
  const two = build((r) => {
    const layer = styledLayer(r, '', r.input('x', [2, 3, 4]), {});
    const other = apply1(r.graph, 'modulate', [layer.normalised, r.input('second', [2, 2, 1])], {});
    r.graph.output('y', apply1(r.graph, 'add', [layer.styled, other], {}));
  });
  assert.equal(names(fuse(two.graph, nativeForms)), ['bias_act', 'instance_norm', 'modulate', 'modulate', 'add']);
  const bare = build((r) => {
    const normalised = apply1(r.graph, 'instance_norm', [r.input('x', [2, 3, 4])], { epsilon: 1e-5 });
    r.graph.output('y', apply1(r.graph, 'modulate', [normalised, r.input('style', [2, 2, 1])], {}));
  });
  assert.equal(names(fuse(bare.graph, nativeForms)), ['instance_norm', 'modulate']);
});

test('nothing moves across a change of a state that it reads', () => {
  const { graph } = build((r) => {
    const state = r.graph.state('state', [2, 3, 4]);
    const y = apply1(r.graph, 'conv', [state, r.constant('weight', [2, 2, 3, 3])], { adjoint: false });
    apply(r.graph, 'sphere', [state, r.input('radius', [2, 1, 1])], {});
    r.graph.output('y', styledLayer(r, '', y, {}).styled);
  });
  assert.equal(names(fuse(graph, nativeForms)), [
    'conv3x3: plain → plain',
    'sphere',
    'none: plain → styled',
    'none: styled → plain',
  ]);
});

test('a gradient that is a state is read before it changes, by whoever would bring it back and scale it', () => {
  for (const table of [nativeForms, webGpuForms]) {
    const { graph } = build((r) => {
      const g = r.graph.state('g', [2, 3, 4]);
      const back = apply1(r.graph, 'lrelu_gradient', [g, r.input('y', [2, 3, 4])], { slope: 0.2, clamp: Infinity });
      const scaled = apply1(r.graph, 'scale', [back, r.input('factor', [2, 1, 1])], {});
      apply(r.graph, 'sphere', [g, r.input('radius', [2, 1, 1])], {});
      r.graph.output('y', apply1(r.graph, 'conv', [scaled, r.constant('weight', [2, 2, 3, 3])], { adjoint: true }));
    });
    assert.equal(names(fuse(graph, table)), ['lrelu_gradient', 'scale', 'sphere', 'conv3x3 adjoint: plain → plain']);
  }
});

test('one activation with two norms becomes one layer, and a style may be a layer itself', () => {
  const two = build((r) => {
    const layer = styledLayer(r, '', r.input('x', [2, 3, 4]), {});
    const other = apply1(r.graph, 'instance_norm', [layer.x], { epsilon: 1e-5 });
    r.graph.output('y', layer.styled);
    r.graph.output('z', apply1(r.graph, 'modulate', [other, r.input('second', [2, 2, 1])], {}));
  });
  assert.equal(names(fuse(two.graph, nativeForms)), [
    'none: plain → styled',
    'none: styled → plain',
    'instance_norm',
    'modulate',
  ]);
  const nested = build((r) => {
    const bias = r.constant('bias', [2, 1, 1, 1]);
    const x = apply1(r.graph, 'bias_act', [r.input('x', [2, 3, 4]), bias], { slope: 0.2, clamp: Infinity });
    const style = styledLayer(r, ' of style', r.input('y', [2, 2, 1]), {});
    r.graph.output('a', style.styled);
    const normalised = apply1(r.graph, 'instance_norm', [x], { epsilon: 1e-5 });
    r.graph.output('b', apply1(r.graph, 'modulate', [normalised, style.x], {}));
  });
  assert.is(fuse(nested.graph, nativeForms).length, 4);
});

test('a state that is repeated, and a gradient that is a state, are read before they change', () => {
  const one = new Graph(1);
  const state = one.state('state', [2, 3, 4]);
  const repeated = apply1(one, 'repeat', [state], {});
  apply(one, 'sphere', [state, one.input('radius', [2, 1, 1])], {});
  one.output('y', styledLayer(one, '', repeated, {}).styled);
  assert.equal(names(fuse(one, nativeForms)), ['repeat', 'sphere', 'bias_act', 'instance_norm', 'modulate']);
  const { graph } = build((r) => {
    const y = r.input('y', [2, 3, 4]);
    const layer = styledLayer(r, '', y, {});
    const seed = r.graph.state('seed', [2, 3, 4]);
    r.graph.output('styled', layer.styled);
    r.graph.output('sums', backward(r.graph, [{ output: layer.styled, seed }], layer.inputs)[0]!);
    apply(r.graph, 'sphere', [seed, r.input('radius', [2, 1, 1])], {});
    r.graph.output('gradient', backward(r.graph, [{ output: layer.styled, seed }], [y])[0]!);
  });
  const sums = names(fuse(graph, nativeForms)).filter((name) => name.endsWith('sums'));
  assert.is(sums.length, 2, 'the new gradient has sums of its own');
});

for (const [engine, table] of Object.entries(forms)) {
  test(`${engine}: random graphs keep their values, and use no form that the engine has not`, () => {
    const found = new Map<string, number>();
    for (let i = 0; i < 200; i++) {
      const random = new RandomGraph(`fuse ${i}`);
      const { y, wrt } = randomMaps(random, `fuse ${i}`);
      withGradients(random, y, wrt);
      const program = fuse(random.graph, table);
      for (const op of program) {
        if (op.op !== 'fused') continue;
        const name = names([op])[0];
        found.set(name, (found.get(name) ?? 0) + 1);
        const [, , h, w] = op.outputs[0].shape;
        assert.ok(hasForm(table, op.core, op.read.form, writeName(op.write), h * w), `graph ${i}: ${name}`);
      }
      const plain = runProgram(random.graph, random.graph.ops, random.values);
      const fused = runProgram(random.graph, program, random.values);
      for (const [name, tensor] of random.graph.outputs) {
        const [expected, values] = [plain.get(tensor)!, fused.get(tensor)!];
        const scale = Math.sqrt(expected.reduce((sum, v) => sum + v * v, 0)) + 1e-3;
        const error = Math.sqrt(expected.reduce((sum, v, at) => sum + (v - values[at]) ** 2, 0));
        // Where a map has one pixel, instance norm leaves the rounding of float64 over √ε.
        assert.ok(error <= 1e-9 * scale, `graph ${i}, ${name}: off by ${error} of ${scale}`);
      }
    }
    if (engine === 'plain') return;
    const parts = [...found].filter(([name]) => /styled|sum|gradient|scaled|activated/.test(name));
    const least = engine === 'native' ? LEAST_NATIVE : 7;
    assert.ok(parts.length >= least, `only ${parts.map(([name]) => name)}: the graphs test little`);
  });
}

test.run();
