import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { apply, apply1 } from '../../dist/graph/build.js';
import { elements, Graph, type Op, type Tensor } from '../../dist/graph/graph.js';
import { type MemoryPlan, planMemory as planOps, withoutDeadOps } from '../../dist/graph/plan.js';
import { randomSource } from '../random.js';

/** The plan of a graph's living ops, and those. */
function planMemory(graph: Graph): MemoryPlan & { readonly ops: readonly Op[] } {
  const outputs = new Set(graph.outputs.values());
  const ops = withoutDeadOps(graph.ops, outputs);
  return { ops, ...planOps(ops, outputs) };
}

const affine = (graph: Graph, x: Tensor) => apply1(graph, 'affine', [x], { scale: 2, shift: 0 });

/**
 * Runs a plan with tensors' names for values: says where an op finds a slot overwritten, writes what it reads, or an
 * output is lost.
 */
function planFaults(graph: Graph, { ops, slotOf, slots }: ReturnType<typeof planMemory>): string[] {
  const faults: string[] = [];
  const held = new Map<number, Tensor>();
  const slotFor = (tensor: Tensor) => {
    const slot = slotOf.get(tensor);
    if (slot === undefined) faults.push(`${tensor.name} has no slot`);
    return slot;
  };
  for (const [index, { op, inputs, outputs }] of ops.entries()) {
    const read = new Set<number>();
    for (const input of inputs) {
      if (input?.kind !== 'temp') continue;
      const slot = slotFor(input)!;
      read.add(slot);
      if (held.get(slot) !== input)
        faults.push(`${op} (${index}) reads ${input.name}, overwritten by ${held.get(slot)?.name}`);
    }
    const written = new Set<number>();
    for (const output of outputs) {
      const slot = slotFor(output)!;
      if (read.has(slot)) faults.push(`${op} (${index}) writes ${output.name} to a slot that it reads`);
      if (written.has(slot)) faults.push(`${op} (${index}) writes slot ${slot} twice`);
      if (slots[slot] < 4 * elements(output.shape.slice(1))) faults.push(`${output.name} is larger than its slot`);
      written.add(slot);
      held.set(slot, output);
    }
  }
  for (const [name, output] of graph.outputs) {
    if (output.kind === 'temp' && held.get(slotFor(output)!) !== output) faults.push(`output ${name} is lost`);
  }
  return faults;
}

test('a chain of equal maps takes two slots in turn', () => {
  const graph = new Graph(1);
  let x = graph.input('x', [3, 4, 5]);
  for (let i = 0; i < 10; i++) x = affine(graph, x);
  graph.output('y', x);
  const plan = planMemory(graph);
  assert.equal(plan.slots, [240, 240]);
  assert.equal(planFaults(graph, plan), []);
});

test('slots are counted in bytes, per picture', () => {
  const graph = new Graph(7);
  graph.output('y', affine(graph, graph.input('x', [3, 4, 5])));
  assert.equal(planMemory(graph).slots, [240]);
});

test('an output keeps its slot to the end, wherever it was made', () => {
  const graph = new Graph(1);
  let x = affine(graph, graph.input('x', [3, 4, 5]));
  graph.output('early', x);
  for (let i = 0; i < 5; i++) x = affine(graph, x);
  graph.output('late', x);
  const plan = planMemory(graph);
  assert.is(plan.slots.length, 3);
  assert.equal(planFaults(graph, plan), []);
});

test('a tensor that is read again late is not overwritten in between', () => {
  const graph = new Graph(1);
  const first = affine(graph, graph.input('x', [3, 4, 5]));
  let x = first;
  for (let i = 0; i < 5; i++) x = affine(graph, x);
  graph.output('y', apply1(graph, 'add', [x, first], {}));
  assert.equal(planFaults(graph, planMemory(graph)), []);
});

test('inputs, constants and states have no slot', () => {
  const graph = new Graph(1);
  const x = graph.input('x', [2, 3, 3]);
  const state = graph.state('state', [2, 3, 3]);
  const y = apply1(graph, 'conv', [x, graph.constant('weight', [2, 2, 3, 3])], { adjoint: false });
  apply(graph, 'optimise', [state, y], { kind: 'sgd' });
  assert.equal([...planMemory(graph).slotOf.keys()], [y]);
});

test('ops without effect are dropped, and what only they read', () => {
  const graph = new Graph(1);
  const x = graph.input('x', [3, 4, 5]);
  const live = affine(graph, x);
  affine(graph, affine(graph, live));
  graph.output('y', affine(graph, live));
  const plan = planMemory(graph);
  assert.equal(plan.ops, [graph.ops[0], graph.ops[3]]);
  assert.is(plan.slotOf.size, 2);
});

test('ops that write a state are kept, in their order, with all that they read', () => {
  const graph = new Graph(1);
  const x = graph.input('x', [3, 4, 5]);
  const state = graph.state('state', [3, 4, 5]);
  apply(graph, 'optimise', [state, affine(graph, x)], { kind: 'sgd' });
  apply(graph, 'sphere', [state, graph.input('radius', [3, 1, 1])], {});
  assert.equal(planMemory(graph).ops, graph.ops);
});

test('an output of an op that nobody reads has a slot of its own while the op runs', () => {
  const graph = new Graph(1);
  const [value] = apply(graph, 'geocross', [graph.input('w', [3, 4, 1])], {});
  graph.output('value', value);
  const plan = planMemory(graph);
  assert.is(plan.slotOf.size, 2);
  assert.equal(planFaults(graph, plan), []);
});

/** Ops at random over tensors made before, of a few sizes; some tensors are outputs, many ops are dead. */
function randomGraph(key: string): Graph {
  const random = randomSource(key);
  const below = (bound: number) => Math.floor(random() * bound);
  const graph = new Graph(1 + below(3));
  const state = graph.state('state', [4, 1 + below(9), 1]);
  const known: Tensor[] = [state, graph.input('a', [4, 6, 1]), graph.input('b', [1, 5, 1])];
  const any = () => known[below(known.length)];
  const count = 1 + below(60);
  for (let i = 0; i < count; i++) {
    const x = any();
    const [, rows, size, last] = x.shape;
    const alike = known.filter((tensor) => tensor.shape.join() === x.shape.join());
    const choice = below(6);
    if (choice === 0) known.push(affine(graph, x));
    else if (choice === 1) known.push(apply1(graph, 'add', [x, alike[below(alike.length)]], {}));
    else if (choice === 2 && last === 1) known.push(...apply(graph, 'rows', [x], { count: rows }));
    else if (choice === 3 && size % 2 === 0)
      known.push(apply1(graph, 'bicubic', [x], { axis: 2, factor: 2, adjoint: false }));
    else if (choice === 4) known.push(...apply(graph, 'geocross', [known[below(3)]], {}));
    else if (x.shape.join() === state.shape.join()) apply(graph, 'optimise', [state, x], { kind: 'sgd' });
  }
  known.forEach((tensor, i) => {
    if (random() < 0.1) graph.output(`output ${i}`, tensor);
  });
  return graph;
}

/** The ops from which an output or a state can be reached, by following every path forward. */
function livingOps(graph: Graph): Set<unknown> {
  const outputs = new Set(graph.outputs.values());
  const living = new Set<unknown>();
  for (let before = -1; before !== living.size; ) {
    before = living.size;
    for (const op of graph.ops) {
      const isRead = op.outputs.some((tensor) =>
        graph.ops.some((reader) => living.has(reader) && reader.inputs.includes(tensor)),
      );
      if (isRead || op.writes.length > 0 || op.outputs.some((tensor) => outputs.has(tensor))) living.add(op);
    }
  }
  return living;
}

test('random graphs', () => {
  let shared = 0;
  for (let i = 0; i < 300; i++) {
    const graph = randomGraph(`plan ${i}`);
    const plan = planMemory(graph);
    assert.equal(planFaults(graph, plan), [], `graph ${i}`);
    const living = livingOps(graph);
    const kept = graph.ops.filter((op) => living.has(op));
    assert.is(plan.ops.length, kept.length, `graph ${i}: ops kept`);
    assert.ok(
      plan.ops.every((op, index) => op === kept[index]),
      `graph ${i}: order of ops`,
    );
    shared += plan.slotOf.size - plan.slots.length;
  }
  assert.ok(shared > 1000, `only ${shared} tensors share a slot: the graphs test nothing`);
});

test.run();
