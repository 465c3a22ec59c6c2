// How long weight files of FFHQ's size take from the disk to a network, and how much memory.

import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FacewrightError } from '../errors.js';
import { writeWholeFile } from '../node/whole-file.js';
import { writeSafetensors } from '../weights/safetensors-file.js';
import type { OpenedFile } from './open-file.js';
import { persistentPickle, torchCheckpoint } from './pickle-files.js';
import { randomStyleGan1, randomStyleGan2, withMapping } from './random-weights.js';
import { aligned } from './report.js';

/** What was measured of a file. */
export interface LoadingResult extends OpenedFile {
  readonly file: string;
  readonly bytes: number;
}

/** Each file is opened so often, each time in a process of its own; the median time counts. */
const TIMES = 3;

/**
 * Writes full-size networks with random numbers, as StyleGAN1 and StyleGAN2 (configuration F) of 1024 px have, and opens them.
 * The files were just written, so the system has them in memory.
 *
 * @param onFile told of each file before it is written
 */
export async function measureLoading(onFile: (name: string) => void): Promise<LoadingResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'facewright-bench-'));
  try {
    const results: LoadingResult[] = [];
    const measured = async (file: string, write: (path: string) => Promise<void>) => {
      onFile(file);
      const path = join(folder, file);
      await write(path);
      results.push({ file, bytes: (await stat(path)).size, ...openedApart(path) });
      await rm(path);
    };
    const first = withMapping(randomStyleGan1(1024, { fmapBase: 8192, fmapMax: 512 }), 'dense');
    await measured('stylegan1.safetensors', (path) => writeSafetensors(path, first, { kind: 'stylegan1' }));
    const second = withMapping(randomStyleGan2(1024, { fmapBase: 32768, fmapMax: 512 }), 'fc');
    await measured('stylegan2.safetensors', (path) => writeSafetensors(path, second, { kind: 'stylegan2' }));
    // The discriminator is about as large, and nobody looks at its names.
    const others = new Map([...second].map(([name, tensor]) => [`d_${name}`, tensor]));
    await measured('stylegan2.pkl', (path) =>
      writeWholeFile(path, persistentPickle({ G: second, D: others, G_ema: second })),
    );
    await measured('stylegan2.pt', (path) =>
      writeWholeFile(path, torchCheckpoint({ g: second, d: others, g_ema: second })),
    );
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Opens a file in processes of their own, so that their peak memory is their own. */
function openedApart(path: string): OpenedFile {
  const script = fileURLToPath(new URL('open-file.js', import.meta.url));
  const runs = Array.from({ length: TIMES }, () => {
    const child = spawnSync(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.status !== 0) throw new FacewrightError(`${path}: could not be opened`);
    return JSON.parse(child.stdout.toString()) as OpenedFile;
  });
  return runs.sort((a, b) => a.readSeconds + a.networkSeconds - b.readSeconds - b.networkSeconds)[TIMES >> 1]!;
}

/** Seconds and memory of each file. */
export function loadingTable(results: readonly LoadingResult[]): string {
  const lines = [
    ['file', 'MB', 'read, s', 'network, s', 'peak MB', 'of the file'],
    ...results.map(({ file, bytes, readSeconds, networkSeconds, peakBytes }) => [
      file,
      (bytes / 1e6).toFixed(0),
      readSeconds.toFixed(2),
      networkSeconds.toFixed(2),
      (peakBytes / 1e6).toFixed(0),
      `${(peakBytes / bytes).toFixed(2)} ×`,
    ]),
  ];
  return aligned(lines, lines[0]!.length);
}
