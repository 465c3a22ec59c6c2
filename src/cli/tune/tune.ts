// facewright tune: the fastest kernel and tiling for every shape of a search step, on this GPU.

import type { ArgumentsCamelCase } from 'yargs';
import { type BenchDevice, openBenchDevice } from '../../bench/kernels/bench-device.js';
import { type BenchModel, benchModel, searchStep } from '../../bench/search-step.js';
import { readBudget } from '../../bench/tune/budget.js';
import { explain, type Question, readQuestion } from '../../bench/tune/explain.js';
import { exportTuned, importTuned } from '../../bench/tune/transfer.js';
import { BUSY, type TuneSummary, tune } from '../../bench/tune/tune.js';
import { tuneBench } from '../../bench/tune/tune-bench.js';
import { tuneCases } from '../../bench/tune/tune-cases.js';
import { webGpuForms } from '../../engine/webgpu/forms.js';
import { MemoryCount } from '../../engine/webgpu/memory-count.js';
import { placeName } from '../../engine/webgpu/tuned.js';
import { programOf } from '../../graph/fuse/program.js';
import { readShaders } from '../../index.js';
import { tunedMachine } from '../../node/dawn.js';
import { kernelHashes, readTuned, tunedPath } from '../../node/tuned.js';
import { gpuBatch } from '../../runs/usual-batch.js';
import { counted } from '../../words.js';
import { Arguments, batchSize } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { entriesTable, explanationText, faultsText, summaryText } from './tell-tune.js';

/** Options of measuring that are not for the other things that the command does. */
const unfit = {
  explain: ['batch', 'budget'],
  export: ['model', 'batch', 'budget'],
  import: ['model', 'batch', 'budget'],
};
type Other = keyof typeof unfit;

export async function tuneCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const other = otherThan(words);
  // Before anything is opened: what cannot be is told at once.
  const question = words.value('explain', (_option, text) => readQuestion(text));
  const seconds = words.value('budget', readBudget) ?? 60;
  const batch = batchSize(words);
  const isTransfer = other === 'export' || other === 'import';
  const model = isTransfer ? undefined : await benchModel(words.text('model') ?? '1024');
  const device = await openBenchDevice({ adapter: words.text('adapter') });
  try {
    if (model === undefined) return await transfer(device, words, console);
    if (question === undefined) return await measure(device, model, { batch, seconds, words, console });
    return await answer(device, model, { question, words, console });
  } finally {
    device.close();
  }
}

/** What the command is to do instead of measuring. @throws UsageError for options that do not go together */
function otherThan(words: Arguments): Other | undefined {
  const asked = (Object.keys(unfit) as Other[]).filter((name) => words.text(name) !== undefined);
  if (asked.length > 1) throw new UsageError(`--${asked.join(' and --')}: one at a time`);
  const [other] = asked;
  const wrong = other && unfit[other].find((name) => words.text(name) !== undefined);
  if (wrong !== undefined) throw new UsageError(`--${wrong} is not for --${other}; leave one of them out`);
  if (other !== 'explain' && words.without('tuned')) {
    throw new UsageError('--no-tuned is for --explain; tuning itself uses no table');
  }
  return other;
}

/** --explain. */
async function answer(
  { info, kernelDevice }: BenchDevice,
  model: BenchModel,
  { question, words, console }: { question: Question; words: Arguments; console: Console },
): Promise<number> {
  const table = await readTuned(tunedMachine(info), kernelHashes(await readShaders()));
  if (table.problem !== undefined) console.note(`${table.problem}: it is passed over`);
  const cases = tuneCases(searchStep(model, 1), kernelDevice);
  const found = explain(question, cases, table, kernelDevice, !words.without('tuned'));
  const text = () => explanationText(found, question, sidesOf(cases, question.op));
  console.result(words.flag('json') ? JSON.stringify(found) : text());
  return exitCode.done;
}

/** The sides at which a step has an op. */
function sidesOf(cases: ReturnType<typeof tuneCases>, op: string): number[] {
  const sides = cases.filter((one) => one.op === op).map(({ shape }) => shape.h);
  return [...new Set(sides)].sort((a, b) => a - b);
}

/** --export and --import. */
async function transfer({ info }: BenchDevice, words: Arguments, console: Console): Promise<number> {
  const hashOf = kernelHashes(await readShaders());
  const machine = tunedMachine(info);
  const force = words.flag('force');
  const to = words.text('export');
  if (to !== undefined) {
    const count = await exportTuned(machine, hashOf, to, force);
    console.note(`${counted(count, 'shape')} written to ${to}`);
    return exitCode.done;
  }
  const from = words.text('import')!;
  const { taken, stale } = await importTuned(machine, hashOf, from, force);
  if (stale > 0) console.note(`${from}: ${counted(stale, 'shape')} left out, since their kernels have changed since`);
  console.note(`${counted(taken, 'shape')} of ${from} taken into ${tunedPath(machine)}`);
  return exitCode.done;
}

interface MeasureRequest {
  readonly batch: number | undefined;
  readonly seconds: number;
  readonly words: Arguments;
  readonly console: Console;
}

async function measure(
  device: BenchDevice,
  model: BenchModel,
  { batch, seconds, words, console }: MeasureRequest,
): Promise<number> {
  const pictures = batch ?? (device.info.software ? 1 : usualBatchOn(device, model));
  const cases = tuneCases(searchStep(model, 1), device.kernelDevice);
  return interruptible(
    () => console.note('stopping; what was measured is kept; again: stop at once'),
    async ({ signal }) => {
      const bench = await tuneBench(device, pictures);
      try {
        const running = tune(bench, cases, { budget: seconds, again: words.flag('force'), signal });
        const { summary, known } = await watch(running, console);
        const json = { machine: bench.machine, path: tunedPath(bench.machine), batch: pictures, known, ...summary };
        if (words.flag('json')) console.result(JSON.stringify(json));
        else if (summary.entries.length > 0) console.result(entriesTable(summary.entries, cases));
        console.note(summaryText(summary, { known, path: json.path, seconds }));
        if (summary.stopped === 'signal') return exitCode.interrupted;
        if (summary.stopped !== 'busy') return exitCode.done;
        console.error(`facewright: ${BUSY}`);
        return exitCode.someFailed;
      } finally {
        bench.close();
      }
    },
  );
}

/** As many pictures as a search has at once. */
function usualBatchOn({ device, kernelDevice, info }: BenchDevice, model: BenchModel): number {
  const program = programOf(searchStep(model, 1), webGpuForms);
  const count = new MemoryCount(program, kernelDevice, device.limits.maxStorageBufferBindingSize);
  return gpuBatch(model.network.resolution, (pictures) => count.of(pictures), info.memory);
}

/** Shows how far it is, and what was passed over. */
async function watch(
  running: ReturnType<typeof tune>,
  console: Console,
): Promise<{ summary: TuneSummary; known: number }> {
  const begun = { cases: 0, known: 0, done: 0 };
  try {
    for await (const event of running) {
      if (event.type === 'started') {
        Object.assign(begun, { cases: event.cases, known: event.known });
        if (event.cases > 0) console.beginProgress(event.cases, 'measuring');
        continue;
      }
      begun.done++;
      if (event.type === 'measured' && event.faults.length > 0) {
        console.note(`${placeName(event.entry.op, event.entry.shape)}: ${faultsText(event.faults)}`);
      }
      console.progress({ done: begun.done, count: `${begun.done} of ${counted(begun.cases, 'shape')}` });
    }
  } finally {
    console.endProgress();
  }
  return { summary: await running.summary, known: begun.known };
}
