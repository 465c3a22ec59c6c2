/**
 * A closed interpreter of Python's pickle format.
 *
 * Python's own runs whatever a pickle tells it to. This one builds plain data and nothing else: an opcode without an
 * entry in `pickle-opcodes.ts`, or a class or function that is not in the caller's table, is an error that names it.
 * Work and memory are bounded by the length of the file and by a count of its operations; no step recurses.
 */

import type { ByteReader } from './bytes.js';
import { PickleMachine, type UnpickleOptions } from './pickle-machine.js';
import { OPCODES } from './pickle-opcodes.js';
import { OPENS } from './words.js';

const STOP = 0x2e; // '.'

/**
 * Reads one pickle at the reader's place and leaves the reader behind it.
 *
 * @throws FacewrightError when the pickle is truncated, damaged, or holds anything that is not on the list.
 */
export function unpickle(reader: ByteReader, options: UnpickleOptions): unknown {
  const machine = new PickleMachine(reader, options);
  for (;;) {
    machine.spend(1);
    machine.at = reader.offset;
    const code = reader.u8();
    if (code === STOP) return machine.pop();
    const opcode = OPCODES.get(code);
    if (opcode?.run === undefined) {
      const name = opcode?.name ?? `0x${code.toString(16).padStart(2, '0')}`;
      reader.fail(`its pickle uses the opcode ${name} at byte ${machine.at}, which facewright does not read; ${OPENS}`);
    }
    opcode.run(machine, reader);
  }
}
