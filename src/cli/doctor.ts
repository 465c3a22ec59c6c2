// facewright doctor: what facewright can run on here.

import type { ArgumentsCamelCase } from 'yargs';
import { describeAdapters } from '../node/dawn.js';
import { Arguments } from './arguments.js';
import { Console } from './console.js';
import { exitCode } from './exit.js';
import { table } from './table.js';

type Description = Awaited<ReturnType<typeof describeAdapters>>;

export async function doctorCommand(parsed: ArgumentsCamelCase): Promise<number> {
  const words = new Arguments(parsed);
  const console = new Console();
  const description = await describeAdapters();
  console.result(words.flag('json') ? JSON.stringify(description, null, 2) : doctorReport(description));
  return description.adapters.some(({ usable }) => usable) ? exitCode.done : exitCode.unusable;
}

/** The report for people. */
export function doctorReport({ adapters, chosen, problem }: Description): string {
  const lines: string[] = [];
  if (adapters.length > 0) {
    const rows = adapters.map((adapter, index) => [
      index === chosen ? '*' : '',
      adapter.description || adapter.device || adapter.vendor,
      adapter.software ? 'processor' : 'GPU',
      adapter.backend,
      adapter.usable ? 'yes' : 'no',
    ]);
    lines.push(
      table(
        [
          { title: '' },
          { title: 'adapter', most: 52 },
          { title: 'runs on' },
          { title: 'through' },
          { title: 'usable' },
        ],
        rows,
      ),
      '',
    );
    for (const { description, device, driver, usable, why, limits } of adapters) {
      const facts = [
        driver === '' ? undefined : `driver ${driver}`,
        limits.maxBufferSize === undefined ? undefined : `buffers up to ${gibibytes(limits.maxBufferSize)}`,
        usable ? undefined : (why ?? 'not usable'),
      ];
      lines.push(`${description || device}: ${facts.filter((fact) => fact !== undefined).join('; ')}`);
    }
  }
  if (problem !== undefined) lines.push(problem);
  else if (chosen !== undefined) lines.push('', '* is what --engine auto takes; --adapter NAME takes another.');
  return lines.join('\n');
}

function gibibytes(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;
}
