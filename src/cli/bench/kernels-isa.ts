// facewright bench kernels --isa: the code that a GPU which is not there would be given.

import { readFile } from 'node:fs/promises';
import {
  type Gate,
  type GatedRun,
  type GateSubject,
  gateText,
  holdAgainst,
  makeGate,
  readGate,
} from '../../bench/isa/gate.js';
import { type IsaResult, isaReport } from '../../bench/isa/isa-report.js';
import { gateOutcomeText, isaTable, listingsText } from '../../bench/isa/isa-text.js';
import { MissingToolError } from '../../bench/isa/null-gpu.js';
import { benchModel } from '../../bench/search-step.js';
import { FacewrightError } from '../../index.js';
import { writeWholeFile } from '../../node/whole-file.js';
import { type Arguments, batchSize } from '../shared/arguments.js';
import type { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';

/**
 * @param only which kernels, by what FILTER is made of them
 * @returns 1 where a figure is worse than the gate has it
 */
export async function kernelsIsa(
  family: string,
  words: Arguments,
  console: Console,
  only: GatedRun['only'],
): Promise<number> {
  const path = words.text('gate');
  const batch = batchSize(words) ?? 1;
  const model = await benchModel(words.text('model') ?? '1024');
  const gate = path === undefined ? undefined : await openGate(path, { family, model: model.name, batch });
  let result: IsaResult;
  try {
    result = await isaReport({ family, model, batch, only });
  } catch (error) {
    if (path === undefined || !(error instanceof MissingToolError)) throw error;
    console.result(`${path}: skipped: ${error.message}`);
    return exitCode.done;
  }
  if (result.report.kernels.length === 0)
    throw new FacewrightError('no kernel of the step has that in its name or shape');
  const run = { result, model: model.name, batch, only };
  const written = words.text('write-gate');
  if (written !== undefined) {
    await writeWholeFile(written, gateText(makeGate(run)));
    console.note(`wrote the figures of ${result.report.kernels.length} kernels to ${written}`);
  }
  if (words.flag('json')) console.result(JSON.stringify(result.report));
  else if (words.flag('listing')) console.result(listingsText(result));
  else if (gate === undefined) console.result(isaTable(result, `a search step, model ${model.name}, batch ${batch}`));
  if (path === undefined || gate === undefined) return exitCode.done;
  const outcome = holdAgainst(gate, run);
  const text = gateOutcomeText(outcome, path);
  if (words.flag('json') || words.flag('listing')) console.error(text);
  else console.result(text);
  return outcome.worse.length > 0 ? exitCode.someFailed : exitCode.done;
}

async function openGate(path: string, subject: GateSubject): Promise<Gate> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new FacewrightError(`--gate ${path}: cannot be read (${error.code}); --write-gate ${path} makes one`);
  });
  return readGate(text, path, subject);
}
