import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ConvolutionName,
  type ConvolutionShape,
  chooseVariant,
  convolutionVariants,
} from '../../dist/engine/webgpu/convolution-variants.js';
import { conv3x3Blocks } from '../../dist/engine/webgpu/pack.js';
import {
  choose,
  type KernelDevice,
  kernelDevice,
  type MeasuredChoices,
  preferring,
  type Variant,
} from '../../dist/engine/webgpu/variants.js';

const test = suite('which kernel runs');

const shape: ConvolutionShape = { into: 64, out: 32, h: 16, w: 16, margin: 0, read: 'styled', bias: false };

/** A device as WebGPU describes it, with subgroups of the given sizes. */
function device(min: number, max: number, features: readonly string[], measured?: MeasuredChoices): KernelDevice {
  const adapterInfo = { subgroupMinSize: min, subgroupMaxSize: max };
  const limits = { maxComputeWorkgroupStorageSize: 16_384 };
  return kernelDevice({ features: new Set(features), limits, adapterInfo }, measured);
}

const kernelOf = (one: KernelDevice, name: ConvolutionName = 'conv3x3') => chooseVariant(name, shape, one).kernel;

test('the broadcast kernels are for devices whose subgroups are always of 8', () => {
  assert.is(kernelOf(device(8, 8, ['subgroups'])), 'conv3x3_broadcast');
  assert.is(kernelOf(device(8, 8, [])), 'conv3x3_tiled');
  assert.is(kernelOf(device(8, 32, ['subgroups'])), 'conv3x3_tiled');
  assert.is(kernelOf(device(32, 32, ['subgroups'])), 'conv3x3_tiled');
  assert.is(kernelOf(device(8, 8, ['subgroups']), 'conv_up'), 'conv_up_broadcast');
  assert.is(kernelOf(device(32, 32, []), 'conv_down'), 'conv_down_tiled');
  assert.is(kernelOf(device(8, 8, ['subgroups']), 'conv1x1'), 'conv1x1');
});

test('a kernel that was measured to be fastest goes first, where the device supports it', () => {
  const asked: unknown[] = [];
  const measured: MeasuredChoices = (...question) => {
    asked.push(question);
    return 'conv3x3_tiled';
  };
  assert.is(kernelOf(device(8, 8, ['subgroups'], measured)), 'conv3x3_tiled');
  assert.equal(asked, [['conv3x3', shape, ['conv3x3_broadcast', 'conv3x3_tiled']]]);
  // What a table says of another device, or of kernels that are gone, is passed over.
  const other = preferring(['conv3x3_broadcast', 'conv3x3_of_old']);
  assert.is(kernelOf(device(32, 32, ['subgroups'], other)), 'conv3x3_tiled');
  assert.is(kernelOf(device(8, 8, ['subgroups'], preferring(['conv_up_tiled']))), 'conv3x3_broadcast');
});

test('a new kernel is one entry in a table', () => {
  const halves: Variant<ConvolutionShape> = {
    kernel: 'conv3x3_halves',
    supports: ({ f16 }, { into }) => f16 && into >= 64,
    tile: () => ({ side: 8 }),
    pack: conv3x3Blocks,
    dispatch: ({ w }, { side }) => ({ overrides: { SIDE: side }, groups: [w / side, 1] }),
  };
  const variants = [halves, ...convolutionVariants.conv3x3];
  const chosen = (one: ConvolutionShape, features: string[]) =>
    choose(variants, 'conv3x3', one, device(32, 32, features)).kernel;
  assert.is(chosen(shape, ['shader-f16']), 'conv3x3_halves');
  assert.is(chosen({ ...shape, into: 3 }, ['shader-f16']), 'conv3x3_tiled');
  assert.is(chosen(shape, []), 'conv3x3_tiled');
  assert.throws(() => choose([halves], 'conv3x3', shape, device(32, 32, [])), /conv3x3: no kernel runs/);
});

test('no two variants share a kernel', () => {
  const kernels = Object.values(convolutionVariants).flatMap((variants) => variants.map(({ kernel }) => kernel));
  assert.is(new Set(kernels).size, kernels.length);
});

test.run();
