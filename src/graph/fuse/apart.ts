import type { Shape, Tensor } from '../graph.js';
import { type Core, type FusedOp, fusedOp } from './fused-op.js';

/**
 * The same as several ops, for an engine without kernels for what only some have: a blur behind a convolution, a gradient that goes
 * back through its layer where it is made, and rates, which are left out: who reads them can read what they follow from.
 */
export function apart({ core, read, write }: FusedOp): readonly FusedOp[] {
  if (core.kind === 'conv_up' && core.blurred) {
    const [out] = core.weight.shape;
    const [n, , h, w] = read.x.shape;
    const y = temporary([n, out, 2 * (h + core.margin), 2 * (w + core.margin)], 'to be blurred');
    const blur: Core = { kind: 'blur', margin: core.margin, adjoint: false };
    return [
      ...apart(fusedOp({ ...core, blurred: false }, read, { form: 'plain', y })),
      ...apart(fusedOp(blur, { form: 'plain', x: y }, write)),
    ];
  }
  const reads = read.form === 'gradient' ? { ...read, rates: undefined } : read;
  if (write.form !== 'summed' || !write.back) {
    return [fusedOp(core, reads, write.form === 'summed' ? { ...write, rates: undefined } : write)];
  }
  const { back, x, moments, sums } = write;
  const isPass = core.kind === 'none' && read.form === 'plain';
  const g = isPass ? read.x : (write.y ?? temporary(x.shape, 'to go back'));
  const gradient = {
    form: 'gradient',
    source: { kind: 'stored', g },
    x,
    coefficients: back.coefficients,
    moments,
    sums,
    slope: back.slope,
  } as const;
  const blur: Core = { kind: 'blur', margin: 0, adjoint: false };
  return [
    fusedOp(core, reads, { form: 'summed', y: isPass ? write.y : g, x, moments, sums }),
    ...(back.y ? [fusedOp({ kind: 'none' }, gradient, { form: 'plain', y: back.y })] : []),
    ...(back.blurred ? [fusedOp(blur, gradient, { form: 'plain', y: back.blurred })] : []),
  ];
}

/** A tensor that no graph has. */
function temporary(shape: Shape, name: string): Tensor {
  return { id: -1, name, shape, dtype: 'f32', kind: 'temp' };
}
