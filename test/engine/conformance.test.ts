import * as assert from 'uvu/assert';
import type { Engine } from '../../dist/engine/engine.js';
import { apply, apply1 } from '../../dist/graph/build.js';
import { Graph } from '../../dist/graph/graph.js';
import { type HostTensor, hostTensor } from '../../dist/graph/host-tensor.js';
import { openWebGpu } from '../../dist/node/dawn.js';
import { engineSuite, engines, enginesInAllSets, openTestEngine, type TestEngine } from '../engines.js';
import { normals } from '../random.js';
import { batchFaults, type Case, conformanceCases, conformanceFaults } from './conformance.js';
import { joinedCases } from './joined-cases.js';
import { sharedOut } from './share.js';
import { fewTiledCases, tiledChoices } from './tiled.js';

let engine: Engine;

/** A suite that runs on an engine of its own. */
function suiteOn(one: TestEngine, name: string, open: () => Promise<Engine> = () => openTestEngine(one)) {
  const made = engineSuite(one, name);
  made.before(async () => {
    engine = await open();
  });
  made.after(() => engine.close());
  return made;
}

// Against the float64 reference; and a picture is the same, to the bit, in every batch and at every place.
for (const one of enginesInAllSets) {
  const conformance = suiteOn(one, 'conformance');
  const all = [...conformanceCases(), ...joinedCases()];
  const isShared = one.name === 'webgpu' && process.env.FACEWRIGHT_CASES !== 'all';
  for (const each of isShared ? sharedOut(all).some : all) conformance(each.name, () => conforms(each));
  conformance.run();
}

// Kernels for GPUs, whatever the adapter: on lavapipe the suites above ran others. (More: tiled.long.test.ts, passes.long.test.ts,
// forms.long.test.ts.)
for (const one of engines.filter(({ name }) => name === 'webgpu')) {
  const { adapter } = one.request;
  const tiled = suiteOn(one, 'tiled convolutions', () => openWebGpu({ adapter, measured: tiledChoices }));
  for (const each of fewTiledCases()) {
    tiled(each.name, () => conforms(each));
  }
  tiled.run();
}

/** Bytes that hold a picture of the cases below, and not all of a batch. */
const FEW_PICTURES = 2 ** 16;

// A batch that goes through the same memory chunk by chunk, with what lies together: as a whole, to the bit.
for (const one of engines.filter(({ name }) => name === 'webgpu')) {
  const { adapter } = one.request;
  const open = () => openWebGpu({ adapter, tuned: false, bindingLimit: FEW_PICTURES });
  const chunks = suiteOn(one, 'pictures in chunks', open);
  const names = /^updates adam|^losses GEOCROSS and L1|^three search steps, adam/;
  for (const each of [...conformanceCases(), ...joinedCases()].filter(({ name }) => names.test(name))) {
    chunks(each.name, () => conforms(each));
  }
  chunks.run();
}

async function conforms(each: Case): Promise<void> {
  const faults = [...(await conformanceFaults(engine, each)), ...(await batchFaults(engine, each))];
  assert.is(faults.length, 0, faults.join('\n'));
}

/** y = scale·x + shift, and a state `sum` to which every run adds x (sgd with the gradient −x at rate 1). */
function counter(scale: number, batch = 2) {
  const graph = new Graph(batch);
  const x = graph.input('x', [1, 2, 3]);
  graph.output('y', apply1(graph, 'affine', [x], { scale, shift: 1 }));
  const minus = apply1(graph, 'affine', [x], { scale: -1, shift: 0 });
  apply(graph, 'optimise', [graph.state('sum', [1, 2, 3]), minus], { kind: 'sgd' });
  return graph;
}

const filled = (value: number, length = 12) => new Float32Array(length).fill(value);

async function error(action: () => unknown): Promise<Error> {
  try {
    await action();
  } catch (thrown) {
    assert.instance(thrown, Error);
    return thrown as Error;
  }
  return assert.unreachable('expected an error') as never;
}

for (const one of engines) {
  const contract = suiteOn(one, 'the contract of an executable');

  contract('inputs, states and outputs can be read', async () => {
    const executable = await engine.compile(counter(2), new Map());
    executable.write('x', filled(3));
    executable.write('sum', filled(10));
    executable.run({ rate: 1 });
    const found = await executable.read(['y', 'x', 'sum']);
    assert.equal(found, { y: filled(7), x: filled(3), sum: filled(13) });
    assert.ok(executable.bytes >= 3 * 12 * 4, `${executable.bytes} bytes`);
    executable.close();
  });

  contract('what is written keeps its value from run to run, and the array may be used again at once', async () => {
    const executable = await engine.compile(counter(2), new Map());
    const values = filled(3);
    executable.write('x', values);
    values.fill(99);
    executable.write('sum', filled(0));
    for (let run = 0; run < 4; run++) executable.run({ rate: 1 });
    assert.equal(await executable.read(['x', 'sum']), { x: filled(3), sum: filled(12) });
    executable.close();
  });

  contract('runs, writes and reads take effect in the order of their calls', async () => {
    const executable = await engine.compile(counter(2), new Map());
    executable.write('sum', filled(0));
    const reads: Promise<Record<string, Float32Array>>[] = [];
    for (let run = 1; run <= 20; run++) {
      executable.write('x', filled(run));
      executable.run({ rate: 1 });
      reads.push(executable.read(['y', 'sum']));
    }
    executable.write('x', filled(-1));
    executable.write('sum', filled(-1));
    const found = await Promise.all(reads);
    found.forEach((values, index) => {
      const run = index + 1;
      assert.equal(values, { y: filled(2 * run + 1), sum: filled((run * (run + 1)) / 2) }, `after run ${run}`);
    });
    executable.close();
  });

  contract('every run has its own scalars', async () => {
    const executable = await engine.compile(counter(2), new Map());
    executable.write('x', filled(1));
    executable.write('sum', filled(0));
    for (const rate of [1, 10, 100]) executable.run({ rate });
    assert.equal((await executable.read(['sum'])).sum, filled(111));
    executable.close();
  });

  contract('an array that was read is not touched by later runs', async () => {
    const executable = await engine.compile(counter(2), new Map());
    executable.write('x', filled(1));
    executable.write('sum', filled(0));
    executable.run({ rate: 1 });
    const early = await executable.read(['sum']);
    executable.run({ rate: 1 });
    const late = await executable.read(['sum']);
    assert.equal([early.sum, late.sum], [filled(1), filled(2)]);
    executable.close();
  });

  contract('two executables do not disturb each other', async () => {
    const [two, five] = [await engine.compile(counter(2), new Map()), await engine.compile(counter(5, 1), new Map())];
    two.write('x', filled(1));
    two.write('sum', filled(0));
    five.write('x', filled(2, 6));
    five.write('sum', filled(0, 6));
    for (const executable of [two, five, two, two]) executable.run({ rate: 1 });
    const [first, second] = await Promise.all([two.read(['y', 'sum']), five.read(['y', 'sum'])]);
    assert.equal(first, { y: filled(3), sum: filled(3) });
    assert.equal(second, { y: filled(11, 6), sum: filled(2, 6) });
    two.close();
    five.run({ rate: 1 });
    assert.equal((await five.read(['sum'])).sum, filled(4, 6));
    five.close();
  });

  contract('executables that share a constant by its array outlive each other', async () => {
    const make = async (data: Float32Array) => {
      const graph = new Graph(1);
      const weight = graph.constant('weight', [2, 2, 1, 1]);
      graph.output('y', apply1(graph, 'conv', [graph.input('x', [2, 1, 1]), weight], { adjoint: false }));
      const executable = await engine.compile(graph, new Map([['weight', hostTensor([2, 2, 1, 1], data)]]));
      executable.write('x', Float32Array.of(1, 10));
      return executable;
    };
    const shared = Float32Array.of(1, 2, 3, 4);
    const [first, second] = [await make(shared), await make(shared)];
    const other = await make(Float32Array.of(5, 6, 7, 8));
    first.close();
    for (const executable of [second, other]) executable.run();
    assert.equal((await second.read(['y'])).y, Float32Array.of(21, 43));
    assert.equal((await other.read(['y'])).y, Float32Array.of(65, 87));
    second.close();
    other.close();
  });

  contract('unknown names and wrong lengths are errors that name them', async () => {
    const executable = await engine.compile(counter(2), new Map());
    executable.write('x', filled(3));
    executable.write('sum', filled(0));
    executable.run({ rate: 1 });
    assert.match((await error(() => executable.read(['y', 'nothing']))).message, /nothing/);
    assert.throws(() => executable.write('nothing', filled(1)), /nothing/);
    assert.throws(() => executable.write('y', filled(1)), /\by\b/);
    assert.throws(() => executable.write('x', filled(1, 11)), /\bx\b.*\b1[12]\b/);
    assert.throws(() => executable.write('sum', filled(1, 24)), /\bsum\b.*\b(12|24)\b/);
    executable.write('x', filled(4));
    executable.run({ rate: 1 });
    assert.equal((await executable.read(['y'])).y, filled(9), 'it goes on working');
    executable.close();
  });

  contract('constants are checked', async () => {
    const make = () => {
      const graph = new Graph(1);
      const weight = graph.constant('the weight', [2, 3, 1, 1]);
      graph.output('y', apply1(graph, 'conv', [graph.input('x', [3, 1, 1]), weight], { adjoint: false }));
      return graph;
    };
    const compile = (constants: [string, HostTensor][]) => () => engine.compile(make(), new Map(constants));
    assert.match((await error(compile([]))).message, /the weight/);
    const transposed = hostTensor([3, 2, 1, 1], filled(1, 6));
    assert.match((await error(compile([['the weight', transposed]]))).message, /the weight/);
    const short = hostTensor([2, 3, 1, 1], filled(1, 5));
    assert.match((await error(compile([['the weight', short]]))).message, /the weight/);
  });

  contract('a closed executable refuses work, and may be closed twice', async () => {
    const executable = await engine.compile(counter(2), new Map());
    executable.write('x', filled(1));
    executable.run({ rate: 1 });
    const inFlight = executable.read(['y']).then(
      ({ y }) => y[0],
      (thrown) => thrown,
    );
    executable.close();
    executable.close();
    assert.instance(await inFlight, Error, 'a read in flight ends with an error');
    assert.throws(() => executable.write('x', filled(1)));
    assert.throws(() => executable.run({ rate: 1 }));
    await error(() => executable.read(['y']));
  });

  contract('closing the engine closes its executables', async () => {
    const own = await openTestEngine(one);
    const executable = await own.compile(counter(2), new Map());
    own.close();
    assert.throws(() => executable.run({ rate: 1 }));
    own.close();
  });

  contract('a map of more than 65,535 workgroups is computed to its end', async () => {
    const graph = new Graph(1);
    const shape = [16, 1024, 1025] as const;
    const length = 16 * 1024 * 1025;
    graph.output('y', apply1(graph, 'affine', [graph.input('x', shape)], { scale: 2, shift: 0 }));
    const executable = await engine.compile(graph, new Map());
    const period = normals('workgroups', 4099);
    const x = Float32Array.from({ length }, (_, i) => period[i % period.length]);
    executable.write('x', x);
    executable.run();
    const { y } = await executable.read(['y']);
    assert.is(y.length, length);
    assert.is(
      y.findIndex((value, i) => value !== 2 * x[i]),
      -1,
    );
    executable.close();
  });

  contract('a profile names kernels and ops, and its run counts', async () => {
    const executable = await engine.compile(counter(2), new Map());
    executable.write('x', filled(1));
    executable.write('sum', filled(0));
    const times = await executable.profile({ rate: 1 });
    assert.is(times.length >= 3, true, `${times.length} kernels for 3 ops`);
    for (const { kernel, op, seconds, bytes } of times) {
      assert.ok(kernel && op && bytes > 0, `${kernel}, ${op}, ${bytes} bytes`);
      assert.ok(seconds >= 0 && seconds < 10, `${op} took ${seconds} s`);
    }
    assert.equal((await executable.read(['sum'])).sum, filled(1));
    executable.close();
  });

  contract.run();
}
