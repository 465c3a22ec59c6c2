import type { KernelFigures, KernelsReport } from '../kernels/kernels-report.js';

/** The same work in two reports. */
export interface KernelPair {
  readonly old: KernelFigures;
  /** Of another kernel where another one does that work now. */
  readonly new: KernelFigures;
}

/** Which kernels of two reports are to be compared. */
export interface Pairing {
  /** In the order of the newer report. */
  readonly pairs: readonly KernelPair[];
  readonly onlyOld: readonly KernelFigures[];
  readonly onlyNew: readonly KernelFigures[];
}

/**
 * Pairs kernels of the same name and shape; and of those that are left, the ones of the same shape where each report has just one:
 * there another kernel, a variant as a rule, has taken the place of the old one.
 */
export function pairKernels(old: KernelsReport, newer: KernelsReport): Pairing {
  const before = new Map(old.kernels.map((kernel) => [workOf(kernel), kernel]));
  const now = new Set(newer.kernels.map(workOf));
  const gone = old.kernels.filter((kernel) => !now.has(workOf(kernel)));
  const come = newer.kernels.filter((kernel) => !before.has(workOf(kernel)));
  // What only might run has not taken anything's place.
  const ofShape = (kernels: readonly KernelFigures[], shape: string) => {
    const found = kernels.filter((kernel) => kernel.shape === shape && !kernel.alternative);
    return found.length === 1 ? found[0] : undefined;
  };
  const pairs = newer.kernels.flatMap((kernel): KernelPair[] => {
    const same = before.get(workOf(kernel));
    if (same) return [{ old: same, new: kernel }];
    const replaced = ofShape(come, kernel.shape) === kernel && ofShape(gone, kernel.shape);
    return replaced ? [{ old: replaced, new: kernel }] : [];
  });
  const paired = new Set(pairs.flatMap((pair) => [pair.old, pair.new]));
  return {
    pairs,
    onlyOld: gone.filter((kernel) => !paired.has(kernel)),
    onlyNew: come.filter((kernel) => !paired.has(kernel)),
  };
}

/** What a kernel does in a step; no two of a report do the same. */
function workOf({ kernel, shape }: KernelFigures): string {
  return `${kernel} ${shape}`;
}
