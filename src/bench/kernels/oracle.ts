import type { Engine, Executable } from '../../engine/engine.js';
import { WebGpuExecutable } from '../../engine/webgpu/executable.js';
import { webGpuForms } from '../../engine/webgpu/forms.js';
import { ConstantStore } from '../../engine/webgpu/memory.js';
import type { ProgramOp } from '../../graph/fuse/fused-op.js';
import { isolate, type Program, programOf } from '../../graph/fuse/program.js';
import { ratesReadBy } from '../../graph/fuse/rates.js';
import { elements } from '../../graph/graph.js';
import { hostTensor } from '../../graph/host-tensor.js';
import { NormalSource } from '../../pulse/ziggurat.js';
import type { BenchDevice } from './bench-device.js';
import { benchScalars, positive, positiveIn } from './random-data.js';

/** What compiles a program: an engine, or a device that is measured. */
export type Compiler = Pick<Engine, 'compile'>;

/** Numbers by the names of their tensors. */
export type Values = ReadonlyMap<string, Float32Array>;

const SEED = 0x6f7261;

/** Programs on a device that is measured, with its kernels. The executables are the caller's to close. */
export function compilerOn(
  bench: Pick<BenchDevice, 'device' | 'guard' | 'kernels' | 'pipelines' | 'kernelDevice'>,
): Compiler {
  const { device, guard, kernels, pipelines, kernelDevice } = bench;
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
  const shared = {
    guard,
    kernels,
    pipelines,
    constants: new ConstantStore(device),
    device: kernelDevice,
    bindingLimit: Math.min(maxStorageBufferBindingSize, maxBufferSize),
  };
  return {
    compile: (work, constants): Promise<Executable> =>
      WebGpuExecutable.create(programOf(work, webGpuForms), constants, shared),
  };
}

/** Random numbers for all that a program reads: normal ones, and above 0 where its ops need that. Always the same. */
export function randomValues({ graph, ops }: Program): Map<string, Float32Array> {
  const source = new NormalSource(SEED);
  const above = new Set(ops.flatMap((op) => [...positiveIn(op)]));
  const read = graph.tensors.filter(({ kind }) => kind !== 'temp');
  const values = new Map(
    read.map((tensor) => {
      const normal = source.next(elements(tensor.shape));
      return [tensor.name, above.has(tensor) ? positive(normal) : normal];
    }),
  );
  for (const op of ops) {
    const made = ratesReadBy(op, ({ name }) => values.get(name)!);
    if (made) values.set(made[0].name, made[1]);
  }
  return values;
}

/**
 * Runs a program once.
 *
 * @param values of its inputs, states and constants
 * @returns its outputs, and the states that it has changed
 * @throws FacewrightError when it does not run there
 */
export async function runOnce(compiler: Compiler, { graph, ops }: Program, values: Values): Promise<Values> {
  const constants = graph.tensors.filter(({ kind }) => kind === 'constant');
  const executable = await compiler.compile(
    { graph, ops },
    new Map(constants.map(({ name, shape }) => [name, hostTensor(shape, values.get(name)!)])),
  );
  try {
    for (const { name, kind } of graph.tensors) {
      if (kind === 'input' || kind === 'state') executable.write(name, values.get(name)!);
    }
    executable.run(benchScalars);
    const changed = ops.flatMap(({ writes }) => writes.map(({ name }) => name));
    return new Map(Object.entries(await executable.read([...graph.outputs.keys(), ...changed])));
  } finally {
    executable.close();
  }
}

/** ‖found − expected‖ / ‖expected‖; where nothing is expected but zeros, ‖found‖. NaN where one is not a number. */
export function relativeError(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) throw new Error(`${found.length} values instead of ${expected.length}`);
  let [difference, norm] = [0, 0];
  for (let i = 0; i < found.length; i++) {
    difference += (found[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(norm === 0 ? difference : difference / norm);
}

/**
 * Runs one op by itself on two compilers, with the same random numbers, and compares what they make.
 *
 * @returns the relative error of each output and each state that is written, by name
 */
export async function compareOp(
  op: ProgramOp,
  batch: number,
  compiler: Compiler,
  oracle: Compiler,
): Promise<Map<string, number>> {
  const program = isolate(op, batch);
  const values = randomValues(program);
  const expected = await runOnce(oracle, program, values);
  const found = await runOnce(compiler, program, values);
  return new Map([...expected].map(([name, numbers]) => [name, relativeError(found.get(name)!, numbers)]));
}
