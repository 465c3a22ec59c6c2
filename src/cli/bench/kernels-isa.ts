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
import { counted } from '../../words.js';
import { type Arguments, batchSize } from '../shared/arguments.js';
import type { Console } from '../shared/console.js';
import { exitCode } from '../shared/exit.js';
import { oneOf } from '../shared/values.js';

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
  const precision = words.value('precision', (option, text) => oneOf(option, text, ['f32', 'f16'] as const)) ?? 'f32';
  const gate = path === undefined ? undefined : await openGate(path, { family, model: model.name, batch, precision });
  let result: IsaResult;
  try {
    result = await isaReport({ family, model, batch, precision, only });
  } catch (error) {
    if (path === undefined || !(error instanceof MissingToolError)) throw error;
    console.result(`${path}: skipped: ${error.message}`);
    return exitCode.done;
  }
  if (result.report.kernels.length === 0)
    throw new FacewrightError('no kernel of the step has that in its name or shape');
  const run = { result, model: model.name, batch, precision, only };
  const written = words.text('write-gate');
  if (written !== undefined) {
    await writeWholeFile(written, gateText(await withOthers(written, run)));
    console.note(`wrote the figures of ${counted(result.report.kernels.length, 'kernel')} to ${written}`);
  }
  if (words.flag('json')) console.result(JSON.stringify(result.report));
  else if (words.flag('listing')) console.result(listingsText(result));
  else if (gate === undefined) console.result(isaTable(result, `a search step, model ${model.name}, batch ${batch}`));
  if (path === undefined || gate === undefined) return exitCode.done;
  const outcome = holdAgainst(gate, run);
  const text = gateOutcomeText(outcome, path);
  if (words.flag('json') || words.flag('listing')) console.error(text);
  else console.result(text);
  if (outcome.skipped === undefined && outcome.compared === 0 && outcome.worse.length === 0) {
    throw new FacewrightError(`${path}: has none of these kernels, so nothing was compared; give another filter`);
  }
  return outcome.worse.length > 0 ? exitCode.someFailed : exitCode.done;
}

/** A gate with what the file had of kernels that a filter left out this time. */
async function withOthers(path: string, run: GatedRun): Promise<Gate> {
  const made = makeGate(run);
  const text = await readFile(path, 'utf8').catch(() => undefined); // a new file
  if (text === undefined) return made;
  const before = readGate(text, path, made);
  const others = before.kernels.filter((one) => !run.only(one));
  if (others.length > 0 && before.mesa !== made.mesa) {
    throw new FacewrightError(
      `${path}: has ${counted(others.length, 'more kernel')} with the figures of Mesa ${before.mesa}, and this is ${made.mesa}: write them all, without a filter, or another file`,
    );
  }
  return { ...made, kernels: [...made.kernels, ...others] };
}

async function openGate(path: string, subject: GateSubject): Promise<Gate> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new FacewrightError(`--gate ${path}: cannot be read (${error.code}); --write-gate ${path} makes one`);
  });
  return readGate(text, path, subject);
}
