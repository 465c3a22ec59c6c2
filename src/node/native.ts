import { createRequire } from 'node:module';
import type { Engine } from '../engine/engine.js';
import type { NativeAddon } from '../engine/native/addon.js';
import { createNativeEngine, type NativeOptions } from '../engine/native/engine.js';
import { FacewrightError } from '../errors.js';
import { addonMachine, addonPath, BUILD, targetOf } from './addon-path.js';

/** Pixel work of the addon, beside the engine. */
export interface PixelAddon {
  /**
   * The FFHQ crop (native/ffhq-crop.h), on another thread.
   *
   * @param pixels [height, width, 3]; may be changed as soon as this returns
   * @param quad corners (x, y): top left, bottom left, bottom right, top right
   * @returns [side, side, 3]
   */
  crop(pixels: Uint8Array, width: number, height: number, quad: Float64Array, side: number): Promise<Uint8Array>;
}

export type Addon = NativeAddon & PixelAddon;

let loaded: Addon | undefined;

/**
 * The addon, loaded once.
 *
 * @throws FacewrightError when it is not there or does not load: what was found, what is needed and what to type
 */
export function loadAddon(): Addon {
  if (loaded) return loaded;
  const machine = addonMachine();
  const path = addonPath(machine);
  try {
    loaded = createRequire(import.meta.url)(path) as Addon;
    return loaded;
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new FacewrightError(
      `the addon ${path} does not load on ${targetOf(machine)}, Node ${process.versions.node} (${reason}): it must be built for the system that it runs on; ${REMEDY}`,
    );
  }
}

const REMEDY = `in a clone type ${BUILD}; elsewhere use --engine webgpu`;

/** Opens the native engine. @throws FacewrightError when the addon cannot be loaded, or an option cannot be */
export function openNative(options: NativeOptions = {}): Engine {
  return createNativeEngine(loadAddon(), options);
}

/** What `facewright doctor` says of the native engine. */
export interface NativeDescription {
  readonly usable: boolean;
  /** Why it is not usable. */
  readonly why?: string;
  readonly processor?: string;
  readonly processors?: number;
  /** Instruction sets that it could use, the best first. */
  readonly isas?: readonly string[];
  /** The first of them that has `--precision bf16`, where the processor has it. */
  readonly bf16?: string;
}

export function describeNative(): NativeDescription {
  try {
    const { processor, processors, isas } = loadAddon().machine();
    const bf16 = isas.find(({ precisions }) => precisions.includes('bf16'))?.name;
    return { usable: true, processor, processors, isas: isas.map(({ name }) => name), ...(bf16 && { bf16 }) };
  } catch (error) {
    return { usable: false, why: error instanceof Error ? error.message : String(error) };
  }
}
