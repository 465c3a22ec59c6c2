// facewright pull: fetches the results of a queue's jobs from a bucket.

import type { ArgumentsCamelCase } from 'yargs';
import { pullResults } from '../../index.js';
import { counted } from '../../words.js';
import { Arguments } from '../shared/arguments.js';
import { Console } from '../shared/console.js';
import { exitCode, UsageError } from '../shared/exit.js';
import { interruptible } from '../shared/interrupt.js';

export async function pullCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const [from, out, ...more] = words.texts('inputs');
  if (from === undefined || out === undefined || more.length > 0) {
    throw new UsageError('name a bucket and a folder, for example facewright pull s3://bucket/run faces');
  }
  const console = new Console(words.flag('quiet'));
  const json = words.flag('json');
  return interruptible(
    () => console.note('stopping once what is being written is whole; the same command goes on from there'),
    async ({ signal }) => {
      const running = pullResults({ from, out, overwrite: words.flag('force'), signal });
      for await (const { line } of running) if (json) console.result(JSON.stringify(line));
      const { pulled, earlier, failed, interrupted } = await running.summary;
      const before = earlier > 0 ? `, ${earlier} there before` : '';
      console.note(`${counted(pulled, 'result')} fetched to ${out}${before}`);
      if (failed > 0) console.note(`${counted(failed, 'picture')} without a result; run.jsonl says why`);
      return interrupted ? exitCode.interrupted : exitCode.done;
    },
  );
}
