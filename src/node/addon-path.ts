import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { FacewrightError } from '../errors.js';
import { packagePath } from './paths.js';

/**
 * What the native engine is built for in the package as it is installed: platform, C library where it is not glibc, processor.
 * tools/release.mjs builds them.
 */
export const prebuiltTargets = ['linux-x64', 'linux-arm64', 'win32-x64', 'darwin-arm64'] as const;

/** What a machine is to an addon. */
export interface AddonMachine {
  readonly platform: string;
  readonly arch: string;
  /** Whether the C library is musl, as on Alpine. */
  readonly musl: boolean;
}

/** This machine. */
export function addonMachine(): AddonMachine {
  return { platform: process.platform, arch: process.arch, musl: hasMusl() };
}

/** `linux-x64`, `linuxmusl-arm64`, `win32-x64`: as npm packages call what they are built for. */
export function targetOf({ platform, arch, musl }: AddonMachine): string {
  return `${platform}${musl ? 'musl' : ''}-${arch}`;
}

/** Where the addon lies in the folder of the package that was built for a target. */
export function prebuiltPath(target: string): string {
  return packagePath('prebuilds', target, 'facewright.node');
}

/** Where cmake-js and node-gyp put what they build in a clone. It goes before what came along. */
const OWN_BUILDS = ['Release', 'Debug'].map((kind) => packagePath('build', kind, 'facewright.node'));

/** How to build it, in a clone. */
export const BUILD = `npm run build:addon --prefix ${JSON.stringify(packagePath().replace(/[\\/]$/, ''))}`;

/** Whether this is a clone, which has the addon's sources, or an installed package. */
const isClone = existsSync(packagePath('native', 'CMakeLists.txt'));

/**
 * Where the addon is: what FACEWRIGHT_ADDON names, one's own build, or what came along for this machine.
 *
 * @throws FacewrightError when it is not there: what was looked for, and what would do
 */
export function addonPath(machine: AddonMachine, wanted = process.env.FACEWRIGHT_ADDON): string {
  const target = targetOf(machine);
  const places = wanted ? [resolve(wanted)] : [...OWN_BUILDS, prebuiltPath(target)];
  const path = places.find((place) => existsSync(place));
  if (path !== undefined) return path;
  if (wanted) {
    throw new FacewrightError(
      `FACEWRIGHT_ADDON is ${wanted}, and no such file is there; unset it, or name a build of the addon`,
    );
  }
  if (isClone) {
    throw new FacewrightError(
      `the addon is not built (no build/Release/facewright.node for ${target}): it needs a C++17 compiler (g++ or clang) with CMake or Python; type: ${BUILD}`,
    );
  }
  const known: readonly string[] = prebuiltTargets;
  throw new FacewrightError(
    known.includes(target)
      ? `the native engine for ${target} is missing from this installation (${places.at(-1)}): install facewright again`
      : `the native engine is not built for ${target} (it is for ${prebuiltTargets.join(', ')}): use --engine webgpu, or build it in a clone of facewright and name it in FACEWRIGHT_ADDON`,
  );
}

/** Node says which glibc it runs on, and nothing where it is another C library. */
function hasMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}
