// What `bench kernels --isa` finds: the kernels of a search step, as a GPU that is not there would be given them.

import type { StoragePrecision } from '../../engine/webgpu/assemble.js';
import type { Dispatch } from '../../engine/webgpu/dispatch.js';
import { Kernels } from '../../engine/webgpu/kernels.js';
import { storageOf } from '../../engine/webgpu/storage.js';
import { readShaders } from '../../node/paths.js';
import { type KernelCase, stepKernels } from '../kernels/cases.js';
import { type BenchModel, searchStep } from '../search-step.js';
import { type BankCycles, bankCycles, tiledConvolution } from './banks.js';
import { openNullGpu } from './compile.js';
import { type IsaFigures, isaFigures } from './figures.js';
import { readCompiled } from './listing.js';

/** The JSON of `bench kernels --isa`. */
export interface IsaReport {
  /** As Mesa calls it. */
  readonly family: string;
  /** Of the whole step, whatever was looked at of it. */
  readonly dispatches: number;
  readonly pipelines: number;
  readonly flop: number;
  readonly bytes: number;
  readonly kernels: readonly IsaKernel[];
}

/** A kernel at one shape. */
export interface IsaKernel {
  readonly kernel: string;
  readonly shape: string;
  /** How often a step launches it. */
  readonly n: number;
  /** Of a launch, over all pictures. */
  readonly workgroups: number;
  readonly flop: number;
  /** Bank cycles: of the tiled convolutions alone, whose reads of workgroup memory are known (banks.ts). */
  readonly isa: IsaFigures & { readonly bankCycles: BankCycles | null };
}

/** A report, and what does not go into its JSON. */
export interface IsaResult {
  readonly report: IsaReport;
  /** The device, as Mesa names it, and Mesa's version: `Mesa 25.0.7-2`. */
  readonly adapter: string;
  readonly driver: string;
  /** What RADV lists of each kernel of the report, in its order. */
  readonly listings: readonly string[];
}

/** What is looked at. */
export interface IsaRequest {
  readonly family: string;
  readonly model: BenchModel;
  readonly batch: number;
  /** By default f32. */
  readonly precision?: StoragePrecision;
  /** Which kernels of the step; by default all. */
  readonly only?: (one: KernelCase) => boolean;
}

/**
 * Compiles the kernels of a search step for a GPU of a family, as the engine would choose them there, and reads what it would
 * be given. Needs Linux, Mesa's RADV and a C compiler, and no GPU.
 *
 * @throws MissingToolError where one of these is missing
 * @throws FacewrightError for a family that Mesa does not know, and a kernel that does not compile
 */
export async function isaReport({
  family,
  model,
  batch,
  precision = 'f32',
  only = () => true,
}: IsaRequest): Promise<IsaResult> {
  const gpu = await openNullGpu(family, precision);
  try {
    const { adapter, driver, kernelDevice } = gpu.device;
    const graph = searchStep(model, batch);
    const { cases, dispatches, pipelines, flop, bytes } = stepKernels(
      graph,
      { ...kernelDevice, measured: () => undefined },
      precision,
    );
    const wanted = cases.filter(only);
    const unique = new Map(wanted.map(({ dispatch }) => [pipelineKey(dispatch), dispatch]));
    const kernelsOf = new Kernels(await readShaders());
    const printed = await gpu.compile(
      [...unique.values()].map((dispatch) => ({
        ...dispatch,
        storage: storageOf(dispatch, kernelsOf.get(dispatch.kernel).declarations),
      })),
    );
    // RDNA has waves of 32 and of 64, and RADV counts the larger ones twice; GCN and CDNA have waves of 64 alone.
    const halved = kernelDevice.subgroups?.[0] === 32;
    const compiled = new Map([...unique.keys()].map((key, index) => [key, readCompiled(printed[index])]));
    const kernels = wanted.map((one): IsaKernel & { text: string } => {
      const { kernel, shape, n, workgroups, flop, dispatch } = one;
      const pipeline = compiled.get(pipelineKey(dispatch))!;
      const isa = { ...isaFigures(pipeline, halved), bankCycles: banksOf(dispatch) };
      return { kernel, shape, n, workgroups, flop, isa, text: pipeline.text };
    });
    return {
      report: { family, dispatches, pipelines, flop, bytes, kernels: kernels.map(({ text, ...rest }) => rest) },
      adapter,
      driver,
      listings: kernels.map(({ text }) => text),
    };
  } finally {
    await gpu.close();
  }
}

function pipelineKey({ kernel, overrides }: Dispatch): string {
  return `${kernel} ${JSON.stringify(overrides)}`;
}

function banksOf({ kernel, overrides }: Dispatch): BankCycles | null {
  const convolution = tiledConvolution(kernel);
  if (convolution === undefined) return null;
  const { QUADS: quads, ROWS: rows, GROUPS: groups, SLICE: slice } = overrides;
  return bankCycles(convolution, { quads, rows, groups, slice });
}
