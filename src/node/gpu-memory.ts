// How much memory a GPU has: WebGPU does not tell (npm webgpu 0.6.2 has no feature for Dawn's memory heaps), its driver does.

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** nvidia-smi answers at once, or after a second or two where it has to wake the GPU. */
const PATIENCE_MS = 5000;

/**
 * Bytes of memory of the GPU of that name, as Dawn gives it; undefined where nobody tells.
 *
 * On Linux with AMD's driver the largest of its GPUs, since the driver does not name them. On macOS the computer's memory, which the GPU
 * shares.
 */
export async function gpuMemory(adapter: string): Promise<number | undefined> {
  if (process.platform === 'darwin') return totalmem();
  try {
    if (/nvidia|geforce|quadro|tesla/i.test(adapter)) return memoryOfNvidia(adapter, await askNvidia());
    if (process.platform === 'linux' && /amd|radeon/i.test(adapter)) return await memoryOfAmd('/sys/class/drm');
  } catch {
    // No such tool, or one that does not answer: then it is not known.
  }
  return undefined;
}

async function askNvidia(): Promise<string> {
  const query = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];
  const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: PATIENCE_MS });
  return stdout;
}

/** @param answer a line for each GPU: its name, and its memory in MiB */
export function memoryOfNvidia(adapter: string, answer: string): number | undefined {
  const gpus = [...answer.matchAll(/^(.*), *(\d+)\s*$/gm)];
  const [, , mebibytes] = gpus.find(([, name]) => adapter.includes(name) || name.includes(adapter)) ?? [];
  return mebibytes === undefined ? undefined : Number(mebibytes) * 2 ** 20;
}

/** @param folder of the system's graphics cards: /sys/class/drm */
export async function memoryOfAmd(folder: string): Promise<number | undefined> {
  const cards = (await readdir(folder)).filter((name) => /^card\d+$/.test(name));
  const sizes = await Promise.all(
    cards.map(async (card) => {
      const text = await readFile(join(folder, card, 'device', 'mem_info_vram_total'), 'utf8').catch(() => '');
      return Number(text.trim());
    }),
  );
  const most = Math.max(0, ...sizes.filter((size) => size > 0));
  return most > 0 ? most : undefined;
}
