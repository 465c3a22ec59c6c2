import { GuardedDevice } from '../../engine/webgpu/device.js';
import { Kernels } from '../../engine/webgpu/kernels.js';
import { PipelineCache } from '../../engine/webgpu/pipelines.js';
import { type KernelDevice, kernelDevice } from '../../engine/webgpu/variants.js';
import { type GpuInfo, openGpu } from '../../node/dawn.js';
import { readShaders } from '../../node/paths.js';
import { clockOf, type PassClock } from './clock.js';

/** A device to measure single kernels on. */
export interface BenchDevice {
  readonly device: GPUDevice;
  readonly guard: GuardedDevice;
  readonly info: GpuInfo;
  readonly kernels: Kernels;
  readonly pipelines: PipelineCache;
  readonly kernelDevice: KernelDevice;
  readonly clock: PassClock;
  close(): void;
}

/**
 * Opens the best adapter, or the one that is asked for, to be measured: with a clock that is not rounded, where it has one.
 *
 * @param request `adapter`: part of its name, as `facewright doctor` prints it
 * @throws FacewrightError when there is none, saying what to install or which there are
 */
export async function openBenchDevice(request: { readonly adapter?: string } = {}): Promise<BenchDevice> {
  const { device, info } = await openGpu({ adapter: request.adapter, exactClock: true });
  const guard = new GuardedDevice(device);
  const kernels = new Kernels(await readShaders());
  return {
    device,
    guard,
    info,
    kernels,
    pipelines: new PipelineCache(device, kernels),
    kernelDevice: kernelDevice(device),
    clock: clockOf(guard),
    close: () => guard.close(),
  };
}
