// What is told of a run while it goes on: the progress, what failed, and with --json its lines.

import type { Generator, RunEvent, Running, RunSummary } from '../../index.js';
import { counted } from '../../words.js';
import type { Console } from './console.js';
import type { ProgressState } from './progress.js';

/** What belongs to the telling. */
interface Telling {
  readonly generator: Generator;
  readonly console: Console;
  /** The lines of run.jsonl on stdout. */
  readonly json: boolean;
  readonly onEvent?: (event: RunEvent) => void;
}

/** Follows a run to its end, and tells of it. @throws what the run throws */
export async function tellRun(run: Running<RunEvent, RunSummary>, telling: Telling): Promise<RunSummary> {
  const { console, generator, json, onEvent = () => {} } = telling;
  const tally = new Tally();
  try {
    for await (const event of run) {
      if (event.type === 'started') {
        console.note(describeGenerator(generator));
        console.beginProgress(event.wanted * event.steps);
      }
      if (event.type === 'warning' || event.type === 'notice') console.note(event.message);
      if (event.type === 'failed' && event.line.failure === undefined) {
        const { path } = event.picture;
        const error = event.line.error ?? '';
        console.error(error.startsWith(path) ? error : `${path}: ${error}`);
      }
      if (json && 'line' in event) console.result(JSON.stringify(event.line));
      onEvent(event);
      if (tally.add(event)) console.progress(tally.progress(event));
    }
  } finally {
    console.endProgress();
  }
  const summary = await run.summary;
  const { earlier, wanted } = summary;
  if (earlier > 0) {
    const others = earlier < wanted ? '; --force searches again' : '';
    console.note(`${counted(earlier, 'result')} of ${wanted} done before${others}`);
  }
  return summary;
}

/** The generator and what it runs on, and what to expect of a GPU that is none. */
function describeGenerator({ info, engine }: Generator): string {
  const { adapter, software } = engine.info;
  return `${info.name}, ${info.resolution} px, on ${adapter}${software ? ': no GPU, so this takes its time; facewright doctor tells of the native engine, which is faster' : ''}`;
}

/** How far a run is. The unit of work is a step of one result. */
class Tally {
  #wanted = 0;
  #steps = 0;
  /** Results that need no search: done before, or failed before it. */
  #spared = 0;
  #finished = 0;
  /** Steps done of every result that was begun, by its output, and of all together. */
  readonly #stepsOf = new Map<string, number>();
  #units = 0;

  /** @returns whether it changed anything */
  add(event: RunEvent): boolean {
    switch (event.type) {
      case 'started':
        this.#wanted = event.wanted;
        this.#steps = event.steps;
        return false;
      case 'begun':
        this.#stepsOf.set(event.output, 0);
        return false;
      case 'warning':
      case 'notice':
        return false;
      case 'step':
        for (const { output } of event.searches) {
          this.#units += event.step - (this.#stepsOf.get(output) ?? 0);
          this.#stepsOf.set(output, event.step);
        }
        return true;
      case 'skipped':
        this.#spared++;
        return true;
      default:
        if (this.#stepsOf.has(event.output)) this.#finished++;
        else this.#spared++;
        return true;
    }
  }

  progress(event: RunEvent): ProgressState {
    const toFind = this.#wanted - this.#spared;
    return {
      done: this.#units,
      total: toFind * this.#steps,
      count: `${this.#finished} of ${toFind} done`,
      rate: { unit: this.#steps },
      L2: event.type === 'step' ? mean(event.searches.map(({ losses }) => losses.L2)) : undefined,
    };
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
