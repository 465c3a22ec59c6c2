// The native kernels over planar maps, channel by channel (native/kernels/channels.h), called as a program's only step.

import * as assert from 'uvu/assert';
import type { AddonStep } from '../../dist/engine/native/addon.js';
import { loadAddon } from '../../dist/node/native.js';
import { engineSuite, engines } from '../engines.js';
import { normals } from '../random.js';
import { mismatch } from './conformance.js';

const EPSILON = 1e-5;
const SLOPE = 0.2;
/** Lower than some values of a normal distribution about ½, and higher than others. */
const CLAMP = 0.8;

type Values = Readonly<Record<string, Float32Array>>;

/** A kernel: its inputs by the floats that each has, the floats of y, and y in float64. */
interface Definition {
  readonly inputs: (channels: number, pixels: number) => Readonly<Record<string, number>>;
  readonly outputs?: (channels: number, pixels: number) => number;
  readonly reference: (values: Values, channels: number, pixels: number) => number[];
}

function perPixel(
  channels: number,
  pixels: number,
  value: (channel: number, at: number, pixel: number) => number,
): number[] {
  return Array.from({ length: channels * pixels }, (_, at) => value(Math.floor(at / pixels), at, at % pixels));
}

const channelOf = (values: Float32Array, channel: number, pixels: number) =>
  Array.from(values.subarray(channel * pixels, (channel + 1) * pixels));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function statistics(x: readonly number[]): { mean: number; inverse: number } {
  const centre = mean(x);
  return { mean: centre, inverse: 1 / Math.sqrt(mean(x.map((value) => (value - centre) ** 2)) + EPSILON) };
}

const map = (channels: number, pixels: number) => channels * pixels;

const definitions: Readonly<Record<string, Definition>> = {
  repeat: { inputs: (c, p) => ({ x: map(c, p) }), reference: ({ x }) => [...x] },
  add_noise: {
    inputs: (c, p) => ({ x: map(c, p), noise: p, noiseWeight: c }),
    reference: ({ x, noise, noiseWeight }, c, p) =>
      perPixel(c, p, (channel, at, pixel) => x[at] + noiseWeight[channel] * noise[pixel]),
  },
  bias_act: {
    inputs: (c, p) => ({ x: map(c, p), bias: c }),
    reference: ({ x, bias }, c, p) =>
      perPixel(c, p, (channel, at) => {
        const value = x[at] + bias[channel];
        return Math.min(CLAMP, Math.max(-CLAMP, value > 0 ? value : value * SLOPE));
      }),
  },
  instance_norm: {
    inputs: (c, p) => ({ x: map(c, p) }),
    reference: ({ x }, c, p) =>
      Array.from({ length: c }, (_, channel) => channelOf(x, channel, p)).flatMap((values) => {
        const { mean: centre, inverse } = statistics(values);
        return values.map((value) => (value - centre) * inverse);
      }),
  },
  instance_norm_gradient: {
    inputs: (c, p) => ({ g: map(c, p), x: map(c, p) }),
    reference: ({ g, x }, c, p) =>
      Array.from({ length: c }, (_, channel) => channel).flatMap((channel) => {
        const values = channelOf(x, channel, p);
        const gradient = channelOf(g, channel, p);
        const { mean: centre, inverse } = statistics(values);
        const normed = values.map((value) => (value - centre) * inverse);
        const product = mean(normed.map((value, i) => value * gradient[i]));
        const plain = mean(gradient);
        return gradient.map((value, i) => (value - plain - normed[i] * product) * inverse);
      }),
  },
  modulate: {
    inputs: (c, p) => ({ x: map(c, p), style: 2 * c }),
    reference: ({ x, style }, c, p) =>
      perPixel(c, p, (channel, at) => (style[channel] + 1) * x[at] + style[c + channel]),
  },
  modulate_sums: {
    inputs: (c, p) => ({ g: map(c, p), x: map(c, p) }),
    outputs: (c) => 2 * c,
    reference: ({ g, x }, c, p) => {
      const sums = (value: (at: number) => number) =>
        Array.from(
          { length: c },
          (_, channel) => p * mean(Array.from({ length: p }, (_v, i) => value(channel * p + i))),
        );
      return [...sums((at) => g[at] * x[at]), ...sums((at) => g[at])];
    },
  },
  scale: {
    inputs: (c, p) => ({ x: map(c, p), factor: c }),
    reference: ({ x, factor }, c, p) => perPixel(c, p, (channel, at) => factor[channel] * x[at]),
  },
  scale_sums: {
    inputs: (c, p) => ({ g: map(c, p), x: map(c, p) }),
    outputs: (c) => c,
    reference: ({ g, x }, c, p) =>
      Array.from({ length: c }, (_, channel) =>
        Array.from({ length: p }, (_v, i) => channel * p + i).reduce((sum, at) => sum + g[at] * x[at], 0),
      ),
  },
  modulate_gradient: {
    inputs: (c, p) => ({ g: map(c, p), style: 2 * c }),
    reference: ({ g, style }, c, p) => perPixel(c, p, (channel, at) => (style[channel] + 1) * g[at]),
  },
};

/** Few, odd numbers, and enough that threads share the work. */
const SHAPES = [
  [1, 2],
  [3, 7],
  [17, 37],
  [5, 3300],
] as const;

for (const one of engines.filter(({ name }) => name === 'native')) {
  const suite = engineSuite(one, 'kernels over planar maps');
  for (const [kernel, { inputs, outputs = map, reference }] of Object.entries(definitions)) {
    for (const [channels, pixels] of SHAPES) {
      const sizes = inputs(channels, pixels);
      const names = Object.keys(sizes);
      const length = outputs(channels, pixels);
      const step = {
        kernel,
        buffers: Object.fromEntries([...names, 'y'].map((name, index) => [name, index])),
        sizes: { channels, pixels },
        values: { slope: SLOPE, epsilon: EPSILON, clamp: CLAMP },
      } as AddonStep;
      const buffers = [...names.map((name) => ({ size: sizes[name] })), { size: length }];
      const spec = { batch: 1, slots: [], buffers, steps: [step] };

      suite(`${kernel} ${channels}×${pixels}`, async () => {
        const { Program, machine } = loadAddon();
        const values: Values = Object.fromEntries(
          names.map((name) => [name, normals(`${kernel} ${name}`, sizes[name]).map((value) => value + 0.5)]),
        );
        const expected = reference(values, channels, pixels);
        for (const { name: isa } of machine().isas) {
          const results = [];
          for (const threads of [1, 3]) {
            const program = new Program({ ...spec, kernels: { isa, precision: 'f32' }, threads });
            names.forEach((name, index) => {
              program.write(index, values[name]);
            });
            await program.run(0, 1, 0, false);
            const y = new Float32Array(length);
            program.read(names.length, y);
            program.close();
            results.push(y);
          }
          const fault = mismatch(`${isa} y`, [1, 1, 1, length], results[0], Float64Array.from(expected), 2e-6);
          assert.is(fault, undefined, fault);
          assert.equal(results[1], results[0], 'threads');
        }
      });
      suite(`${kernel} ${channels}×${pixels}: every buffer is checked`, () => {
        const { Program } = loadAddon();
        buffers.forEach(({ size }, index) => {
          const short = buffers.map((buffer, i) => (i === index ? { size: size - 1 } : buffer));
          assert.throws(
            () => new Program({ ...spec, kernels: { isa: 'baseline', precision: 'f32' }, threads: 1, buffers: short }),
            /is too short|size of a buffer/,
          );
        });
      });
    }
  }
  suite.run();
}
