import type { Engine, Executable } from '../engine/engine.js';
import { elements } from '../graph/graph.js';
import { hostTensor } from '../graph/host-tensor.js';
import { normals } from '../pulse/random.js';
import { type BenchModel, searchStep } from './search-step.js';

/** The default search step of a network, made ready to run: prior of mean 0 and deviation 1, random inputs and states. */
export async function compileStep(engine: Engine, model: BenchModel, batch: number): Promise<Executable> {
  const graph = searchStep(model, batch, engine.info.precision);
  const d = model.network.latentSize;
  const fit = new Map([
    ['fit.mean', hostTensor([d, 1, 1, 1], new Float32Array(d))],
    ['fit.std', hostTensor([d, 1, 1, 1], new Float32Array(d).fill(1))],
  ]);
  const executable = await engine.compile(graph, new Map([...model.network.constants, ...fit]));
  graph.tensors.forEach((tensor, index) => {
    if (tensor.kind !== 'input' && tensor.kind !== 'state') return;
    executable.write(tensor.name, normals(1, [index], elements(tensor.shape)));
  });
  return executable;
}
