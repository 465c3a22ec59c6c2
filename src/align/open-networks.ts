// The networks of networks.ts, opened on TensorFlow.js. Nothing here knows where their files lie: on the disk (bundled-networks.ts) or
// beside a page (web/worker/faces.ts).

import type * as tensorflow from '../vendor/tensorflow.js';
import { type BlazeFaceOutput, FACEMESH_SIDE, type FaceMeshOutput, type Networks } from './networks.js';
import type { Patch } from './sample.js';

/** TensorFlow.js as it is bundled for where the networks run: src/vendor/tensorflow.ts. */
export type TensorFlow = typeof tensorflow;

/** A network as it lies in files: the graph, and behind it all its weights. */
export interface NetworkFiles {
  /** NAME.json, parsed: a graph model of TensorFlow.js. */
  readonly model: tensorflow.io.ModelJSON;
  /** NAME.bin */
  readonly weights: ArrayBuffer;
}

/**
 * Opens both networks.
 *
 * @param read the files of the network of that name
 * @throws Error when what the build made for them is not there
 */
export async function openNetworks(tf: TensorFlow, read: (name: string) => Promise<NetworkFiles>): Promise<Networks> {
  // Its banner belongs on no terminal of ours.
  tf.env().set('PROD', true);
  // With threads it wants another WebAssembly, where a page is isolated from all others.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
  await tf.ready();
  const load = async (name: string) => loadModel(tf, await read(name));
  const [detector, mesher] = await Promise.all([load('blazeface'), load('facemesh')]);
  return {
    blazeFace: (patch) => runBlazeFace(tf, detector, patch),
    faceMesh: (patches) => runFaceMesh(tf, mesher, patches),
  };
}

function loadModel(tf: TensorFlow, { model, weights }: NetworkFiles): Promise<tensorflow.GraphModel> {
  const { modelTopology, signature, format, weightsManifest } = model;
  // Handed over as it is: TensorFlow.js itself would fetch it, which Node's fetch does not do for files.
  const handler: tensorflow.io.IOHandler = {
    load: async () => ({
      modelTopology,
      signature,
      format,
      weightSpecs: weightsManifest[0].weights,
      weightData: weights,
    }),
  };
  return tf.loadGraphModel(handler);
}

interface Output {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Runs a model, and reads all that it puts out. */
function execute(
  tf: TensorFlow,
  model: tensorflow.GraphModel,
  input: Float32Array,
  shape: [number, number, number, number],
): Output[] {
  return tf.tidy(() =>
    (model.execute(tf.tensor4d(input, shape)) as tensorflow.Tensor[]).map((tensor) => ({
      shape: tensor.shape,
      data: tensor.dataSync() as Float32Array,
    })),
  );
}

function runBlazeFace(tf: TensorFlow, model: tensorflow.GraphModel, { side, data }: Patch): BlazeFaceOutput {
  const input = data.map((value) => value / 127.5 - 1);
  const outputs = execute(tf, model, input, [1, side, side, 3]);
  // Two grids of anchors: 512 on the fine one, 384 on the coarse one.
  const grid = (anchors: number, numbers: number) =>
    outputs.find(({ shape }) => shape[1] === anchors && shape[2] === numbers)!.data;
  return { logits: joined(grid(512, 1), grid(384, 1)), boxes: joined(grid(512, 16), grid(384, 16)) };
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function runFaceMesh(tf: TensorFlow, model: tensorflow.GraphModel, patches: readonly Patch[]): FaceMeshOutput[] {
  if (patches.length === 0) return [];
  const each = FACEMESH_SIDE ** 2 * 3;
  const input = new Float32Array(patches.length * each);
  for (const [i, { data }] of patches.entries()) for (let k = 0; k < each; k++) input[i * each + k] = data[k] / 255;
  const outputs = execute(tf, model, input, [patches.length, FACEMESH_SIDE, FACEMESH_SIDE, 3]);
  const numbers = (count: number) => outputs.find(({ shape }) => shape[1] === count)!.data;
  const meshes = numbers(468 * 3);
  const presence = numbers(1);
  return patches.map((_, i) => ({ presence: presence[i], mesh: meshes.slice(i * 1404, (i + 1) * 1404) }));
}
