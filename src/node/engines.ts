import type { Engine, Precision } from '../engine/engine.js';
import type { NativeAddon } from '../engine/native/addon.js';
import { createNativeEngine } from '../engine/native/engine.js';
import { FacewrightError } from '../errors.js';
import { type AdapterReport, describeAdapters, mayHaveGpu, openWebGpu } from './dawn.js';
import { describeNative, loadAddon, type NativeDescription, openNative } from './native.js';

/** The engines by name; `auto` takes a GPU where there is one, and the processor where there is none. */
export const engineNames = ['auto', 'webgpu', 'native'] as const;
export type EngineName = (typeof engineNames)[number];

/** Which engine, and how it is set up. */
export interface EngineRequest {
  readonly engine?: EngineName;
  /** webgpu: part of an adapter's name, as `facewright doctor` prints it. With `auto` it asks for webgpu. */
  readonly adapter?: string;
  /** native: threads that compute; by default as many as this process has processors, and fewer while these are busy. */
  readonly threads?: number;
  /**
   * By default `f32`. native: `bf16` is faster and less exact, on processors that have it. webgpu: `f16` keeps maps and weights in half
   * the memory and is less exact, on adapters with `shader-f16`. With `auto` either asks for its engine.
   */
  readonly precision?: Precision;
  /** native: the instruction set; by default the best that the processor has. */
  readonly isa?: string;
  /** webgpu: false leaves what `facewright tune` has found alone; by default it is used. */
  readonly tuned?: boolean;
  /** Told of an entry of `facewright tune` that does not run here. */
  readonly onMessage?: (text: string) => void;
}

/**
 * Opens an engine. `auto` is webgpu on a real GPU that works, or else native: a program that plays a GPU on the processor
 * (lavapipe, SwiftShader) is up to a hundred times slower than the native engine, and is only taken where that cannot be
 * loaded.
 *
 * @throws FacewrightError when there is none, saying what to install or build
 */
export async function openEngine(request: EngineRequest = {}): Promise<Engine> {
  const { engine = 'auto', adapter, threads, precision, isa, tuned, onMessage } = request;
  const webgpu = { tuned, onMessage, precision: precision === 'f16' ? precision : undefined };
  const native = { threads, precision, isa };
  if (!engineNames.includes(engine)) {
    throw new FacewrightError(`engine ${String(engine)}: choose from ${engineNames.join(', ')}`);
  }
  // Only native has bf16, and only webgpu f16: who asks for it, asks for the engine.
  const asksNative = engine === 'native' || (engine === 'auto' && precision === 'bf16');
  if (asksNative && adapter !== undefined) {
    throw new FacewrightError(`adapter ${adapter}: the native engine has no adapters; leave it out, or choose webgpu`);
  }
  if (engine === 'native' && precision === 'f16') {
    throw new FacewrightError(
      'precision f16 is for the webgpu engine; the native one has f32, and bf16 on some processors',
    );
  }
  const asksWebGpu = engine === 'webgpu' || adapter !== undefined || precision === 'f16';
  if (asksWebGpu && (threads !== undefined || isa !== undefined)) {
    throw new FacewrightError('threads and isa are for the native engine; leave them out, or choose native');
  }
  if (asksNative) return openNative(native);
  if (precision === 'bf16')
    throw new FacewrightError('precision bf16 is for the native engine; webgpu has f32 and f16');
  if (asksWebGpu) return openWebGpu({ ...webgpu, adapter });
  if (mayHaveGpu()) {
    try {
      return await openWebGpu({ ...webgpu, hardware: true });
    } catch {
      // No GPU after all, or one that does not work: the processor does, and doctor tells why.
    }
  }
  const addon = addonOrFailure();
  if (!(addon instanceof FacewrightError)) return createNativeEngine(addon, native);
  try {
    return await openWebGpu(webgpu);
  } catch (error) {
    throw new FacewrightError(`${error instanceof Error ? error.message : String(error)}; and ${addon.message}`);
  }
}

function addonOrFailure(): NativeAddon | FacewrightError {
  try {
    return loadAddon();
  } catch (error) {
    if (error instanceof FacewrightError) return error;
    throw error;
  }
}

/** What `facewright doctor` reports. */
export interface EngineReport extends AdapterReport {
  readonly native: NativeDescription;
  /** The engine that `auto` takes; absent where there is none. */
  readonly engine?: 'webgpu' | 'native';
}

/** All that there is to compute on. Tries a device on each adapter. */
export async function describeEngines(): Promise<EngineReport> {
  const adapters = await describeAdapters();
  const native = describeNative();
  const chosen = adapters.chosen === undefined ? undefined : adapters.adapters[adapters.chosen];
  if (chosen && !(chosen.software && native.usable)) return { ...adapters, native, engine: 'webgpu' };
  const { chosen: _, ...unused } = adapters;
  return native.usable ? { ...unused, native, engine: 'native' } : { ...unused, native };
}
