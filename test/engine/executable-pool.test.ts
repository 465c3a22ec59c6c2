// The pool on an engine that only counts.

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine, Executable } from '../../dist/engine/engine.js';
import { ExecutablePool } from '../../dist/engine/executable-pool.js';
import type { Graph } from '../../dist/graph/graph.js';

/** Compiles nothing; `open` are the batches of the executables that were not closed. */
function countingEngine(memory = Number.POSITIVE_INFINITY) {
  const open: number[] = [];
  const compile = async (graph: Graph) => {
    if (open.length >= memory) throw new Error('too little memory');
    open.push(graph.batch);
    return { close: () => void open.splice(open.indexOf(graph.batch), 1) } as unknown as Executable;
  };
  return { open, pool: new ExecutablePool({ compile } as unknown as Engine, 'faces') };
}

const nothing = () => undefined;
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('an executable is lent to one user at a time, and again when it is free', async () => {
  const { open, pool } = countingEngine();
  const first = await pool.lease('a', 1, nothing);
  const second = await pool.lease('a', 1, nothing);
  assert.is.not(first.executable, second.executable);
  first.release();
  const third = await pool.lease('a', 1, nothing);
  assert.is(third.executable, first.executable);
  assert.is(open.length, 2);
});

test('three idle ones are kept, the least recently used is closed', async () => {
  const { open, pool } = countingEngine();
  for (const batch of [1, 2, 3]) await pool.use(`${batch}`, batch, nothing, async () => undefined);
  await pool.use('1', 1, nothing, async () => undefined);
  await pool.use('4', 4, nothing, async () => undefined);
  await settled();
  assert.equal(
    open.sort((a, b) => a - b),
    [1, 3, 4],
  );
});

test('where memory is short, what is idle makes room; what is lent does not', async () => {
  const { open, pool } = countingEngine(1);
  await pool.use('1', 1, nothing, async () => undefined);
  const { release } = await pool.lease('2', 2, nothing);
  assert.equal(open, [2]);
  let message = '';
  await pool.lease('3', 3, nothing).catch((error: Error) => {
    message = error.message;
  });
  assert.is(message, 'too little memory');
  release();
  await pool.use('2', 2, nothing, async () => undefined);
  assert.equal(open, [2], 'a failure leaves the others alone');
});

test('a closed pool closes all, also what is lent, and lends no more', async () => {
  const { open, pool } = countingEngine();
  await pool.lease('a', 1, nothing);
  await pool.use('b', 2, nothing, async () => undefined);
  pool.close();
  await settled();
  assert.equal(open, []);
  let message = '';
  await pool.lease('a', 1, nothing).catch((error: Error) => {
    message = error.message;
  });
  assert.match(message, /^faces: this generator was closed/);
});

test.run();
