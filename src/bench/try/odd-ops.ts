// The ops at which a kernel is checked: those of small networks of odd widths, and the same at other sizes.

import type { Dispatch } from '../../engine/webgpu/dispatch.js';
import { webGpuForms } from '../../engine/webgpu/forms.js';
import { lower } from '../../engine/webgpu/lower.js';
import type { KernelDevice } from '../../engine/webgpu/variants.js';
import { apply } from '../../graph/build.js';
import { plainForms } from '../../graph/fuse/forms.js';
import { fuse } from '../../graph/fuse/fuse.js';
import { fusedOp, type ProgramOp } from '../../graph/fuse/fused-op.js';
import { withTensors } from '../../graph/fuse/program.js';
import { Graph, shapeText, type Tensor } from '../../graph/graph.js';
import type { OpAttributes, OpName } from '../../graph/ops.js';
import { readStyleGan1 } from '../../model/read-stylegan1.js';
import { readStyleGan2 } from '../../model/read-stylegan2.js';
import { momentsOf } from '../../pulse/step.js';
import { randomStyleGan1, randomStyleGan2 } from '../random-weights.js';
import { searchStep } from '../search-step.js';
import type { Contract } from './contract.js';
import { oddConvolutions } from './odd-convolutions.js';
import { largeStyledOps } from './odd-styled.js';

/** Small networks: the side of their pictures, the channels of all their maps, the numbers in a row of w. */
const SMALL = [
  { resolution: 16, channels: 13, latentSize: 33 },
  { resolution: 8, channels: 21, latentSize: 70 },
] as const;
const TARGET = 4;
/** By how much the rows and columns of a map are changed: a little, and so that reductions take several tiles. */
const STRETCHES = [
  [1, -1],
  [51, 45],
] as const;

/** The ops at which a contract is checked. */
export function oddOps(contract: Contract, device: KernelDevice): ProgramOp[] {
  const seen = new Set<string>();
  return candidates(contract).filter((op) => {
    const launches = lower(op, device).flatMap((dispatch) => contract.launch(op, dispatch) ?? []);
    const key = JSON.stringify(launches.map(({ overrides, bindings }) => [overrides, boundIn(bindings)]));
    if (launches.length === 0 || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What makes two launches different beside their overrides: inputs that are there or not, tables, sizes that are data, packing. */
function boundIn(bindings: Dispatch['bindings']): string[] {
  return Object.values(bindings).map((one) => {
    if (one.kind === 'tensors') return one.tensors.map(({ shape }) => shapeText(shape)).join();
    return one.kind === 'table' ? one.key : one.kind === 'weight' ? one.weight.key : one.kind;
  });
}

/** Made when they are first asked for: two networks of each kind, forward and backward. */
let ofSteps: readonly ProgramOp[] | undefined;

function candidates({ convolution }: Contract): readonly ProgramOp[] {
  if (convolution) return oddConvolutions(convolution);
  ofSteps ??= manyOps();
  return ofSteps;
}

function manyOps(): ProgramOp[] {
  const [first, ...rest] = SMALL.map(stepOps);
  const plain = [...first, ...others()];
  const other = STRETCHES.flatMap((by) => plain.map((op) => stretched(op, by)));
  return [...plain, ...rest.flat(), ...other.filter((op) => op !== undefined), ...largeStyledOps()];
}

/** The ops of search steps of both kinds of networks, fused and not. */
function stepOps({ resolution, channels, latentSize }: (typeof SMALL)[number]): ProgramOp[] {
  const widths = { fmapBase: channels * resolution, fmapMax: channels, latentSize };
  const networks = [
    readStyleGan1('small', randomStyleGan1(resolution, widths), 1e-5),
    readStyleGan2('small', randomStyleGan2(resolution, widths), {}),
  ];
  return networks.flatMap((network) => {
    const graph = searchStep({ name: 'small', network, targetSize: TARGET }, 1);
    return [webGpuForms, plainForms].flatMap((forms) => fuse(graph, forms));
  });
}

/** What such a step does not have: other optimisers and losses, and ops of networks that are not searched. */
function others(): ProgramOp[] {
  const graph = new Graph(1);
  const add = <N extends OpName>(op: N, inputs: readonly (Tensor | undefined)[], attrs: OpAttributes[N]) => {
    apply(graph, op, inputs, attrs);
  };
  const map = (name: string) => graph.input(name, [3, 5, 7]);
  const [x, g, one] = [map('x'), map('g'), graph.input('one', [1, 1, 1])];
  for (const kind of ['sgd', 'sgdm', 'adam', 'adamax'] as const) {
    const states = ['parameter', ...momentsOf[kind]].map((name) => graph.state(`${kind}.${name}`, [3, 5, 7]));
    add('optimise', [states[0], g, ...states.slice(1)], { kind });
  }
  add('pixel_loss', [x, g], { term: 'L1' });
  add('pixel_loss_gradient', [one, x, g], { term: 'L1' });
  add('pixel_norm', [x], {});
  add('pixel_norm_gradient', [g, x], {});
  add('fill', [], { value: 0.75, shape: [3, 5, 7] });
  const coefficients = graph.input('coefficients', [3, 3, 1]);
  const y = graph.temp([1, 3, 5, 7], 'y');
  const [moments, sums] = [graph.input('moments', [2, 3, 1]), graph.input('sums', [2, 3, 1])];
  const gradient = fusedOp(
    { kind: 'none' },
    {
      form: 'gradient',
      source: { kind: 'stored', g },
      x,
      coefficients,
      moments,
      sums,
      rates: graph.input('rates', [3, 4, 1]),
      slope: 0.2,
    },
    { form: 'plain', y },
  );
  const summed = fusedOp(
    { kind: 'none' },
    { form: 'plain', x: g },
    {
      form: 'summed',
      x,
      moments,
      sums: graph.temp([1, 2, 3, 1], 'sums of g'),
      rates: { coefficients, made: graph.temp([1, 3, 4, 1], 'rates of g') },
    },
  );
  // Of so much work for so few pixels that workgroups share the input channels.
  const split = fusedOp(
    { kind: 'conv3x3', adjoint: false, weight: graph.constant('weight', [48, 128, 3, 3]) },
    { form: 'plain', x: graph.input('map', [128, 23, 22]) },
    { form: 'plain', y: graph.temp([1, 48, 23, 22], 'convolved') },
  );
  const styledMap = fusedOp({ kind: 'none' }, { form: 'styled', x, coefficients }, { form: 'plain', y });
  return [...(graph.ops as ProgramOp[]), styledMap, gradient, summed, split];
}

/** An op over maps of h × w at other sizes; undefined for one that has no maps, or maps whose sizes hang together. */
function stretched(op: ProgramOp, [down, across]: readonly [number, number]): ProgramOp | undefined {
  if (op.op === 'joined' || op.op === 'bicubic' || op.op === 'geocross' || op.op === 'geocross_gradient')
    return undefined;
  const weight = op.op === 'fused' && 'weight' in op.core ? op.core.weight : undefined;
  const tensors = [...new Set([...op.inputs, ...op.outputs])].filter((tensor) => tensor !== undefined);
  const maps = tensors.filter(({ shape: [, , h, w] }) => h > 1 && w > 1).filter((tensor) => tensor !== weight);
  if (maps.length === 0) return undefined;
  const [h, w] = [2, 3].map((axis) => Math.min(...maps.map(({ shape }) => shape[axis])));
  // Of maps twice as large each row more is two.
  const times = (side: number, small: number) => Math.max(1, Math.floor(side / small));
  const copies = tensors.map((tensor): [Tensor, Tensor] => {
    if (!maps.includes(tensor)) return [tensor, tensor];
    const [n, c, rows, columns] = tensor.shape;
    const shape = [n, c, rows + down * times(rows, h), columns + across * times(columns, w)] as const;
    return [tensor, { ...tensor, shape }];
  });
  return withTensors(op, new Map(copies));
}
