/** Which tensors are stored in half with `--precision f16`, and what their kernels are told; runs without an engine. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { benchShapes, searchStep, shapedModel } from '../../dist/bench/search-step.js';
import { assembleKernel } from '../../dist/engine/webgpu/assemble.js';
import { dtypeBehind } from '../../dist/engine/webgpu/dispatch.js';
import { webGpuForms } from '../../dist/engine/webgpu/forms.js';
import { withHalfMaps } from '../../dist/engine/webgpu/half-maps.js';
import { Kernels } from '../../dist/engine/webgpu/kernels.js';
import { trafficOf } from '../../dist/engine/webgpu/launches.js';
import { lower } from '../../dist/engine/webgpu/lower.js';
import { webGpuProgram } from '../../dist/engine/webgpu/program.js';
import { storageOf } from '../../dist/engine/webgpu/storage.js';
import { plainForms } from '../../dist/graph/fuse/forms.js';
import { programOf } from '../../dist/graph/fuse/program.js';
import type { Tensor } from '../../dist/graph/graph.js';
import { planMemory } from '../../dist/graph/plan.js';
import { readShaders } from '../../dist/node/paths.js';
import { conformanceCases } from './conformance.js';

const test = suite('maps in half');

const shaders = await readShaders();
const kernels = new Kernels(shaders);
const device = { subgroups: [32, 32] as const, f16: true, workgroupMemory: 16_384, measured: () => undefined };

const steps = benchShapes
  .filter(({ resolution }) => resolution === 1024)
  .map((shape) => searchStep(shapedModel(shape), 1, 'f16'));

const dispatchesOf = ({ ops }: ReturnType<typeof programOf>) => ops.flatMap((op) => lower(op, device));

test('a step keeps all maps and weights of convolutions in half, and pictures, noise, styles, sums and states in float32', () => {
  for (const step of steps) {
    const { graph, ops } = webGpuProgram(step, 'f16');
    for (const { kind, name, dtype } of graph.tensors) {
      if (kind === 'state' || kind === 'input') assert.is(dtype, 'f32', name);
    }
    const made = new Set<Tensor>(ops.flatMap((op) => op.outputs));
    for (const { shape, dtype } of made) {
      const [, c, h, w] = shape;
      const isMap = c > 3 && w > 1 && h > 2;
      assert.is(dtype, isMap ? 'f16' : 'f32', shape.join('×'));
    }
  }
});

test('memory and traffic are counted as they are: nearly half of those of float32', () => {
  for (const step of steps) {
    const [whole, half] = (['f32', 'f16'] as const).map((precision) => {
      const program = webGpuProgram(step, precision);
      const slots = planMemory(program.ops, new Set(program.graph.outputs.values())).slots;
      const traffic = dispatchesOf(program).reduce((bytes, dispatch) => bytes + trafficOf(dispatch, 1), 0);
      return { slots: slots.reduce((a, b) => a + b), traffic };
    });
    assert.ok(half.slots < 0.6 * whole.slots, `${half.slots} of ${whole.slots} bytes`);
    assert.ok(half.traffic < 0.6 * whole.traffic, `${half.traffic} of ${whole.traffic} bytes`);
  }
});

test('every kernel is given what it declares, whatever is fused; where convolutions write half, they read it', () => {
  for (const graph of [...steps, ...conformanceCases().map(({ build }) => build(2).graph)]) {
    for (const forms of [webGpuForms, plainForms]) {
      for (const dispatch of dispatchesOf(withHalfMaps(programOf(graph, forms)))) {
        const { declarations } = kernels.get(dispatch.kernel);
        const { stored, others } = storageOf(dispatch, declarations);
        // Tiles in workgroup memory are of one type. (To-RGB has pictures on one side, and its gradient may be made where it is read.)
        const ofPictures = dispatch.bindings.pointwise !== undefined && dispatch.bindings.pointwise.kind !== 'none';
        // Parts are float32, whatever is added up.
        const inParts = (dispatch.overrides.SPLIT ?? 1) > 1;
        if (/^conv(3x3|_)/.test(dispatch.kernel) && !ofPictures && !inParts)
          assert.equal(others, [], `${dispatch.kernel}, which stores ${stored}`);
      }
    }
  }
});

test('half where float32 is declared, and results of two types, are refused', () => {
  const tensor = (dtype: 'f32' | 'f16') => ({ id: 0, name: 'x', shape: [1, 1, 1, 1], dtype, kind: 'temp' }) as const;
  const bind = (dtype: 'f32' | 'f16') => ({ kind: 'tensor', tensor: tensor(dtype) }) as const;
  const dispatch = { kernel: 'k', overrides: {}, groups: [1, 1], flop: 0 } as const;
  const binding = (name: string, access: 'read' | 'read_write', stored: boolean) => ({
    name,
    binding: 0,
    access,
    stored,
  });
  const declarations = {
    bindings: [binding('x', 'read', true), binding('y', 'read_write', true), binding('sums', 'read_write', false)],
    overrides: [],
    derived: [],
    workgroup: [],
  };
  const storage = (x: 'f32' | 'f16', y: 'f32' | 'f16', sums: 'f32' | 'f16') =>
    storageOf({ ...dispatch, bindings: { x: bind(x), y: bind(y), sums: bind(sums) } }, declarations);
  assert.equal(storage('f16', 'f16', 'f32'), { stored: 'f16', others: [] });
  assert.equal(storage('f16', 'f32', 'f32'), { stored: 'f32', others: ['x'] });
  assert.throws(() => storage('f16', 'f16', 'f16'), /k: sums is f32, and was given f16/);
  assert.is(dtypeBehind({ kind: 'none' }), undefined);
});

test('what a kernel reads in another type than it writes is declared so, and no line moves', () => {
  const texts = {
    'lib/prelude-f32': 'alias Stored = f32;',
    'lib/prelude-f16': 'enable f16;\nalias Stored = f16;',
    'lib/prelude-reads-f16': 'enable f16;',
    kernel: 'var<storage, read> x: array<Stored>;\nvar<storage, read> w: array<Stored4>;\nfn main() {}',
  };
  const text = (stored: 'f32' | 'f16', others: string[]) => assembleKernel(texts, 'kernel', { stored, others }).code;
  assert.match(text('f16', []), /^enable f16;\nalias Stored = f16;\nvar<storage, read> x: array<Stored>;/);
  assert.match(text('f32', ['x', 'w']), /^enable f16;\nalias Stored = f32;\n.*x: array<f16>;\n.*w: array<vec4<f16>>;/);
  assert.match(text('f16', ['x']), /^enable f16;\nalias Stored = f16;\n.*x: array<f32>;\n.*w: array<Stored4>;/);
});

test.run();
