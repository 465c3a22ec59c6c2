// Devices for GPUs that are not there: Mesa's RADV, and the layer of tools/null-gpu above it.

import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FacewrightError } from '../../errors.js';
import { cachePath, packagePath } from '../../node/paths.js';

/** What is needed is not on this machine; the message says what to install. */
export class MissingToolError extends FacewrightError {
  override readonly name = 'MissingToolError';
}

const LIBRARY = 'libnull_gpu.so';
const MANIFEST = 'null_gpu.json';
const LAYER = 'VK_LAYER_FACEWRIGHT_null_gpu';
/** Where Vulkan drivers are announced. */
const DRIVER_FOLDERS = ['/usr/share', '/usr/local/share', '/etc', '/run/opengl-driver/share'].map((folder) =>
  join(folder, 'vulkan', 'icd.d'),
);
/** Of RADV, as Debian, or as Fedora and Arch call it; not the one for programs of 32 bits. */
const RADV = /^radeon_icd(?:\.(?:x86_64|aarch64))?\.json$/;
/** Variables that would choose another driver, or change what it compiles. */
const OTHERS = /^(?:VK_|RADV_|ACO_|AMD_|MESA_)/;

/**
 * What a process has to be started with in order to find a GPU of that family and nothing else, and to print of each
 * pipeline what the GPU would be given. Builds the layer where that was not done before.
 *
 * @param family as Mesa calls it: `navi31`, `gfx1201`, `vega10`
 * @throws MissingToolError where there is no RADV, no compiler, or another system than Linux
 */
export async function nullGpuEnvironment(family: string): Promise<NodeJS.ProcessEnv> {
  if (process.platform !== 'linux') {
    throw new MissingToolError(
      `--isa is for Linux, whose Mesa compiles for GPUs that are not there; this is ${process.platform}`,
    );
  }
  const driver = findRadv();
  const layer = await buildLayer();
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OTHERS.test(name)));
  return {
    XDG_RUNTIME_DIR: tmpdir(),
    ...own,
    RADV_FORCE_FAMILY: family,
    RADV_DEBUG: 'shaderstats,shaders,nocache',
    VK_DRIVER_FILES: driver,
    VK_ADD_LAYER_PATH: layer,
    VK_INSTANCE_LAYERS: LAYER,
  };
}

function findRadv(): string {
  for (const folder of DRIVER_FOLDERS.filter(existsSync)) {
    const file = readdirSync(folder).find((name) => RADV.test(name));
    if (file !== undefined) return join(folder, file);
  }
  throw new MissingToolError(
    'there is no RADV, the Vulkan driver whose compiler --isa asks; install Mesa 24 or later ' +
      '(package mesa-vulkan-drivers; on Fedora mesa-vulkan-drivers, on Arch vulkan-radeon)',
  );
}

/** The folder of the layer: in the user's cache, by the digest of what it is made of. */
async function buildLayer(): Promise<string> {
  const source = packagePath('tools', 'null-gpu', 'null_gpu.c');
  const manifest = packagePath('tools', 'null-gpu', MANIFEST);
  const digest = createHash('sha256');
  for (const file of [source, manifest]) digest.update(await readFile(file));
  const folder = cachePath('null-gpu', digest.update(process.arch).digest('hex').slice(0, 16));
  if (existsSync(join(folder, LIBRARY))) return folder;
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `${randomUUID()}.so`);
  try {
    await compile(['-std=c11', '-shared', '-fPIC', '-O1', '-fvisibility=hidden', '-o', unfinished, source]);
    await copyFile(manifest, join(folder, MANIFEST));
    await rename(unfinished, join(folder, LIBRARY));
  } finally {
    await rm(unfinished, { force: true });
  }
  return folder;
}

/** Runs the first C compiler that is there. */
async function compile(args: readonly string[]): Promise<void> {
  for (const compiler of [process.env.CC ?? [], 'cc', 'gcc', 'clang'].flat()) {
    const { code, output } = await run(compiler, args);
    if (code === 0) return;
    if (code !== undefined) {
      throw new FacewrightError(`${compiler} cannot build tools/null-gpu/null_gpu.c: ${output.trim().split('\n')[0]}`);
    }
  }
  throw new MissingToolError(
    'there is no C compiler for the layer of tools/null-gpu, which --isa needs; install gcc or clang',
  );
}

/** The exit code is undefined where there is no such program. */
function run(program: string, args: readonly string[]): Promise<{ code: number | undefined; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', () => resolve({ code: undefined, output }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
