// The loops of a listing, and how often each is gone through.

import type { Listing, Operation } from './listing.js';

/** A loop: the instructions from its head to the last branch back to it, both included. Loops are disjoint or nested. */
export interface Loop {
  readonly start: number;
  readonly end: number;
  readonly inner: readonly Loop[];
}

/**
 * The outermost loops. Compilers of shaders lay out structured code in its order, so that a loop is what lies between a
 * label and the last branch back to it.
 */
export function findLoops({ instructions, labels }: Listing): Loop[] {
  // By label, not by place: two loops may begin at the same instruction.
  const spans = new Map<string, { start: number; end: number }>();
  instructions.forEach(({ operations: [{ name, args }] }, index) => {
    const label = args[args.length - 1];
    const start = /^s_c?branch/.test(name) ? labels.get(label) : undefined;
    if (start !== undefined && start <= index) spans.set(label, { start, end: index });
  });
  const outermost: { start: number; end: number; inner: Loop[] }[] = [];
  const open: typeof outermost = [];
  for (const { start, end } of [...spans.values()].sort((a, b) => a.start - b.start || b.end - a.end)) {
    while (open.length > 0 && open[open.length - 1].end < start) open.pop();
    const loop = { start, end, inner: [] };
    for (const around of open) around.end = Math.max(around.end, end);
    (open[open.length - 1]?.inner ?? outermost).push(loop);
    open.push(loop);
  }
  return outermost;
}

/** The indices of a loop's own instructions, without those of loops in it. */
export function ownIndices({ start, end, inner }: Loop): number[] {
  const isOwn = (index: number) => inner.every((loop) => index < loop.start || index > loop.end);
  return Array.from({ length: end - start + 1 }, (_, offset) => start + offset).filter(isOwn);
}

/**
 * How often a loop is gone through each time it is come to, on the average over a workgroup's waves; undefined where the
 * listing does not tell.
 *
 * A loop that counts has a register to which one instruction adds a constant, and a comparison of that register with a
 * constant: from `first` in steps of `step` to `bound`, it is gone through ⌈(bound − first) / step⌉ times. Where several
 * comparisons can end it (the compiler guards against endless loops with a count of its own), the least counts. `first` is a
 * constant; or, in a vector register, different in every lane: then the workgroup's invocations are taken to share the work,
 * so that with w waves wave j begins at j·step / w.
 */
export function tripsOf(listing: Listing, loop: Loop, waves: number): number | undefined {
  const counts = countersOf(listing, loop).flatMap((counter) => {
    const first = constantBefore(listing, counter.register, loop.start);
    return boundsOf(listing, loop, counter).map((bound) => {
      const trips = (from: number) => Math.ceil((bound - from) / counter.step);
      if (first !== undefined) return trips(first);
      if (!counter.register.startsWith('v') || Math.abs(counter.step) === 1) return Number.NaN;
      const all = Array.from({ length: waves }, (_, wave) => Math.max(0, trips((wave * counter.step) / waves)));
      return all.reduce((sum, one) => sum + one, 0) / waves;
    });
  });
  // What is tested at its end is gone through once at least.
  const known = counts.filter((count) => count >= 0).map((count) => Math.max(1, count));
  return known.length === 0 ? undefined : Math.min(...known);
}

interface Counter {
  readonly register: string;
  readonly step: number;
  /** The instruction that counts. */
  readonly at: number;
}

const ADD = /^(?:s_add_[ui]32|s_addk_i32|v_add_(?:nc_|co_)?[ui]32)(?:_e\d+)?$/;
const SUBTRACT = /^(?:s_sub_[ui]32|v_sub(?:rev)?_(?:nc_|co_)?[ui]32)(?:_e\d+)?$/;

/** Registers that a loop changes once, by a constant. */
function countersOf(listing: Listing, loop: Loop): Counter[] {
  const writes = new Map<string, number>();
  for (let index = loop.start; index <= loop.end; index++) {
    for (const operation of listing.instructions[index].operations) {
      for (const register of writtenBy(operation)) writes.set(register, (writes.get(register) ?? 0) + 1);
    }
  }
  return ownIndices(loop).flatMap((at) =>
    listing.instructions[at].operations.flatMap(({ name, args }) => {
      const sign = ADD.test(name) ? 1 : SUBTRACT.test(name) ? -1 : 0;
      const [register, ...read] = args;
      if (sign === 0 || writes.get(register) !== 1) return [];
      const others = name === 's_addk_i32' ? read : read.filter((one) => one !== register && one !== 'vcc');
      const itself = name === 's_addk_i32' || read.includes(register);
      const value = others.length === 1 && itself ? constant(listing, others[0], at) : undefined;
      return value === undefined || value === 0 ? [] : [{ register, step: sign * value, at }];
    }),
  );
}

const COMPARE = /^(?:s_cmpk?|v_cmpx?)_(lt|le|gt|ge|eq|lg|ne)_[ui]32(?:_e\d+)?$/;
/** The same comparison with its sides exchanged. */
const EXCHANGED: Readonly<Record<string, string>> = { lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' };

/** What the counter is compared with, as the first value with which the loop is not gone through again. */
function boundsOf(listing: Listing, loop: Loop, { register, step, at }: Counter): number[] {
  return ownIndices(loop).flatMap((index) => {
    const { name, args } = listing.instructions[index].operations[0];
    const relation = COMPARE.exec(name)?.[1];
    const sides = args.slice(-2);
    const side = sides.indexOf(register);
    const value = relation === undefined || side < 0 ? undefined : constant(listing, sides[1 - side], index);
    if (relation === undefined || value === undefined || !decides(listing, index)) return [];
    const ordered = side === 0 ? relation : (EXCHANGED[relation] ?? relation);
    // counter ≤ value and counter > value part at value + 1; the others at value.
    const bound = ordered === 'le' || ordered === 'gt' ? value + 1 : value;
    // A value from before it counts, looked at only after the work was done, is one step behind.
    const late = index < at && !branchesBetween(listing, index, at);
    return [late ? bound + step : bound];
  });
}

/** Scalar instructions that leave the result of a comparison (scc) as it is. */
const PASSES = /^s_(?:mov|load|buffer_load|wait|delay_alu|nop|clause|mul_i32|set_inst_prefetch|inst_prefetch|barrier)/;
/** Those that make a condition of it, or branch. */
const DECIDES = /^s_(?:cbranch_scc|cselect|mov|and|or)/;

/** Whether a comparison decides something. Half of a long count of the compiler's only carries into the other half. */
function decides({ instructions }: Listing, index: number): boolean {
  if (instructions[index].operations[0].name.startsWith('v_')) return true;
  const next = instructions.slice(index + 1).find(({ operations: [{ name, args }] }) => {
    return name.startsWith('s_') && (!PASSES.test(name) || args.includes('src_scc'));
  });
  return next !== undefined && DECIDES.test(next.operations[0].name);
}

function branchesBetween({ instructions }: Listing, from: number, to: number): boolean {
  return instructions.slice(from, to).some(({ operations: [{ name }] }) => /^s_c?branch/.test(name));
}

const MOVE = /^(?:s_mov_b32|s_movk_i32|s_mov_b64|v_mov_b32|v_dual_mov_b32)(?:_e\d+)?$/;

/** A number, or what a register holds before instruction `index`, if that is one. */
function constant(listing: Listing, operand: string, index: number): number | undefined {
  const value = Number(operand);
  return Number.isNaN(value) ? constantBefore(listing, operand, index) : value;
}

/** The constant that a register is given by the last instruction before `index` (in the layout) that writes it. */
function constantBefore({ instructions }: Listing, register: string, index: number): number | undefined {
  for (let at = index - 1; at >= 0; at--) {
    const writer = instructions[at].operations.find((operation) => writtenBy(operation).includes(register));
    if (writer === undefined) continue;
    const value = MOVE.test(writer.name) ? Number(writer.args[1]) : Number.NaN;
    return Number.isNaN(value) ? undefined : value;
  }
  return undefined;
}

/** Names of instructions that write no register, or none that counts. */
const WRITES_NOTHING = /^(?:s_cmp|s_bitcmp|s_c?branch|s_wait|s_barrier|s_nop|v_cmpx|\w+_store|ds_write)/;

/** The registers that an operation writes, one by one. */
function writtenBy({ name, args }: Operation): string[] {
  if (args.length === 0 || WRITES_NOTHING.test(name)) return [];
  const range = /^([sv])\[(\d+):(\d+)\]$/.exec(args[0]);
  if (range === null) return [args[0]];
  const [, kind, first, last] = range;
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, k) => `${kind}${Number(first) + k}`);
}
