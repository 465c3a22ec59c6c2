// The native engine on a busy machine: a search step while other processes want the same cores, with one thread, with all, and with as many
// as the engine takes by itself.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import type { Engine, EngineInfo, Executable } from '../engine/engine.js';
import { compileStep } from './compiled-step.js';
import { median } from './kernels/statistics.js';
import { aligned } from './report.js';
import type { BenchModel } from './search-step.js';

/** What was measured beside so many busy processes. */
export interface BusyCell {
  readonly processes: number;
  /** `auto`: as many as the engine takes. */
  readonly threads: number | 'auto';
  /** Of each round: the mean time of a step. */
  readonly stepSeconds: readonly number[];
}

export interface BusyResult {
  readonly model: string;
  readonly engine: EngineInfo;
  /** All that the processor has for this process. */
  readonly threads: number;
  readonly cells: readonly BusyCell[];
  /** What the system says of the last minute, before and after: of our own processes, too. */
  readonly loadAverage: readonly [before: number, after: number];
}

export interface BusyOptions {
  /** A native engine with so many threads; as many as it takes where nothing is said. */
  readonly open: (threads?: number) => Engine;
  /** Processors that this process may use. */
  readonly threads: number;
  readonly model: BenchModel;
  /** How often everything is measured, in turn: 1 or more. */
  readonly rounds: number;
  /** How long each time, in seconds. */
  readonly seconds: number;
  readonly onRound?: (done: number) => void;
}

/** So many other processes at the same time. */
const LOADS = [0, 1, 2];
/** What keeps a core busy until it is killed, or whoever began it is no more. */
const SPIN = 'const parent = process.ppid; while (process.ppid === parent) for (let i = 0; i < 1e7; i++);';
/** Steps before the first that is measured: kernels are then in the caches, and the engine knows them. */
const WARM_STEPS = 5;

/** Measures a step beside none, one and two busy processes, which it starts and ends. */
export async function measureBusy({
  open,
  threads,
  model,
  rounds,
  seconds,
  onRound,
}: BusyOptions): Promise<BusyResult> {
  const [before] = loadavg();
  const choices = [...new Set<number | 'auto'>([1, threads, 'auto'])];
  const engines = choices.map((choice) => open(choice === 'auto' ? undefined : choice));
  try {
    const steps: Executable[] = [];
    for (const engine of engines) {
      steps.push(await compileStep(engine, model, 1));
      for (let step = 0; step < WARM_STEPS; step++) await oneStep(steps.at(-1)!);
    }
    const cells = LOADS.flatMap((processes) =>
      choices.map((choice) => ({ processes, threads: choice, stepSeconds: [] as number[] })),
    );
    for (let round = 0; round < rounds; round++) {
      for (const processes of LOADS) {
        const children = await spinning(processes);
        try {
          for (const cell of cells) {
            if (cell.processes !== processes) continue;
            cell.stepSeconds.push(await meanStep(steps[choices.indexOf(cell.threads)], seconds));
          }
        } finally {
          for (const child of children) child.kill('SIGKILL');
        }
      }
      onRound?.(round + 1);
    }
    const engine = engines.at(-1)!.info;
    return { model: model.name, engine, threads, cells, loadAverage: [before, loadavg()[0]] };
  } finally {
    for (const engine of engines) engine.close();
  }
}

async function spinning(processes: number): Promise<ChildProcess[]> {
  const children = Array.from({ length: processes }, () => spawn(process.execPath, ['-e', SPIN], { stdio: 'ignore' }));
  await Promise.all(children.map((child) => once(child, 'spawn')));
  return children;
}

async function meanStep(executable: Executable, seconds: number): Promise<number> {
  const began = performance.now();
  let steps = 0;
  let took = 0;
  for (; took < seconds; took = (performance.now() - began) / 1000, steps++) await oneStep(executable);
  return took / steps;
}

async function oneStep(executable: Executable): Promise<void> {
  executable.run({ rate: 0.01, step: 1 });
  await executable.read(['TOTAL']);
}

/** A line for each number of busy processes: medians over the rounds, and what `auto` takes by the better of the others. */
export function busyTable({ threads, cells, loadAverage }: BusyResult): string {
  const choices = [...new Set(cells.map((cell) => cell.threads))];
  const of = (processes: number, choice: number | 'auto') =>
    median(cells.find((cell) => cell.processes === processes && cell.threads === choice)!.stepSeconds);
  const title = (choice: number | 'auto') =>
    choice === 'auto' ? 'as many as it takes' : `${choice} ${choice === 1 ? 'thread' : 'threads'}`;
  const heads = ['busy processes', ...choices.map(title), 'by the better'];
  const rows = LOADS.map((processes) => {
    const better = Math.min(of(processes, 1), of(processes, threads));
    return [
      String(processes),
      ...choices.map((choice) => `${of(processes, choice).toPrecision(3)} s`),
      (of(processes, 'auto') / better).toFixed(2),
    ];
  });
  const load = `load average ${loadAverage.map((value) => value.toFixed(1)).join(' before, ')} after`;
  return `${aligned([heads, ...rows], 0)}\n\n${load}`;
}
