// facewright work: works on the jobs of a queue.

import type { ArgumentsCamelCase } from 'yargs';
import { type MetricsPage, QueueKeeper, serveMetrics, WorkCounters, type WorkEvent, workOn } from '../../index.js';
import { bareHost } from '../../node/host.js';
import { counted } from '../../words.js';
import { Arguments, batchSize, openOptions } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';
import { readQueueAddress } from '../shared/queue-request.js';
import { duration, loss } from '../shared/table.js';
import { wholeNumber } from '../shared/values.js';

export async function workCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console(words.flag('quiet'));
  const json = words.flag('json');
  const queue = readQueueAddress(words);
  const { engine, adapter, threads, tuned, cache } = openOptions(words);
  const lockSeconds = words.value('lock', (option, text) => wholeNumber(option, text, 1, 86_400));
  const batch = batchSize(words);
  const metrics = words.value('metrics', readPlace);
  const options = { queue, batch, lockSeconds, untilEmpty: words.flag('until-empty'), models: words.list('weights') };
  const counters = new WorkCounters();
  return interruptible(
    () => console.note('stopping once the batch at hand is written; again: stop at once, and others get it'),
    async ({ signal }) => {
      const page = metrics === undefined ? undefined : await openMetrics(metrics, queue, counters);
      if (page !== undefined) console.note(`metrics at ${page.url}`);
      try {
        const running = workOn({ ...options, engine, adapter, threads, tuned, cache, signal });
        for await (const event of running) {
          counters.add(event);
          tell(event, console, json);
        }
        const { found, failed, again, spared, seconds } = await running.summary;
        const more = [
          failed > 0 ? `, ${failed} failed` : '',
          again > 0 ? `, ${again} left for another try` : '',
          spared > 0 ? `, ${spared} done before` : '',
        ];
        console.note(`${counted(found, 'face')} found in ${duration(seconds)}${more.join('')}`);
      } finally {
        await page?.close();
      }
      // A worker that is stopped has done what it should.
      return exitCode.done;
    },
  );
}

function tell(event: WorkEvent, console: Console, json: boolean): void {
  switch (event.type) {
    case 'notice':
      console.note(event.message);
      break;
    case 'opened':
      console.note(`${event.info.name}, ${event.info.resolution} px, on ${event.adapter}, ${event.batch} at once`);
      break;
    case 'failed':
      console.error(`${event.output}: ${event.reason}${event.again ? ' (it is tried again)' : ''}`);
      break;
    case 'found':
      if (json) console.result(JSON.stringify(event.line));
      else console.note(`${event.line.output}  L2 ${loss(event.line.losses!.L2)}  ${duration(event.line.seconds)}`);
      break;
    default:
      break;
  }
}

/** `9464`, or `0.0.0.0:9464` */
function readPlace(option: string, text: string): { readonly host?: string; readonly port: number } {
  const [, host, port] = /^(?:(.+):)?(\d+)$/.exec(text) ?? [];
  if (port === undefined) throw new UsageError(`${option} ${text}: must be PORT, or HOST:PORT`);
  return { host: host === undefined ? undefined : bareHost(host), port: wholeNumber(option, port, 0, 65_535) };
}

/** Serves the metrics; the queue is asked by a connection of its own. */
async function openMetrics(
  place: { readonly host?: string; readonly port: number },
  queue: string,
  counters: WorkCounters,
): Promise<Omit<MetricsPage, 'close'> & { close(): Promise<void> }> {
  const keeper = await QueueKeeper.open(queue);
  try {
    const page = await serveMetrics({ ...place, counters, status: () => keeper.status() });
    const close = async () => {
      page.close();
      await keeper.close();
    };
    return { url: page.url, close };
  } catch (error) {
    await keeper.close();
    throw error;
  }
}
