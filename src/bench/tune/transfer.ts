// What was found on one machine, for others of the same kind.

import { existsSync } from 'node:fs';
import { sameMachine, type TunedMachine, tunedText } from '../../engine/webgpu/tuned.js';
import { FacewrightError } from '../../errors.js';
import { type KernelHash, keepTuned, partStale, readTuned, readTunedFile } from '../../node/tuned.js';
import { writeWholeFile } from '../../node/whole-file.js';

/**
 * Writes the table of a machine to a file.
 *
 * @param overwrite a file that is there
 * @returns how many entries that are
 * @throws FacewrightError when there are none, the file is there or cannot be written
 */
export async function exportTuned(
  machine: TunedMachine,
  hashOf: KernelHash,
  file: string,
  overwrite: boolean,
): Promise<number> {
  const { entries } = await readTuned(machine, hashOf);
  if (entries.length === 0) {
    throw new FacewrightError(`nothing was measured on ${machine.adapter} yet; facewright tune does so first`);
  }
  if (!overwrite && existsSync(file)) {
    throw new FacewrightError(`${file}: is there already; choose another name, or overwrite it with --force`);
  }
  await writeWholeFile(file, tunedText({ machine, entries }));
  return entries.length;
}

/**
 * Takes entries from such a file into the table of a machine, in the place of its own for the same shapes.
 *
 * @param force also those of another adapter, driver or Dawn; what the device cannot run so is passed over when it is met
 * @returns how many were taken, and how many left behind, since their kernels have changed
 * @throws FacewrightError when the file is none, or of another machine and `force` is not set; or the table cannot be written
 */
export async function importTuned(
  machine: TunedMachine,
  hashOf: KernelHash,
  file: string,
  force: boolean,
): Promise<{ readonly taken: number; readonly stale: number }> {
  const table = await readTunedFile(file);
  if (!force && !sameMachine(table.machine, machine)) {
    throw new FacewrightError(
      `${file}: it is of another machine (${difference(table.machine, machine)}), whose times are others; tune here, or take it all the same with --force`,
    );
  }
  const { entries, stale } = partStale(table.entries, hashOf);
  if (entries.length > 0) await keepTuned(machine, entries, hashOf);
  return { taken: entries.length, stale: stale.length };
}

/** `driver d 1.2, here d 1.3` */
function difference(other: TunedMachine, here: TunedMachine): string {
  const names = ['adapter', 'backend', 'driver', 'dawn'] as const;
  const [first] = names.filter((name) => other[name] !== here[name]);
  return `${first === 'dawn' ? 'Dawn' : first} ${other[first] || 'unknown'}, here ${here[first] || 'unknown'}`;
}
