import type { Core, CoreName, Read, Write } from './fused-op.js';
import { coreName } from './fused-op.js';
import type { JoinedForm } from './joined-op.js';

/**
 * How a kernel writes, as an engine's table says it: `sums` is `summed`, and `scaled sums` `scaled`, without the map itself;
 * `scaled back` is `scaled` with a map that goes back through an activation.
 */
export type WriteName = Write['form'] | 'sums' | 'scaled sums' | 'scaled back';

/**
 * The kernels over maps that an engine has: for each core the ways in which it can read and write, and whether all pairs of
 * them are there. Every engine has all cores with a plain read and a plain write. And the groups of small ops that it runs
 * together.
 */
export type FusedForms = Readonly<Record<CoreName, readonly (readonly [Read['form'], WriteName])[]>> & {
  readonly joined: readonly JoinedForm[];
};

/** All pairs of some ways to read and some ways to write. */
export function allForms(
  reads: readonly Read['form'][],
  writes: readonly WriteName[],
): (readonly [Read['form'], WriteName])[] {
  return reads.flatMap((read) => writes.map((write) => [read, write] as const));
}

/** Cores with plain reads and writes alone: nothing is fused. */
export const plainForms: FusedForms = {
  none: [],
  blur: [['plain', 'plain']],
  'blur adjoint': [['plain', 'plain']],
  conv1x1: [['plain', 'plain']],
  'conv1x1 adjoint': [['plain', 'plain']],
  conv3x3: [['plain', 'plain']],
  'conv3x3 adjoint': [['plain', 'plain']],
  conv_up: [['plain', 'plain']],
  'conv_up adjoint': [['plain', 'plain']],
  joined: [],
};

/** Whether an engine has a kernel of that form. */
export function hasForm(forms: FusedForms, core: Core, read: Read['form'], write: WriteName): boolean {
  return forms[coreName(core)].some(([r, w]) => r === read && w === write);
}

export function writeName(write: Write): WriteName {
  if (write.form === 'summed') return write.y ? 'summed' : 'sums';
  if (write.form === 'scaled' && write.y) return write.back ? 'scaled back' : 'scaled';
  if (write.form === 'scaled') return 'scaled sums';
  return write.form;
}
