// facewright queue: looks after a queue.

import { resolve } from 'node:path';
import type { ArgumentsCamelCase } from 'yargs';
import { type FailedJob, type JobFilter, QueueKeeper } from '../../index.js';
import { parseBucket } from '../../queue/store.js';
import { counted } from '../../words.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { readQueueAddress } from '../shared/queue-request.js';
import { duration, table } from '../shared/table.js';

export function statusCommand(parsed: ArgumentsCamelCase): Promise<number> {
  return withKeeper(parsed, async (keeper, { console, json }) => {
    const status = await keeper.status();
    if (json) {
      console.result(JSON.stringify(status));
      return;
    }
    const { waiting, active, delayed, failed, done, workers, perMinute, secondsLeft } = status;
    const right = true as const;
    console.result(
      table(
        [
          { title: 'waiting', right },
          { title: 'in work', right },
          { title: 'to be tried again', right },
          { title: 'failed', right },
          { title: 'done', right },
          { title: 'workers', right },
          { title: 'a minute', right },
          { title: 'left' },
        ],
        [
          [
            ...[waiting, active, delayed, failed, done, workers].map(String),
            perMinute === undefined ? '' : perMinute.toFixed(perMinute < 10 ? 1 : 0),
            secondsLeft === undefined ? '' : duration(secondsLeft),
          ],
        ],
      ),
    );
  });
}

export function failedCommand(parsed: ArgumentsCamelCase): Promise<number> {
  return withKeeper(parsed, async (keeper, { console, json, filter }) => {
    const jobs: FailedJob[] = [];
    for await (const job of keeper.failed(filter)) {
      if (json) console.result(JSON.stringify(job));
      else jobs.push(job);
    }
    if (json) return;
    const rows = jobs.map(({ output, tries, at, reason }) => [output, `${tries}`, at.replace(/\.\d+/, ''), reason]);
    const columns = [{ title: 'failed', most: 40 }, { title: 'tries', right: true }, { title: 'at' }, { title: 'why' }];
    console.result(rows.length === 0 ? 'nothing has failed' : table(columns, rows));
  });
}

export function retryCommand(parsed: ArgumentsCamelCase): Promise<number> {
  return withKeeper(parsed, async (keeper, { console, json, filter }) => {
    told(console, json, await keeper.retry(filter), 'in the queue again');
  });
}

export function cancelCommand(parsed: ArgumentsCamelCase): Promise<number> {
  return withKeeper(parsed, async (keeper, { console, json, filter }) => {
    if (filter.names === undefined && filter.out === undefined) {
      throw new UsageError('cancel what? name pictures, or say --out; queue drain takes everything out');
    }
    told(console, json, await keeper.cancel(filter), 'taken out of the queue');
  });
}

export function drainCommand(parsed: ArgumentsCamelCase): Promise<number> {
  return withKeeper(parsed, async (keeper, { console, json, filter }) => {
    if (filter.names !== undefined) {
      throw new UsageError(`${filter.names[0]}: drain takes everything out; queue cancel takes names`);
    }
    told(console, json, await keeper.drain(), 'taken out of the queue');
  });
}

function told(console: Console, json: boolean, jobs: number, what: string): void {
  console.result(json ? JSON.stringify({ jobs }) : `${counted(jobs, 'job')} ${what}`);
}

interface KeeperRequest {
  readonly console: Console;
  readonly json: boolean;
  readonly filter: JobFilter;
}

async function withKeeper(
  parsed: ArgumentsCamelCase,
  work: (keeper: QueueKeeper, request: KeeperRequest) => Promise<void>,
): Promise<number> {
  const words = new Arguments(parsed);
  const names = words.texts('inputs');
  const out = words.text('out');
  const filter: JobFilter = {
    ...(names.length === 0 ? {} : { names }),
    // As it is enqueued.
    ...(out === undefined ? {} : { out: parseBucket(out) === undefined ? resolve(out) : out }),
  };
  const keeper = await QueueKeeper.open(readQueueAddress(words));
  try {
    await work(keeper, { console: new Console(words.flag('quiet')), json: words.flag('json'), filter });
  } finally {
    await keeper.close();
  }
  return exitCode.done;
}
