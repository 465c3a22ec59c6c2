import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Engine } from '../engine/engine.js';
import type { NativeAddon } from '../engine/native/addon.js';
import { createNativeEngine, type NativeOptions } from '../engine/native/engine.js';
import { FacewrightError } from '../errors.js';
import { packagePath } from './paths.js';

/** Where cmake-js and node-gyp put what they build. FACEWRIGHT_ADDON names another. */
const PLACES = [packagePath('build', 'Release', 'facewright.node'), packagePath('build', 'Debug', 'facewright.node')];

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
  const wanted = process.env.FACEWRIGHT_ADDON;
  const path = (wanted === undefined || wanted === '' ? PLACES : [resolve(wanted)]).find(existsSync);
  if (path === undefined && wanted) {
    throw new FacewrightError(
      `FACEWRIGHT_ADDON is ${wanted}, and no such file is there; unset it, or name a build of the addon`,
    );
  }
  if (path === undefined) {
    throw new FacewrightError(
      `the addon is not built (no build/Release/facewright.node for ${here()}): it needs a C++17 compiler (g++ or clang) with CMake or Python; type: ${BUILD}`,
    );
  }
  try {
    loaded = createRequire(import.meta.url)(path) as Addon;
    return loaded;
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new FacewrightError(
      `the addon does not load on ${here()} (${reason}): it must be built on the system that it runs on; type: ${BUILD}`,
    );
  }
}

const BUILD = `npm run build:addon --prefix ${JSON.stringify(packagePath().replace(/[\\/]$/, ''))}`;

function here(): string {
  return `${process.platform}-${process.arch}, Node ${process.versions.node}`;
}

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
