import type { Core, CoreName, Read, Write } from './fused-op.js';
import { coreName } from './fused-op.js';
import type { JoinedForm } from './joined-op.js';

/**
 * How a kernel writes, as an engine's table says it: `sums` is `summed`, and `scaled sums` `scaled`, without the map itself;
 * `rates` behind either of the former two is with rates; `summed back` is with a gradient that goes back through its layer, and
 * `scaled back` with one that goes back through an activation.
 */
export type WriteName =
  | Write['form']
  | 'sums'
  | 'summed rates'
  | 'sums rates'
  | 'summed back'
  | 'scaled sums'
  | 'scaled back';

/** A way to read and a way to write, and the most pixels of the map that is written for which that form is there; any, if not said. */
export type Form = readonly [Read['form'], WriteName, number?];

/**
 * The kernels over maps that an engine has: for each core the ways in which it can read and write, and whether all pairs of
 * them are there. Every engine has all cores with a plain read and a plain write. And the groups of small ops that it runs
 * together.
 */
export type FusedForms = Readonly<Record<CoreName, readonly Form[]>> & { readonly joined: readonly JoinedForm[] };

/** All pairs of some ways to read and some ways to write, for maps of at most `pixels`. */
export function allForms(reads: readonly Read['form'][], writes: readonly WriteName[], pixels?: number): Form[] {
  return reads.flatMap((read) =>
    writes.map((write): Form => (pixels === undefined ? [read, write] : [read, write, pixels])),
  );
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
  'conv_up blurred': [],
  joined: [],
};

/**
 * Whether an engine has a kernel of that form.
 *
 * @param pixels of the map that it writes
 */
export function hasForm(forms: FusedForms, core: Core, read: Read['form'], write: WriteName, pixels = 0): boolean {
  return forms[coreName(core)].some(([r, w, most = pixels]) => r === read && w === write && pixels <= most);
}

export function writeName(write: Write): WriteName {
  if (write.form === 'summed') {
    if (write.back) return 'summed back';
    const name = write.y ? 'summed' : 'sums';
    return write.rates ? `${name} rates` : name;
  }
  if (write.form === 'scaled' && write.y) return write.back ? 'scaled back' : 'scaled';
  if (write.form === 'scaled') return 'scaled sums';
  return write.form;
}
