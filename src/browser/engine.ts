import type { Engine } from '../engine/engine.js';
import type { StoragePrecision } from '../engine/webgpu/assemble.js';
import { createWebGpuEngine } from '../engine/webgpu/engine.js';
import { requestDevice } from '../engine/webgpu/request-device.js';
import { FacewrightError } from '../errors.js';
import { shaders } from './shaders.js';

/** Which of the browser's adapters, and how. */
export interface BrowserEngineOptions {
  /** By default the browser chooses, and is asked for the fastest. */
  readonly adapter?: GPUAdapter;
  /** `f16` keeps maps and the weights of convolutions in half, on adapters with `shader-f16`; by default `f32`. */
  readonly precision?: StoragePrecision;
}

/** A program on the processor is not the GPU that people expect; these say so of themselves. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render|warp/i;

/** What to do where nothing computes. */
const REMEDY =
  'WebGPU is in Chrome and Edge 113, Safari 26 and Firefox 141 and later, over https or from localhost; chrome://gpu tells whether it is switched off';

/**
 * Opens the WebGPU engine in a browser's page or worker, on the device with all that the adapter allows. Close it when done.
 *
 * @throws FacewrightError where the browser has no WebGPU, no adapter, or one that does not compute rightly, saying what would do
 *
 * @example
 * const engine = await openBrowserEngine();
 * const generator = await readGenerator(await (await fetch('face.safetensors')).bytes(), { engine, name: 'face' });
 */
export async function openBrowserEngine(options: BrowserEngineOptions = {}): Promise<Engine> {
  const gpu = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (!gpu && !options.adapter) throw new FacewrightError(`this browser has no WebGPU here. ${REMEDY}`);
  const request = () => gpu?.requestAdapter({ powerPreference: 'high-performance' });
  const adapter = options.adapter ?? (await request());
  if (!adapter) throw new FacewrightError(`this browser finds no GPU that it may use. ${REMEDY}`);
  const { vendor, architecture, device, description } = adapter.info;
  const name = description || device || [vendor, architecture].filter(Boolean).join(' ') || 'a GPU';
  return createWebGpuEngine(await requestDevice(adapter), {
    shaders,
    precision: options.precision,
    shortKernels: /swiftshader/i.test(`${architecture} ${name}`),
    info: { adapter: name, software: SOFTWARE.test(`${vendor} ${architecture} ${name}`) },
    // An adapter gives one device: another is asked of another.
    openAgain: async () => {
      const again = await request();
      if (!again) throw new FacewrightError(`the GPU is gone, and no other is found. ${REMEDY}`);
      return requestDevice(again);
    },
  });
}
