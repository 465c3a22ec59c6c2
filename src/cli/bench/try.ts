// facewright bench kernels --try: an author's kernel, checked and timed beside the engine's.

import { setTimeout } from 'node:timers/promises';
import { benchModel } from '../../bench/search-step.js';
import { describeForms, isRight } from '../../bench/try/check.js';
import { TryBench, type TryEvent, type TryReport } from '../../bench/try/try-kernel.js';
import { inAll, timeRow, tryJson, verdict } from '../../bench/try/try-report.js';
import { savesOf, tryAgain, tryFile } from '../../bench/try/watch.js';
import { type Arguments, batchSize } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { table } from '../shared/table.js';

/** After so long a person is told that it goes on. */
const SLOW_MS = 30_000;

/** Whether a kernel of one's own is meant, and none of the engine's alone. */
export function isTry(words: Arguments): boolean {
  return (
    words.text('try') !== undefined ||
    words.text('as') !== undefined ||
    words.list('set').length > 0 ||
    words.flag('watch')
  );
}

/** `bench kernels` with --try. */
export async function tryCommand(words: Arguments): Promise<number> {
  const console = new Console(words.flag('quiet'));
  const file = words.text('try');
  const as = words.text('as');
  if (file === undefined)
    throw new UsageError('--as, --set and --watch are for --try: name a file, for example --try mine.wgsl');
  if (as === undefined) throw new UsageError(`--try ${file}: say what it stands for, for example --as conv3x3`);
  const filters = words.texts('inputs');
  if (words.flag('watch') && words.flag('json')) throw new UsageError('--watch and --json: leave one of them out');
  const set = valuesOf(words.list('set'));
  const model = await benchModel(words.text('model') ?? 'demo');
  const bench = await TryBench.open({
    as,
    adapter: words.text('adapter'),
    timed: { model, batch: batchSize(words) ?? 1, filter: filters[0] },
  });
  const once = async () => {
    const began = Date.now();
    const slow = setInterval(() => {
      const seconds = Math.round((Date.now() - began) / 1000);
      console.note(
        `at it for ${seconds} s: compiling and checking take long here, or the kernel does not end; Ctrl-C does`,
      );
    }, SLOW_MS);
    try {
      return await tryFile(bench, { file, set }, { tell: (event) => noteEvent(console, event) });
    } finally {
      clearInterval(slow);
    }
  };
  try {
    if (!words.flag('watch')) {
      const report = await once();
      console.result(words.flag('json') ? JSON.stringify(tryJson(report)) : reportText(report, bench, model.name));
      return isAllRight(report) ? exitCode.done : exitCode.someFailed;
    }
    return await interruptible(
      () => console.note('stopping'),
      async ({ signal }) => {
        for await (const report of tryAgain(savesOf(file, signal), once)) {
          console.result(`${new Date().toLocaleTimeString()}\n${reportText(report, bench, model.name)}`);
          if (!signal.aborted) console.note(`waiting for ${file} to be saved; Ctrl-C ends it`);
        }
        // What was printed is to be read before the prompt is.
        await setTimeout(0);
        return exitCode.done;
      },
    );
  } finally {
    bench.close();
  }
}

/** @throws UsageError for what is not NAME=NUMBER */
function valuesOf(texts: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([A-Za-z_]\w*)=(.+)$/.exec(text) ?? [];
      if (name === undefined || !Number.isFinite(Number(value))) {
        throw new UsageError(`--set ${text}: must be an override and a number, for example --set ROWS=4`);
      }
      return [name, Number(value)];
    }),
  );
}

function noteEvent(console: Console, event: TryEvent): void {
  if (event.kind === 'timed') console.note(`timed ${event.shape.shape}`);
  else if (!isRight(event.report)) console.note(`wrong: ${describeForms(event.report.op)}`);
}

function isAllRight({ faults, checked }: TryReport): boolean {
  return faults.length === 0 && checked.every(isRight);
}

function reportText(report: TryReport, bench: TryBench, model: string): string {
  const parts = [verdict(report)];
  if (isAllRight(report)) parts.push(timesText(report, bench, model));
  return parts.join('\n\n');
}

function timesText({ timed, as }: TryReport, { info }: TryBench, model: string): string {
  const all = inAll(timed);
  if (timed.length === 0)
    return `no step of ${model} launches ${as} so: it was not timed; with another --model it may be`;
  const columns = [
    { title: 'kernel' },
    { title: 'shape' },
    { title: 'a step', right: true },
    { title: 'its time', right: true },
    { title: 'yours', right: true },
    { title: 'times as fast, with a 95 % interval' },
  ];
  const lines = [
    `${info.adapter}${info.driver === '' ? '' : `, ${info.driver}`}; ${model}`,
    table(columns, timed.map(timeRow)),
  ];
  if (all !== undefined) lines.push(`together, each as often as a step launches it: ${all}`);
  return lines.join('\n');
}
